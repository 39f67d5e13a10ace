"""Reading claims as positions: where the vendor stands, and what is disputed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from kb.claims import ledger
from kb.claims.ledger import Said
from kb.models import Claim


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an issue stands between the parties."""

    vendor_position: ledger.Position = "unknown"
    disputed: tuple[str, ...] = ()


def stands_of(issues: Iterable[int], vendor: str) -> dict[int, Stand]:
    """Return where issues stand, by their ids; one query."""
    rows = Claim.objects.filter(issue__in=list(issues)).values_list(
        "issue_id", "pk", "party__slug", "proposition", "stance", "said_at"
    )
    said: defaultdict[int, list[Said]] = defaultdict(list)
    for issue, pk, party, proposition, stance, day in rows:
        said[issue].append(Said(pk, party, proposition, cast("ledger.Stance", stance), day))
    return {issue: Stand(ledger.position(claims, vendor), ledger.disputed(claims)) for issue, claims in said.items()}
