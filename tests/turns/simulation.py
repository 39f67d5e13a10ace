"""A second reading of `docs/whose-turn.md`, written from that page alone: a clock that goes minute by minute.

It shares nothing with `tickets.turns` but the shape of an entry. All times are whole minutes after `BEGIN`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tickets.turns.entry import Entry

BEGIN = dt.datetime(2024, 3, 29, tzinfo=dt.UTC)  # the Friday before Europe puts its clocks on
MINUTE = dt.timedelta(minutes=1)
Sides = frozenset[str]


def minute_of(moment: dt.datetime) -> int:
    """Return a moment in minutes."""
    return (moment - BEGIN) // MINUTE


@dataclass
class World:
    """What is so at a minute, and what was counted until then."""

    state: str = "open"
    turn: dict[Sides, str] = field(default_factory=dict)
    minutes: Counter[tuple[Sides, str]] = field(default_factory=Counter)
    open_minutes: Counter[tuple[Sides, str]] = field(default_factory=Counter)
    unplaced: list[str] = field(default_factory=list)
    promises: list[dict[str, Any]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


def counted(entries: Sequence[Entry]) -> list[tuple[int, int, Entry]]:
    """Return (minute, order, entry) of what counts, corrected and put where the order of recording wants it."""
    found = []
    for entry in entries:
        if any(other.replaces == entry.id for other in entries) or entry.machine:
            continue
        first = entry
        while first.replaces is not None:
            first = next(other for other in entries if other.id == first.replaces)
        moment = minute_of(first.recorded_at if entry.happened_at is None else entry.happened_at)
        told = minute_of(first.recorded_at)
        if moment - {"minute": 0, "day": 12 * 60, "week": 84 * 60}[entry.precision] <= told < moment:
            moment = told
        found.append((moment, first.order, entry))
    moving = [row for row in found if row[2].kind in {"ask", "answer", "promise", "claim", "state"}]
    exact = [
        row
        for row in moving
        if row[2].precision == "minute" and row[2].happened_at is not None and row[0] <= minute_of(row[2].recorded_at)
    ]
    placed = []
    for at, order, entry in found:
        reach = {"minute": 0, "day": 12 * 60, "week": 84 * 60}[entry.precision]
        if reach and (at, order, entry) in moving:
            older = [time for time, other, _ in exact if other < order and at < time <= at + reach]
            newer = [time for time, other, _ in exact if other > order and at - reach <= time < at]
            at = max(older) if older else min(newer) if newer else at  # noqa: PLW2901
        placed.append((at, order, entry))
    return sorted(placed, key=lambda row: row[:2])


def told_sides(world: World, entry: Entry) -> tuple[str, str] | None:
    """Return from whom to whom an entry went, as far as one can know."""
    one, other = entry.from_party, entry.to_party
    if one is None and other is None:
        return None
    if one is not None and other is not None:
        return one, other
    named = str(one or other)
    if named != "us":
        return (named, "us") if one else ("us", named)
    if entry.kind not in {"ask", "answer", "promise", "claim"} or (one and entry.kind == "ask"):
        return None
    ours = [sides for sides, holder in world.turn.items() if "us" in sides and (holder == "us") == (one == "us")]
    if len(ours) != 1:
        return None
    (them,) = ours[0] - {"us"}
    return ("us", them) if one else (them, "us")


def happen(world: World, at: int, entry: Entry) -> None:
    """Let an entry change the world."""
    if entry.kind == "state":
        if entry.state in {"solved", "closed"}:
            world.turn.clear()
            if world.state not in {"solved", "closed"}:
                world.ends.append(at)
        world.state = entry.state or world.state
        return
    sides = told_sides(world, entry)
    if sides is None:
        if entry.kind in {"ask", "answer", "promise"}:
            world.unplaced.append(entry.id)
        return
    sender, receiver = sides
    pair = frozenset(sides)
    for promise in world.promises:
        if promise["fulfilled"] is None and (promise["from"], promise["to"]) == sides:
            if entry.kind in {"answer", "claim"}:
                promise["fulfilled"] = at
        elif (
            promise["fulfilled"] is None
            and (promise["to"], promise["from"]) == sides
            and entry.kind in {"ask", "message", "call"}
        ):
            promise["reminded"].append(at)
    if entry.kind in {"ask", "answer"}:
        world.turn[pair] = receiver
    elif entry.kind == "promise":
        world.turn[pair] = sender
        due = minute_of(entry.due_at) if entry.due_at else at + 7 * 24 * 60
        world.promises.append(
            {"entry": entry.id, "from": sender, "to": receiver, "made": at, "due": due, "dated": bool(entry.due_at),
             "fulfilled": None, "reminded": []}
        )  # fmt: skip
    elif entry.kind == "claim" and world.turn.get(pair) == sender:
        world.turn[pair] = receiver


def simulate(
    entries: Iterable[Entry], *, until: int, is_open: Callable[[dt.datetime], bool] = lambda _: False
) -> World:
    """Let the minutes pass, from the first entry's day to `until`; `is_open` says of a minute whether it counts."""
    world, rows = World(), counted(list(entries))
    for minute in range(min([0, *(at for at, _, _ in rows)]), until + 1):
        for at, _, entry in rows:
            if at == minute:
                happen(world, at, entry)
        if world.state == "open" and minute < until:
            for pair, holder in world.turn.items():
                world.minutes[pair, holder] += 1
                if is_open(BEGIN + minute * MINUTE):
                    world.open_minutes[pair, holder] += 1
    return world


def became(promise: dict[str, Any], world: World, until: int) -> tuple[str, bool, list[int]]:
    """Return what became of a promise, whether somebody still waits for it, and when they reminded of it."""
    ended = min([at for at in world.ends if at >= promise["made"]], default=None)
    if promise["fulfilled"] is not None:
        return ("kept" if promise["fulfilled"] <= promise["due"] else "late"), False, promise["reminded"]
    if ended is None:
        is_open = until <= promise["due"]
        return ("open" if is_open else "broken"), not is_open, promise["reminded"]
    broken = promise["dated"] and promise["due"] < ended
    return ("broken" if broken else "lapsed"), False, [at for at in promise["reminded"] if at < ended]
