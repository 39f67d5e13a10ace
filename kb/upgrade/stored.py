"""A derivation as JSON, so that a check reads what was derived when something was said, not all that was said."""

from collections.abc import Sequence
from typing import Any

from kb.upgrade.derivation import Conflict, Derivation, Piece
from kb.upgrade.statement import Place, Says, Statement
from kb.versions.ranges import Multirange
from kb.versions.version import Span

Stored = dict[str, Any]


def to_json(known: Derivation, statements: Sequence[Statement]) -> Stored:
    """The derivation and the statements behind it."""
    return {
        "affected": _spans(known.affected),
        "unaffected": _spans(known.unaffected),
        "affected_by": [[piece.statement, _spans(piece.spans)] for piece in known.affected_by],
        "unaffected_by": [[piece.statement, _spans(piece.spans)] for piece in known.unaffected_by],
        "conflicts": [[one.affected, one.unaffected, _spans(one.spans)] for one in known.conflicts],
        "refuted": list(known.refuted),
        "statements": [_statement(one) for one in statements],
    }


def from_json(data: Stored) -> tuple[Derivation, tuple[Statement, ...]]:
    """What `to_json` wrote; ranges come back as texts with their spans (`Statement.listed`)."""
    known = Derivation(
        affected=_multirange(data["affected"]),
        unaffected=_multirange(data["unaffected"]),
        affected_by=tuple(Piece(number, _multirange(spans)) for number, spans in data["affected_by"]),
        unaffected_by=tuple(Piece(number, _multirange(spans)) for number, spans in data["unaffected_by"]),
        conflicts=tuple(Conflict(_multirange(spans), yes, no) for yes, no, spans in data["conflicts"]),
        refuted=tuple(data["refuted"]),
    )
    return known, tuple(_read(row) for row in data["statements"])


def _spans(spans: Multirange) -> list[list[str]]:
    return [list(span) for span in spans]


def _multirange(rows: list[list[str]]) -> Multirange:
    return tuple(Span(lo, hi) for lo, hi in rows)


def _statement(said: Statement) -> list[Any]:
    place = said.place
    where = [place.text, list(place.span), list(place.train), place.next_base, place.hotfix] if place else None
    listed = [[text, *span] for text, span in said.listed]
    return [said.id, said.says, said.text, where, listed]


def _read(row: list[Any]) -> Statement:
    number, says, text, where, listed = row
    place = None
    if where:
        version, span, train, next_base, hotfix = where
        place = Place(version, Span(*span), Span(*train), next_base, hotfix)
    ranges = tuple((words, Span(lo, hi)) for words, lo, hi in listed)
    return Statement(number, Says(says), place, text=text, listed=ranges)
