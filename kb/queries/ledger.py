"""Reading claims as positions: where the vendor stands, and what is disputed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.claims import ledger


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an issue stands between the parties."""

    vendor_position: ledger.Position = "unknown"
    disputed: tuple[str, ...] = ()


def stand_of(claims: Iterable[ledger.Said], vendor: str) -> Stand:
    """Return where an issue stands by what is claimed of it; `vendor` is the slug of the party that makes it."""
    held = ledger.standing(claims)
    return Stand(ledger.position(held, vendor), ledger.disputed(held))


def stands_of(claims: Mapping[int, Sequence[ledger.Said]], vendor: str) -> dict[int, Stand]:
    """Return where issues stand, by their ids, by what is claimed of each."""
    return {issue: stand_of(said, vendor) for issue, said in claims.items()}
