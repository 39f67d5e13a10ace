"""Positions computed from claims: the latest standing claim of each party on each proposition, disputes, and flips.

A claim whose day is not known follows the claim that was recorded before it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Stance = Literal["yes", "no", "retracted"]
Position = Literal["confirms_defect", "by_design", "denies", "fixed", "unknown"]


class Said(NamedTuple):
    """One claim. ``order`` is the order of recording."""

    order: int
    party: str
    proposition: str
    stance: Stance
    said_at: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """A party that changed its stance: ``before`` is the claim it held until then."""

    before: Said
    after: Said


def in_order(claims: Iterable[Said]) -> list[Said]:
    """Claims in the order in which they were made."""
    recorded = sorted(claims, key=lambda claim: claim.order)
    if len(recorded) < 2:
        return recorded
    dated: list[tuple[dt.date, int, Said]] = []
    day = dt.date.min
    for claim in recorded:
        day = claim.said_at or day
        dated.append((day, claim.order, claim))
    return [claim for _, _, claim in sorted(dated, key=lambda row: row[:2])]


Standing = Mapping[tuple[str, str], Said]


def standing(claims: Iterable[Said]) -> Standing:
    """The latest claim of each party on each proposition, by (party, proposition); one taken back stands no more."""
    latest = {(claim.party, claim.proposition): claim for claim in in_order(claims)}
    return {key: claim for key, claim in latest.items() if claim.stance != "retracted"}


def disputed(claims: Standing) -> tuple[str, ...]:
    """The propositions on which opposite claims stand."""
    stances: dict[str, set[str]] = {}
    for claim in claims.values():
        stances.setdefault(claim.proposition, set()).add(claim.stance)
    return tuple(sorted(name for name, both in stances.items() if {"yes", "no"} <= both))


def position(claims: Standing, party: str) -> Position:
    """Where a party stands on an issue as a whole."""
    held = {name: claim.stance for (who, name), claim in claims.items() if who == party}
    if held.get("is_fixed") == "yes":
        return "fixed"
    if held.get("exists") == "no":
        return "denies"
    return {"yes": "confirms_defect", "no": "by_design"}.get(held.get("is_defect", ""), "unknown")  # type: ignore[return-value]


def flips(claims: Sequence[Said]) -> list[Flip]:
    """Every change of stance of a party on a proposition, in order; taking a claim back is one."""
    held: dict[tuple[str, str], Said] = {}
    found = []
    for claim in in_order(claims):
        before = held.get((claim.party, claim.proposition))
        if before and before.stance not in (claim.stance, "retracted"):
            found.append(Flip(before, claim))
        held[claim.party, claim.proposition] = claim
    return found
