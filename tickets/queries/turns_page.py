"""Whose turn it is, as the page of a case shows it: a sentence, a lane for each party, the promises, overdue first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.rows import fetch
from kb.models import Party
from kb.queries.parties import parties_by_slug
from tickets.models import Case
from tickets.queries.turns import case_turns
from tickets.queries.turns_words import Lead, lead_of
from tickets.turns.leg import Interval
from tickets.turns.promises import Promise
from tickets.turns.report import LegReport, Turns
from tickets.turns.whose_turn import Pause

NARROWEST = 0.4  # per cent of the picture: less would not be seen
PROMISES_SHOWN = 30
_ENTRIES = """
SELECT public_id::text, text, precision FROM tickets_timelineentry WHERE case_id = %s AND public_id = ANY(%s::uuid[])
"""
FIRST = {"broken": 0, "open": 1}  # what is waited for stands before what is over


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a lane, in per cent of its width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """What one party had in one leg. `party` None: the case was parked or ended."""

    party: Party | None
    bars: list[Bar]
    days: float
    hours: float | None
    times: int


@dataclass(frozen=True, slots=True)
class ShownLeg:
    """A leg: its two parties, a lane for each, and who has the turn now."""

    party: Party
    other: Party
    lanes: list[Lane]
    report: LegReport


@dataclass(frozen=True, slots=True)
class ShownPromise:
    """A promise with its text."""

    promise: Promise
    party: Party
    to: Party
    text: str
    precision: str


@dataclass(frozen=True, slots=True)
class TurnsPage:
    """The parts of the page. `parked` is the lane of the times in which no clock ran; None where there were none."""

    turns: Turns
    lead: Lead
    legs: list[ShownLeg]
    parked: Lane | None
    begin: datetime | None
    end: datetime
    promises: list[ShownPromise]
    more_promises: int
    unplaced: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody was asked and nothing promised."""
        return not self.turns.legs and not self.turns.promises

    @property
    def overdue(self) -> int:
        """How many promises are past due and waited for."""
        return sum(one.is_overdue for one in self.turns.promises)


def turns_page(case: Case) -> TurnsPage:
    """Return whose turn it is in a case as its page shows it; a constant number of queries."""
    turns = case_turns(case)
    chosen = sorted(turns.promises, key=lambda one: (FIRST.get(one.state, 2), one.due.at))
    chosen = [*chosen[:PROMISES_SHOWN]]
    slugs = {slug for leg in turns.legs for slug in leg.leg} | {s for one in chosen for s in (one.party, one.to)}
    parties = {party.slug: party for party in parties_by_slug(sorted(slugs), field="party")}
    wanted = [one.entry for one in chosen] + [leg.current.entry for leg in turns.legs if leg.current]
    texts = {row[0]: row[1:] for row in fetch(_ENTRIES, [case.pk, [one for one in wanted if one]])} if wanted else {}
    end = turns.pauses[-1].begin if turns.pauses and turns.state in ("solved", "closed") else turns.now
    begin = turns.begin
    return TurnsPage(
        turns=turns,
        lead=lead_of(turns, parties, {entry: precision for entry, (_, precision) in texts.items()}),
        legs=[_shown_leg(leg, parties, begin, end) for leg in turns.legs if begin and leg.intervals],
        parked=_parked(turns.pauses, begin, end) if begin else None,
        begin=begin,
        end=end,
        promises=[
            ShownPromise(one, parties[one.party], parties[one.to], *texts.get(one.entry, ("", "minute")))
            for one in chosen
        ],
        more_promises=len(turns.promises) - len(chosen),
        unplaced=len(turns.unplaced),
    )


def _shown_leg(leg: LegReport, parties: dict[str, Party], begin: Any, end: datetime) -> ShownLeg:
    """Return a leg with a lane for each of its parties."""
    lanes = []
    for slug in leg.leg:
        own = [one for one in leg.intervals if one.holder == slug]
        lanes.append(
            Lane(parties[slug], _bars(_times(own, end), begin, end), leg.days[slug], leg.business_hours[slug], len(own))
        )
    return ShownLeg(parties[leg.leg.party], parties[leg.leg.other], lanes, leg)


def _parked(pauses: Sequence[Pause], begin: datetime, end: datetime) -> Lane | None:
    """Return the lane of the times in which no clock ran, between the first turn and the end."""
    times = [(max(one.begin, begin), min(one.end or end, end)) for one in pauses]
    times = [(first, last) for first, last in times if first < last]
    days = sum((last - first).total_seconds() for first, last in times) / 86_400
    return Lane(None, _bars(times, begin, end), days, None, len(times)) if times else None


def _times(intervals: Iterable[Interval], end: datetime) -> list[tuple[datetime, datetime]]:
    """Return from when to when intervals last."""
    return [(one.begin, one.end or end) for one in intervals]


def _bars(times: Iterable[tuple[datetime, datetime]], begin: datetime, end: datetime) -> list[Bar]:
    """Return the bars of times between two moments; those that would touch are one: there are at most some hundred."""
    whole = max((end - begin).total_seconds(), 1.0)
    bars: list[Bar] = []
    for first, last in times:
        x = round((first - begin).total_seconds() / whole * 100, 2)
        width = max(round((last - first).total_seconds() / whole * 100, 2), NARROWEST)
        x = min(x, 100 - width)
        if bars and x <= bars[-1].x + bars[-1].width:
            bars[-1] = Bar(bars[-1].x, round(max(x + width, bars[-1].x + bars[-1].width) - bars[-1].x, 2))
        else:
            bars.append(Bar(x, width))
    return bars
