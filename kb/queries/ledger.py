"""Reading claims as positions: where the vendor stands, and what is disputed."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.claims import ledger
from kb.queries.belongings import claims_of


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an issue stands between the parties."""

    vendor_position: ledger.Position = "unknown"
    disputed: tuple[str, ...] = ()


def stands_of(issues: Sequence[int], vendor: str) -> dict[int, Stand]:
    """Return where issues stand, by their ids; one query."""
    return {
        issue: Stand(ledger.position(claims, vendor), ledger.disputed(claims))
        for issue, claims in claims_of(issues).items()
    }
