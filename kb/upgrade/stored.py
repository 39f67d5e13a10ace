"""A derivation as JSON, so that a check reads what was derived when something was said, not all that was said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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


def to_json(known: Derivation, statements: Sequence[Statement]) -> str:
    """The derivation and its statements as JSON."""
    kept = tuple(replace(one, ranges=(), rest=()) for one in statements)
    return msgspec.json.encode(Stored(known, kept)).decode()


def from_json(text: str) -> Stored:
    """What `to_json` gave."""
    return _DECODER.decode(text)
