"""What belongs to the issues of a check: other names, ways out, claims. Written out: it asks for a hundred at once.

A list of ids goes in as one array, which the ORM would take apart and put together one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from common.rows import fetch
from kb.claims.ledger import Said

ALIASES = "SELECT issue_id, name FROM kb_issuealias WHERE issue_id = ANY(%s::bigint[]) ORDER BY id"
REMEDIATIONS = (
    "SELECT issue_id, category, details, version, validated FROM kb_remediation"
    " WHERE issue_id = ANY(%s::bigint[]) ORDER BY id"
)
CLAIMS = (
    "SELECT c.issue_id, c.id, p.slug, c.proposition, c.stance, c.said_at FROM kb_claim c"
    " JOIN kb_party p ON p.id = c.party_id WHERE c.issue_id = ANY(%s::bigint[]) ORDER BY c.id"
)


def _rows(statement: str, issues: Sequence[int]) -> list[tuple[Any, ...]]:
    if not issues:
        return []
    return fetch(statement, [list(issues)])


def aliases_of(issues: Sequence[int]) -> defaultdict[int, list[str]]:
    """Return the other names of issues, by their ids."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for issue, name in _rows(ALIASES, issues):
        found[issue].append(name)
    return found


def remediations_of(issues: Sequence[int]) -> defaultdict[int, list[dict[str, Any]]]:
    """Return the ways out of issues, by their ids."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for issue, category, details, version, validated in _rows(REMEDIATIONS, issues):
        confidence = "validated" if validated else "not_validated"
        way = {"category": category, "details": details, "version": version or None, "confidence": confidence}
        found[issue].append(way)
    return found


def claims_of(issues: Sequence[int]) -> defaultdict[int, list[Said]]:
    """Return the claims about issues as the ledger takes them, by the issues' ids."""
    found: defaultdict[int, list[Said]] = defaultdict(list)
    for issue, *said in _rows(CLAIMS, issues):
        found[issue].append(Said(*said))
    return found
