"""What the engine is handed of a timeline entry, and in which order entries count."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

US = "us"
MOVING = frozenset({"ask", "answer", "promise", "claim"})
NUDGING = frozenset({"ask", "message", "call"})
RELEVANT = MOVING | NUDGING | {"state"}
ENDED = frozenset({"solved", "closed"})
HALF = {"day": dt.timedelta(hours=12), "week": dt.timedelta(hours=84)}  # how far a rough time may be wrong, each way


class Entry(NamedTuple):
    """A timeline entry; a tuple, since a case has thousands of them.

    ``order`` is the order of recording; parties are slugs, ``us`` is our own side. ``happened_at`` None: undated.
    ``state`` is the state that the case has from here on, of an entry of that kind.
    """

    id: str
    order: int
    kind: str
    happened_at: dt.datetime | None
    recorded_at: dt.datetime
    from_party: str | None = None
    to_party: str | None = None
    due_at: dt.datetime | None = None
    precision: str = "minute"
    machine: bool = False
    replaces: str | None = None
    state: str | None = None


class Placed(NamedTuple):
    """An entry in its place: ``at`` is the time from which it counts, ``order`` tells entries of one time apart."""

    at: dt.datetime
    order: int
    entry: Entry


def standing(entries: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Return the newest revision of each entry that counts, behind the first one of it."""
    known = {entry.id: entry for entry in entries}
    replaced = {entry.replaces for entry in known.values() if entry.replaces}
    return [
        (_first(entry, known), entry)
        for entry in known.values()
        if entry.id not in replaced and not entry.machine and entry.kind in RELEVANT
    ]


def _first(entry: Entry, known: dict[str, Entry]) -> Entry:
    """Return the first revision of an entry, as far as it is known."""
    while entry.replaces in known:
        entry = known[entry.replaces]
    return entry


def in_order(entries: Iterable[Entry], *, now: dt.datetime) -> list[Placed]:
    """Return the entries that count up to ``now``, in the order in which they count."""
    rows = [Placed(moment_of(first, entry), first.order, entry) for first, entry in standing(entries)]
    if any(row.entry.precision in HALF for row in rows):
        rows = _settled(rows)
    return sorted(row for row in rows if row.at <= now)


def moment_of(first: Entry, entry: Entry) -> dt.datetime:
    """Return the time from which an entry counts: its own, undated when it was first recorded.

    A rough time lies in the middle of its day or week; what was recorded before that had happened by then.
    """
    if entry.happened_at is None:
        return first.recorded_at
    half = HALF.get(entry.precision)
    if half and entry.happened_at - half <= first.recorded_at < entry.happened_at:
        return first.recorded_at
    return entry.happened_at


def _settled(rows: Sequence[Placed]) -> list[Placed]:
    """Move rough entries to the side of the exact ones near them on which they were recorded."""
    exact = sorted((row.at, row.order) for row in rows if _is_exact(row))
    times = [at for at, _ in exact]

    def moved(row: Placed) -> Placed:
        half = HALF.get(row.entry.precision)
        if half is None or not _moves(row.entry):
            return row
        behind = exact[bisect_right(times, row.at) : bisect_right(times, row.at + half)]
        if later := [at for at, order in behind if order < row.order]:
            return row._replace(at=later[-1])
        before = exact[bisect_left(times, row.at - half) : bisect_left(times, row.at)]
        return row._replace(at=next((at for at, order in before if order > row.order), row.at))

    return [moved(row) for row in rows]


def _moves(entry: Entry) -> bool:
    """Whether an entry can move a turn, or end one."""
    return entry.kind in MOVING or entry.kind == "state"


def _is_exact(row: Placed) -> bool:
    """Whether the minute of an entry that can move a turn is known; what was dated ahead was a plan, and moves none."""
    entry = row.entry
    known = entry.precision not in HALF and entry.happened_at is not None
    return known and _moves(entry) and row.at <= entry.recorded_at
