"""A derivation as JSON, so that a check reads what was derived when something was said, not all that was said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from kb.upgrade.derivation import Derivation
from kb.upgrade.statement import Statement


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of an issue: the derivation, and the statements behind it.

    Of listed ranges only their words and spans are kept (`Statement.listed`): they were placed when they were derived.
    """

    known: Derivation
    statements: tuple[Statement, ...]


_DECODER = msgspec.json.Decoder(Stored)


def to_data(known: Derivation, statements: Sequence[Statement]) -> Any:
    """The derivation and its statements as plain data."""
    kept = tuple(replace(one, ranges=(), rest=()) for one in statements)
    return msgspec.to_builtins(Stored(known, kept))


def from_data(data: Any) -> Stored:
    """What `to_data` gave, out of plain data."""
    return msgspec.convert(data, Stored)


def from_json(text: str | bytes) -> Stored:
    """What `to_data` gave, out of its JSON."""
    return _DECODER.decode(text)
