"""Whatever a timeline holds: the engine says what a clock would that goes through the case minute by minute."""

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.turns.simulation import BEGIN, MINUTE, became, simulate
from tickets.turns.business_time import Calendar
from tickets.turns.due import AllTerms, Terms
from tickets.turns.entry import Entry
from tickets.turns.report import Turns, turns_of

UNTIL = 4 * 24 * 60
HOLIDAY = dt.date(2024, 4, 1)
BERLIN = Calendar("Europe/Berlin", opens=60, closes=18 * 60, weekdays=frozenset(range(7)), holidays={HOLIDAY})
TERMS = AllTerms(default=Terms(BERLIN))
PARTIES = (None, "us", "reseller", "vendor")
KINDS = ("ask", "answer", "promise", "claim", "message", "call", "note", "change", "state")


def is_open(moment: dt.datetime) -> bool:
    """Whether the office of the tests is open in a minute."""
    local = moment.astimezone(BERLIN.zone)
    return local.date() != HOLIDAY and 1 <= local.hour < 18


def minutes(most: int = UNTIL + 600) -> st.SearchStrategy[int]:
    """Return times: many of them the same, some after the end."""
    return st.one_of(st.sampled_from([0, 60, 720, 721, 2160]), st.integers(0, most))


@st.composite
def timelines(draw: st.DrawFn) -> list[Entry]:
    """Return entries in the order of recording, some of them corrections of older ones."""
    entries: list[Entry] = []
    standing: list[str] = []
    for order in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(KINDS))
        precision = draw(st.sampled_from(["minute", "minute", "minute", "day", "week"]))
        day = draw(st.integers(0, 3))
        at = draw(minutes()) if precision == "minute" else day * 1440 + 720
        undated = precision == "minute" and draw(st.integers(0, 9)) == 0
        replaces = draw(st.sampled_from(standing)) if standing and draw(st.integers(0, 3)) == 0 else None
        entry = Entry(
            id=f"e{order}",
            order=order,
            kind=kind,
            happened_at=None if undated else BEGIN + at * MINUTE,
            recorded_at=BEGIN + draw(minutes()) * MINUTE,
            from_party=draw(st.sampled_from(PARTIES)),
            to_party=draw(st.sampled_from(PARTIES)),
            due_at=BEGIN + draw(minutes()) * MINUTE if draw(st.booleans()) else None,
            precision=precision,
            machine=draw(st.integers(0, 9)) == 0,
            replaces=replaces,
            state=draw(st.sampled_from(["open", "parked", "solved", "closed", None])) if kind == "state" else None,
        )
        if entry.from_party is not None and entry.from_party == entry.to_party:
            continue
        standing = [*(one for one in standing if one != replaces), entry.id]
        entries.append(entry)
    return entries


def answered(entries: list[Entry], until: int = UNTIL) -> Turns:
    """Return what the engine says."""
    return turns_of(entries, now=BEGIN + until * MINUTE, terms=TERMS)


def as_sets(turns: Turns, hours: bool = False) -> dict[Any, int]:
    """Return how many minutes each party had in each leg, as the simulation counts them."""
    return {
        (frozenset(leg.leg), party): round(number * (60 if hours else 1440))
        for leg in turns.legs
        for party, number in (leg.business_hours if hours else leg.days).items()
        if number
    }


@settings(max_examples=150, deadline=None)
@given(timelines(), st.integers(0, UNTIL))
def test_the_engine_says_what_the_clock_says(entries: list[Entry], until: int) -> None:
    turns, world = answered(entries, until), simulate(entries, until=until, is_open=is_open)
    assert as_sets(turns) == dict(world.minutes)
    assert as_sets(turns, hours=True) == dict(world.open_minutes)
    holding = {frozenset(leg.leg): leg.holder for leg in turns.legs if leg.holder}
    assert holding == (world.turn if world.state == "open" else {})
    assert (turns.state, list(turns.unplaced)) == (world.state, world.unplaced)


@settings(max_examples=150, deadline=None)
@given(timelines(), st.integers(0, UNTIL))
def test_promises_become_what_the_clock_says(entries: list[Entry], until: int) -> None:
    turns, world = answered(entries, until), simulate(entries, until=until)
    told = [
        (one.entry, one.state, one.is_overdue, one.reminders, one.reminded_at and (one.reminded_at - BEGIN) // MINUTE)
        for one in turns.promises
    ]
    wanted = [(one["entry"], *became(one, world, until)) for one in world.promises]
    assert told == [
        (entry, state, overdue, len(times), times[-1] if times else None) for entry, state, overdue, times in wanted
    ]


@given(timelines())
def test_intervals_of_a_leg_follow_each_other(entries: list[Entry]) -> None:
    for leg in answered(entries).legs:
        ends = [one.end for one in leg.intervals]
        assert all(end is not None for end in ends[:-1])
        assert all(one.end is None or one.begin < one.end for one in leg.intervals)
        begins = [one.begin for one in leg.intervals[1:]]
        assert all(end <= begin for end, begin in zip(ends, begins, strict=False) if end)
        assert {one.holder for one in leg.intervals} <= set(leg.leg)


@given(timelines())
def test_what_nobody_typed_changes_nothing(entries: list[Entry]) -> None:
    silent = [
        Entry(f"n{place}", 100 + place, kind, BEGIN + 5 * MINUTE, BEGIN, "us", "vendor", machine=place % 2 == 0)
        for place, kind in enumerate(("note", "note", "ask", "change", "state", "finding", "evidence", "evidence"))
    ]
    assert as_sets(answered(entries + silent)) == as_sets(answered(entries))


@given(st.integers(0, UNTIL), st.integers(0, UNTIL), st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "UTC"]))
def test_business_time_adds_up(begin: int, length: int, zone: str) -> None:
    calendar = Calendar(zone, holidays={HOLIDAY})
    start, end = BEGIN + begin * MINUTE, BEGIN + (begin + length) * MINUTE
    seconds = calendar.seconds_between(start, end)
    middle = start + (end - start) / 2
    assert seconds == calendar.seconds_between(start, middle) + calendar.seconds_between(middle, end)
    if seconds:
        reached = calendar.after(start, seconds)
        assert reached is not None
        assert reached <= end
        assert calendar.seconds_between(reached, end) == 0
