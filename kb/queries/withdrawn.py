"""Which archived issues are withdrawn from a check. The others are judged as if nobody had archived them.

An issue is archived by what is known on that day. Statements, values and the replacement may change afterwards, by
people, packs and days of releases; so each check looks again.
"""

from collections.abc import Mapping

from kb.behaviour.values import Standing
from kb.models import Confidence, IssueAudience, IssueKind, KnownIssue
from kb.queries.candidates import Row
from kb.upgrade.check import Kind, Severity
from kb.upgrade.derivation import Derivation, derive
from kb.upgrade.replacement import Weight, lack

NOTHING_SAID = derive(())


def weight_of(issue: Row | KnownIssue, known: Derivation) -> Weight:
    """Return what an issue counts for."""
    return Weight(
        kind=Kind(issue.kind),
        subject=(issue.behaviour_id, issue.move),
        readers=issue.department_id if issue.audience == IssueAudience.DEPARTMENT else None,
        severity=Severity(issue.severity),
        condition=issue.condition,
        known=known,
    )


def known_of(row: Row) -> Derivation:
    """Return what is known of a row of candidates."""
    return row.stored.known if row.stored else NOTHING_SAID


def is_withdrawn(row: Row, rows: Mapping[int, Row], standing: Mapping[int, Standing]) -> bool:
    """Whether an archived issue has no verdict: nothing says that it affects a version, or its replacement counts.

    `rows` are all candidates of the question. A replacement that is not among them is absent where the issue may be.
    """
    if row.replaced_by_id is None:
        return not _affects(row, standing)
    other = _in_the_end(row, rows)
    return other is not None and lack(weight_of(other, known_of(other)), weight_of(row, known_of(row))) is None


def _affects(row: Row, standing: Mapping[int, Standing]) -> bool:
    if row.kind == IssueKind.BEHAVIOUR_CHANGE:
        return (row.behaviour_id or 0) in standing
    return bool(known_of(row).affected)


def _in_the_end(row: Row, rows: Mapping[int, Row]) -> Row | None:
    """Return what replaces an issue, over issues that were replaced themselves; None where that is withdrawn."""
    found: Row | None = row
    for _ in range(len(rows)):  # two that replace each other lead round and round
        found = rows.get(found.replaced_by_id or 0) if found else None
        if found is None or found.confidence != Confidence.ARCHIVED:
            return found
    return None
