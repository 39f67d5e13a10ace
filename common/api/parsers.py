"""Reading JSON bodies: strict, with the place of a mistake."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from common.errors import TooLarge

DEPTH_ALLOWED = 32


class JSONParser(BaseParser):
    """Reads one JSON object of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; refuse what is too large, no JSON, or holds what PostgreSQL cannot store."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(f"The body is larger than {limit} bytes. Send files to an evidence address.")
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is no JSON: {error}") from error
        if not isinstance(data, dict):
            raise ParseError('The body is not a JSON object: {"field": value, …}.')
        refuse_unstorable(data)
        return data


def refuse_unstorable(data: dict[str, Any]) -> None:
    """Refuse NUL characters, which PostgreSQL cannot store in text, and nesting deeper than any body of ours has."""
    level: list[tuple[str, Any]] = [("", data)]
    for _ in range(DEPTH_ALLOWED):
        deeper: list[tuple[str, Any]] = []
        for path, value in level:
            if isinstance(value, str) and "\x00" in value:
                raise ParseError(f"{path or 'The body'} holds a NUL character, which no text may hold.")
            if isinstance(value, dict):
                deeper += [(path, name) for name in value]
                deeper += [(f"{path}.{name}" if path else name, inner) for name, inner in value.items()]
            elif isinstance(value, list):
                deeper += [(f"{path}.{position}", inner) for position, inner in enumerate(value)]
        if not deeper:
            return
        level = deeper
    raise ParseError(f"The body is nested more than {DEPTH_ALLOWED} deep.")
