"""A leg: two parties that deal with each other, and the intervals in which one of them had the turn."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tickets.turns.entry import US


class Leg(NamedTuple):
    """A pair of parties. ``party`` is the outside one; ``other`` is ``us``, or a second outside party."""

    party: str
    other: str


def leg_of(one: str, another: str) -> Leg:
    """Return the leg between two parties, whichever of them is named first."""
    if one == US:
        return Leg(another, US)
    return Leg(one, another) if another == US else Leg(*sorted((one, another)))


def in_case_order(legs: Iterable[Leg], parties: Sequence[str]) -> list[Leg]:
    """Return legs in the order of a case's parties: those with us before others."""
    rank = {party: place for place, party in enumerate(parties)}
    return sorted(legs, key=lambda leg: (leg.other != US, rank.get(leg.party, len(rank)), leg))


class Interval(NamedTuple):
    """A time in which one party had the turn. ``end`` None: it has it still; ``entry`` is the one that gave it."""

    holder: str
    begin: dt.datetime
    end: dt.datetime | None
    entry: str


class Move(NamedTuple):
    """That a turn went to a party, by an entry of another or its own; ``holder`` None: the case ended."""

    at: dt.datetime
    holder: str | None
    entry: str
    kind: str
    sender: str | None


@dataclass(slots=True)
class Turn:
    """The turn as it stands in a leg while a case is gone through; ``due_at`` is what its newest entry set."""

    holder: str
    begin: dt.datetime
    entry: str
    due_at: dt.datetime | None = None
    nudged_at: dt.datetime | None = None


@dataclass(slots=True)
class Track:
    """A leg's past and present. ``turn`` is kept while a case is parked; an interval runs only while it is open.

    ``moves`` are the times at which the turn went to somebody else, also those between which no time passed.
    """

    turn: Turn | None = None
    intervals: list[Interval] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    def stop(self, at: dt.datetime) -> None:
        """End the interval that runs; one of no length is left out."""
        if self.turn and self.turn.begin < at:
            self.intervals.append(Interval(self.turn.holder, self.turn.begin, at, self.turn.entry))
