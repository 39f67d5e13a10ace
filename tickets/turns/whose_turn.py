"""Going through a case in order: who had the turn in which leg, from when to when (docs/whose-turn.md)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tickets.turns.entry import ENDED, MOVING, NUDGING, US, Entry, Placed, in_order
from tickets.turns.leg import Leg, Move, Track, Turn, leg_of


class Said(NamedTuple):
    """An entry that one party addressed to another, in its place."""

    placed: Placed
    sender: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which no clock runs: the case was parked, solved or closed. ``end`` None: it is so still."""

    state: str
    begin: dt.datetime
    end: dt.datetime | None
    entry: str


@dataclass(slots=True)
class Walk:
    """What going through a case found. ``ends`` are the times at which it was solved or closed.

    ``unplaced`` are the ids of entries that no leg could be told for.
    """

    tracks: dict[Leg, Track] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    state: str = "open"
    ends: list[dt.datetime] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether the case is open now."""
        return self.state == "open"


def walk(entries: Iterable[Entry], *, now: dt.datetime) -> Walk:
    """Go through the entries of a case, in their order, up to ``now``."""
    found = Walk()
    for placed in in_order(entries, now=now):
        if placed.entry.kind == "state":
            _change(found, placed)
            continue
        sides = _sides(found, placed.entry)
        if sides is not None:
            found.said.append(Said(placed, *sides))
            _say(found, placed, *sides)
        elif placed.entry.kind in MOVING - {"claim"}:
            found.unplaced.append(placed.entry.id)
    return found


def _sides(found: Walk, entry: Entry) -> tuple[str, str] | None:
    """Return who addressed whom; None where that cannot be told."""
    sender, receiver = entry.from_party, entry.to_party
    if sender == receiver:  # nobody is named
        return None
    if sender and receiver:
        return sender, receiver
    if US in (sender, receiver):
        return _holding(found, entry, us=sender == US)
    return (sender, US) if sender else (US, str(receiver))


def _holding(found: Walk, entry: Entry, *, us: bool) -> tuple[str, str] | None:
    """Return the sides of an entry that names only us, by the one leg in which we (or else they) hold the turn."""
    if entry.kind not in MOVING or (entry.kind == "ask" and us):
        return None
    legs = [leg for leg, track in found.tracks.items() if leg.other == US and track.turn]
    fitting = [leg for leg in legs if (found.tracks[leg].turn.holder == US) is us]  # type: ignore[union-attr]
    if len(fitting) != 1:
        return None
    return (US, fitting[0].party) if us else (fitting[0].party, US)


def _say(found: Walk, placed: Placed, sender: str, receiver: str) -> None:
    """Move the turn of a leg as an entry does."""
    at, _, entry = placed
    leg = leg_of(sender, receiver)
    track = found.tracks.get(leg) or Track()
    holder = _holder_after(entry.kind, sender, receiver, track.turn)
    if holder is None:
        return
    found.tracks[leg] = track
    turn = track.turn
    if turn is None or turn.holder != holder:
        if found.running:
            track.stop(at)
        turn = track.turn = Turn(holder, at, entry.id)
        track.moves.append(Move(at, holder, entry.id, entry.kind, sender))
    if entry.kind in ("ask", "promise") and entry.due_at is not None:
        turn.due_at = entry.due_at
    if entry.kind in NUDGING and receiver == holder:
        turn.nudged_at = at


def _holder_after(kind: str, sender: str, receiver: str, turn: Turn | None) -> str | None:
    """Return who has the turn after an entry; None where the leg knows of none."""
    if kind in ("ask", "answer"):
        return receiver
    if kind == "promise":
        return sender
    if kind == "claim" and turn and turn.holder == sender:
        return receiver
    return turn.holder if turn else None


def _change(found: Walk, placed: Placed) -> None:
    """Open, park or end the case."""
    at, _, entry = placed
    if entry.state is None or entry.state == found.state:
        return
    if found.running:
        for track in found.tracks.values():
            track.stop(at)
    elif found.pauses[-1].end is None:
        last = found.pauses.pop()
        if last.begin < at:
            found.pauses.append(Pause(last.state, last.begin, at, last.entry))
    if entry.state in ENDED:
        if found.state not in ENDED:
            found.ends.append(at)
        for track in found.tracks.values():
            if track.turn:
                track.moves.append(Move(at, None, entry.id, entry.kind, None))
            track.turn = None
    found.state = entry.state
    if not found.running:
        found.pauses.append(Pause(entry.state, at, None, entry.id))
        return
    for track in found.tracks.values():
        if track.turn:
            track.turn.begin, track.turn.entry = at, entry.id
