"""Reading JSON bodies: strict, with the place of a mistake."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from common.errors import TooLarge


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
        refuse_nul(data)
        return data


def refuse_nul(value: Any, path: str = "") -> None:
    """Refuse NUL characters anywhere in `value`: PostgreSQL cannot store them in text."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ParseError(f"{path or 'The body'} holds a NUL character, which no text may hold.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            refuse_nul(name, path)
            refuse_nul(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            refuse_nul(inner, f"{path}.{position}")
