"""Promises: what was promised, until when, and what became of it (docs/whose-turn.md)."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tickets.turns.due import AllTerms, Due
from tickets.turns.entry import NUDGING
from tickets.turns.whose_turn import Said, Walk

State = Literal["open", "kept", "late", "broken", "lapsed"]
FULFILLING = frozenset({"answer", "claim"})
Place = tuple[dt.datetime, int]


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise of ``party`` to ``to``. ``overdue_for`` is how long past due it was, or is, unfulfilled.

    ``reminders`` is how many were sent, ``reminded_at`` when the last was; ``settled_by`` is what fulfilled it.
    ``is_overdue`` is whether it is past due and still waited for: not once its case ended.
    """

    entry: str
    party: str
    to: str
    made_at: dt.datetime
    due: Due
    state: State
    settled_at: dt.datetime | None
    settled_by: str | None
    overdue_for: dt.timedelta
    reminders: int
    reminded_at: dt.datetime | None
    is_overdue: bool


class _Ways:
    """What each party addressed to each other, by kinds, to be found by place."""

    def __init__(self, said: Sequence[Said], kinds: frozenset[str]) -> None:
        self._rows: dict[tuple[str, str], list[Said]] = defaultdict(list)
        for one in said:
            if one.placed.entry.kind in kinds:
                self._rows[one.sender, one.receiver].append(one)
        self._places = {way: [_place(one) for one in rows] for way, rows in self._rows.items()}

    def first_after(self, sender: str, receiver: str, place: Place) -> Said | None:
        """Return the first thing that a party addressed to another after a place."""
        number = bisect_right(self._places.get((sender, receiver), ()), place)
        rows = self._rows.get((sender, receiver), ())
        return rows[number] if number < len(rows) else None

    def between(self, sender: str, receiver: str, begin: Place, end: Place | None) -> tuple[int, dt.datetime | None]:
        """Return how often a party addressed another between two places, and when it did so last."""
        places = self._places.get((sender, receiver), ())
        last = len(places) if end is None else bisect_left(places, end)
        number = last - bisect_right(places, begin)
        return (number, places[last - 1][0]) if number > 0 else (0, None)


def _place(said: Said) -> Place:
    return said.placed.at, said.placed.order


def promises_of(found: Walk, terms: AllTerms, *, now: dt.datetime) -> list[Promise]:
    """Return the promises of a case, in the order in which they were made."""
    fulfilling, nudging = _Ways(found.said, FULFILLING), _Ways(found.said, NUDGING)
    promises = []
    for said in found.said:
        if said.placed.entry.kind == "promise":
            kept_by = fulfilling.first_after(said.sender, said.receiver, _place(said))
            ended_at = next((at for at in found.ends if at >= said.placed.at), None)
            promises.append(_promise(said, kept_by, nudging, terms=terms, ended_at=ended_at, now=now))
    return promises


def _promise(
    said: Said,
    kept_by: Said | None,
    nudging: _Ways,
    *,
    terms: AllTerms,
    ended_at: dt.datetime | None,
    now: dt.datetime,
) -> Promise:
    """Return a promise with what became of it."""
    at, _, entry = said.placed
    own = terms.of(said.sender)
    due = Due(entry.due_at, "entry") if entry.due_at else Due(own.due(at), own.source)
    settled_at = kept_by.placed.at if kept_by else None
    waited_until = settled_at or ended_at or now
    until = _place(kept_by) if kept_by else (ended_at, 0) if ended_at else None
    reminders, reminded_at = nudging.between(said.receiver, said.sender, (at, said.placed.order), until)
    return Promise(
        entry=entry.id,
        party=said.sender,
        to=said.receiver,
        made_at=at,
        due=due,
        state=_state(due, settled_at, ended_at, now),
        settled_at=settled_at,
        settled_by=kept_by.placed.entry.id if kept_by else None,
        overdue_for=max(waited_until - due.at, dt.timedelta()),
        reminders=reminders,
        reminded_at=reminded_at,
        is_overdue=settled_at is None and ended_at is None and due.at < now,
    )


def _state(due: Due, settled_at: dt.datetime | None, ended_at: dt.datetime | None, now: dt.datetime) -> State:
    """Return what became of a promise."""
    if settled_at is not None:
        return "kept" if settled_at <= due.at else "late"
    if ended_at is None:
        return "open" if now <= due.at else "broken"
    return "broken" if due.source == "entry" and due.at < ended_at else "lapsed"
