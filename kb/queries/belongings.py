"""What belongs to the issues of a page: other names, ways out, claims. Written out: it is asked for a hundred at once.

One statement for all of it, with the list of ids as one array: asking three times took 3 ms of a check.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from common.rows import fetch
from kb.claims.ledger import Said

_NAMES = (
    "SELECT 0, issue_id, id, name, NULL, NULL, NULL::date, NULL::boolean"
    " FROM kb_issuealias WHERE issue_id = ANY(%(issues)s::bigint[])"
)
_CLAIMS = (
    "SELECT 1, c.issue_id, c.id, p.slug, c.proposition, c.stance, c.said_at, NULL"
    " FROM kb_claim c JOIN kb_party p ON p.id = c.party_id WHERE c.issue_id = ANY(%(issues)s::bigint[])"
)
_WAYS_OUT = (
    "SELECT 2, issue_id, id, category, details, version, NULL, validated"
    " FROM kb_remediation WHERE issue_id = ANY(%(issues)s::bigint[])"
)
_IN_ORDER = " ORDER BY 1, 3"
_OF_A_LIST = f"{_NAMES} UNION ALL {_CLAIMS}{_IN_ORDER}"
_OF_A_CHECK = f"{_NAMES} UNION ALL {_CLAIMS} UNION ALL {_WAYS_OUT}{_IN_ORDER}"


def _lists() -> defaultdict[int, list[Any]]:
    return defaultdict(list)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What belongs to issues, by their ids: names, claims as the ledger takes them, ways out as the API tells them."""

    aliases: defaultdict[int, list[str]] = field(default_factory=_lists)
    claims: defaultdict[int, list[Said]] = field(default_factory=_lists)
    remediations: defaultdict[int, list[dict[str, Any]]] = field(default_factory=_lists)


def belongings_of(issues: Sequence[int], *, ways_out: bool = False) -> Belongings:
    """Return what belongs to issues; ways out only where they are asked for. One query, none for no issue."""
    found = Belongings()
    if not issues:
        return found
    for what, issue, number, *words in fetch(_OF_A_CHECK if ways_out else _OF_A_LIST, {"issues": list(issues)}):
        if what == 0:
            found.aliases[issue].append(words[0])
        elif what == 1:
            found.claims[issue].append(Said(number, *words[:4]))
        else:
            found.remediations[issue].append(_way_out(*words))
    return found


def _way_out(category: str, details: str, version: str, _: None, validated: bool) -> dict[str, Any]:
    confidence = "validated" if validated else "not_validated"
    return {"category": category, "details": details, "version": version or None, "confidence": confidence}
