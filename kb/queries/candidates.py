"""Which issues of a product can be listed for a move: one indexed statement, and never one too few.

What it leaves out is absent at "to" and at every hop, and not affected at "from": the tables of verdicts list nothing
of that. Issues that the reader may not see are among the rows, since they count (`hidden`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from common.rows import fetch
from kb.models import Product
from kb.services.spans import prefix_of
from kb.upgrade.question import Point, Question
from kb.upgrade.stored import Stored, from_json
from kb.versions.ranges import multirange, touches
from kb.versions.version import Span

_COLUMNS = """
    i.id, i.ref, i.slug, i.kind, i.title, i.severity, i.confidence, i.audience, i.department_id, i.behaviour_id,
    i.detector, i.condition_validated_by_id IS NOT NULL, i.archived_reason, i.replaced_by_id,
    i.move, i.condition, s.pieces
"""
# Among the ranges of a product those that begin before a span ends, and end behind its beginning.
_MEETS = "r.lo >= %s AND r.lo < %s AND r.hi > %s"
_HERE = f"SELECT r.issue_id FROM kb_issuereach r WHERE NOT r.affected AND {_MEETS}"  # noqa: S608
_AFFECTED_AT = f"SELECT r.issue_id FROM kb_issuereach r WHERE r.affected AND {_MEETS}"  # noqa: S608


class Row(NamedTuple):
    """An issue as the statement gives it; `stored` is None for kinds that are not judged by states."""

    id: int
    ref: str
    slug: str
    kind: str
    title: str
    severity: str
    confidence: str
    audience: str
    department_id: int | None
    behaviour_id: int | None
    detector: str
    condition_validated: bool
    archived_reason: str
    replaced_by_id: int | None
    move: dict[str, Any] | None
    condition: Any
    stored: Stored | None


def find_candidates(product: Product, question: Question, *, leaving: bool = True) -> list[Row]:
    """Return the issues that the move may list, among them all behaviour changes and notices.

    Without `leaving` those are left out that are only affected at "from": they can but leave.
    """
    statement, values = statement_of(product, question, leaving=leaving)
    return [_row(columns) for columns in fetch(statement, values)]


def _row(columns: Sequence[Any]) -> Row:
    move, condition, pieces = columns[-3:]
    return Row._make((*columns[:-3], _loaded(move), _loaded(condition), from_json(pieces) if pieces else None))


def _loaded(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def statement_of(product: Product, question: Question, *, leaving: bool = True) -> tuple[str, list[Any]]:
    """Return the SQL: by index where every version is in the catalogue, else all of the product.

    What is not judged by states reaches everywhere, by a trigger, so that the index finds it too.
    At a version outside the catalogue nothing is known to be absent, so everything may be listed.
    """
    head = f"SELECT {_COLUMNS} FROM kb_knownissue i LEFT JOIN kb_issuespans s ON s.issue_id = i.id"  # noqa: S608
    if not all(point.known for point in (question.target, *question.hops)):
        return f"{head} WHERE i.product_id = %s ORDER BY i.id", [product.pk]
    looked_at = [(_HERE, question.target), *((_HERE, hop) for hop in question.hops)]
    looked_at += [(_AFFECTED_AT, question.start)] if leaving else []
    found = " UNION ".join(statement for statement, _ in looked_at)
    values = [value for _, point in looked_at for value in _ends_of(product, point)]
    # As an array, so that PostgreSQL looks up the few that were found: as a set it expects thousands and reads all.
    return f"{head} WHERE i.id = ANY(ARRAY({found})) ORDER BY i.id", values


def _ends_of(product: Product, point: Point) -> tuple[str, str, str]:
    """Return where a product's keys begin, and where a version with all its builds ends and begins."""
    prefix = prefix_of(product.pk)
    return prefix, prefix + point.span.hi, prefix + point.span.lo


def is_affected_at(product: Product, point: Point) -> RawSQL:
    """Return whether an issue is there at a version, as an expression to filter by.

    By an array as in the statement of the check: else all issues of the product are read to find a few.
    """
    return _among(_AFFECTED_AT, product, point)


def may_be_at(product: Product, point: Point) -> RawSQL:
    """Return whether an issue is there at a version or is not known to be absent; an expression to filter by.

    It is for versions of the catalogue: at any other nothing is known to be absent.
    """
    return _among(_HERE, product, point)


def _among(found: str, product: Product, point: Point) -> RawSQL:
    condition = f"kb_knownissue.id = ANY(ARRAY({found}))"
    return RawSQL(condition, _ends_of(product, point), output_field=BooleanField())  # noqa: S611  (no input in it)


_TAKEN = """
SELECT lower(taken), upper(taken) FROM unnest((
    SELECT range_agg(kb_keyrange(r.lo, r.hi)) FROM kb_issuereach r JOIN kb_knownissue i ON i.id = r.issue_id
    WHERE NOT r.affected AND r.lo >= %s AND r.lo < %s
        AND i.condition IS NULL AND i.confidence <> 'archived' AND i.kind NOT IN ('behaviour_change', 'notice')
)) AS taken
"""


def free_releases(product: Product, points: Sequence[Point]) -> list[int]:
    """Return which of the versions (by their places) no issue without a condition may affect: others are not clear."""
    prefix = prefix_of(product.pk)
    rows = fetch(_TAKEN, [prefix, f"{prefix}~"])
    taken = multirange(Span(lo.removeprefix(prefix), hi.removeprefix(prefix)) for lo, hi in rows)
    return [place for place, point in enumerate(points) if not touches(taken, point.span)]
