"""All that is told of a case's turns and promises, as one value."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tickets.turns.due import AllTerms, Due, due_of_turn, follow_up_of
from tickets.turns.entry import Entry
from tickets.turns.leg import Interval, Leg, Track, in_case_order
from tickets.turns.promises import Promise, promises_of
from tickets.turns.whose_turn import Pause, Walk, walk

A_DAY = 86_400.0
AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class LegReport:
    """A leg: who has the turn since when, until when, and how long each of the two had it.

    ``days`` are calendar days with fractions, ``business_hours`` hours of each holder's own calendar; both by slug.
    """

    leg: Leg
    intervals: tuple[Interval, ...]
    days: Mapping[str, float]
    business_hours: Mapping[str, float]
    due: Due | None
    follow_up_at: dt.datetime | None
    overdue_for: dt.timedelta

    @property
    def current(self) -> Interval | None:
        """The interval in which the leg stands; None where nobody has the turn."""
        last = self.intervals[-1] if self.intervals else None
        return last if last and last.end is None else None

    @property
    def holder(self) -> str | None:
        """Who has the turn now."""
        return self.current.holder if self.current else None

    @property
    def is_overdue(self) -> bool:
        """Whether the holder is past due."""
        return self.overdue_for > dt.timedelta()


@dataclass(frozen=True, slots=True)
class Turns:
    """The answer. ``state`` is the state of the case by its entries, ``now`` the time up to which they counted."""

    now: dt.datetime
    state: str
    legs: tuple[LegReport, ...]
    promises: tuple[Promise, ...]
    pauses: tuple[Pause, ...]
    unplaced: tuple[str, ...]

    @property
    def holders(self) -> list[str]:
        """Who has the turn now, in the order of the legs, each once."""
        return list(dict.fromkeys(leg.holder for leg in self.legs if leg.holder))

    @property
    def begin(self) -> dt.datetime | None:
        """When the first turn began; None where there is none."""
        return min((leg.intervals[0].begin for leg in self.legs if leg.intervals), default=None)

    @property
    def days(self) -> dict[str, float]:
        """How many days each party had, over all legs: a day in two legs is two."""
        total: dict[str, float] = {}
        for leg in self.legs:
            for party, days in leg.days.items():
                total[party] = total.get(party, 0.0) + days
        return total


def turns_of(entries: Iterable[Entry], *, now: dt.datetime, terms: AllTerms, parties: Sequence[str] = ()) -> Turns:
    """Return whose turn it is in a case, who had it how long, and what was promised.

    ``parties`` are the slugs of the case's parties in their order: legs come in it, those with us before others.
    """
    found = walk(entries, now=now)
    legs = in_case_order(found.tracks, parties)
    return Turns(
        now=now,
        state=found.state,
        legs=tuple(_report(leg, found.tracks[leg], found, terms, now) for leg in legs),
        promises=tuple(promises_of(found, terms, now=now)),
        pauses=tuple(found.pauses),
        unplaced=tuple(found.unplaced),
    )


def _report(leg: Leg, track: Track, found: Walk, terms: AllTerms, now: dt.datetime) -> LegReport:
    """Return what is told of a leg."""
    intervals, turn = list(track.intervals), track.turn if found.running else None
    if turn:
        intervals.append(Interval(turn.holder, turn.begin, None, turn.entry))
    due = due_of_turn(turn, terms) if turn else None
    days = dict.fromkeys((leg.party, leg.other), 0.0)
    hours = dict(days)
    for one in intervals:
        end = one.end or now
        days[one.holder] += (end - one.begin).total_seconds() / A_DAY
        hours[one.holder] += terms.of(one.holder).calendar.seconds_between(one.begin, end) / AN_HOUR
    return LegReport(
        leg=leg,
        intervals=tuple(intervals),
        days=days,
        business_hours=hours,
        due=due,
        follow_up_at=follow_up_of(turn, due) if turn else None,
        overdue_for=max(now - due.at, dt.timedelta()) if due else dt.timedelta(),
    )
