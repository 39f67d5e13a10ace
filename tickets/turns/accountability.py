"""What a case says of how long each party kept it: its turns, from when one came to a party until it gave it back.

The rules are those of whose turn it is, gone through once more; `docs/accountability.md` says what is counted.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tickets.turns.due import AllTerms
from tickets.turns.entry import ENDED, Entry
from tickets.turns.leg import Leg, Move
from tickets.turns.promises import Promise, promises_of
from tickets.turns.whose_turn import Pause, Walk, walk

Outcome = Literal["answered", "asked_back", "taken_back", "ended", "waiting"]
RESPONSES = frozenset({"answered", "asked_back"})


class Period(NamedTuple):
    """A time that is looked at: from ``begin`` on, before ``end``."""

    begin: dt.datetime
    end: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begin <= moment < self.end


class Piece(NamedTuple):
    """A time in which a clock ran."""

    begin: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """A turn that ``holder`` had towards ``other``. ``end`` None: it has it still.

    ``entry`` gave it, ``ended_by`` took it away; ``pieces`` are the times in which a clock ran: not while the case was
    parked, solved or closed.
    """

    holder: str
    other: str
    begin: dt.datetime
    end: dt.datetime | None
    outcome: Outcome
    entry: str
    ended_by: str | None
    pieces: tuple[Piece, ...]

    @property
    def is_response(self) -> bool:
        """Whether the holder gave it back itself: by an answer, a claim, or a question of its own."""
        return self.outcome in RESPONSES

    @property
    def seconds(self) -> float:
        """How long it lasted, by the clock."""
        return sum((piece.end - piece.begin).total_seconds() for piece in self.pieces)

    def business_seconds(self, terms: AllTerms) -> float:
        """How long it lasted, in open seconds of the holder's calendar."""
        calendar = terms.of(self.holder).calendar
        return sum(calendar.seconds_between(piece.begin, piece.end) for piece in self.pieces)

    def within(self, period: Period) -> tuple[Piece, ...]:
        """Return the parts of its time that lie in a period."""
        cut = (Piece(max(one.begin, period.begin), min(one.end, period.end)) for one in self.pieces)
        return tuple(one for one in cut if one.begin < one.end)


@dataclass(frozen=True, slots=True)
class Account:
    """What a case says of one party: the turns in the legs in which it takes part, and what it promised."""

    turns: tuple[HeldTurn, ...]
    promises: tuple[Promise, ...]


def account_of(entries: Iterable[Entry], party: str, *, now: dt.datetime, terms: AllTerms) -> Account:
    """Return what a case says of a party, up to ``now``: also the turns of those with whom it deals."""
    found = walk(entries, now=now)
    turns = [
        turn for leg, track in found.tracks.items() if party in leg for turn in _turns(leg, track.moves, found, now=now)
    ]
    promised = any(said.placed.entry.kind == "promise" and said.sender == party for said in found.said)
    promises = promises_of(found, terms, now=now) if promised else []
    return Account(
        tuple(sorted(turns, key=lambda turn: turn.begin)),  # those of a leg stay in their order
        tuple(one for one in promises if one.party == party),
    )


def _turns(leg: Leg, moves: Sequence[Move], found: Walk, *, now: dt.datetime) -> Iterable[HeldTurn]:
    """Yield the turns of a leg; one that came and went while the case was at an end is none."""
    for number, move in enumerate(moves):
        if move.holder is None:
            continue
        after = moves[number + 1] if number + 1 < len(moves) else None
        begin, end = _begun(move.at, found.pauses), after.at if after else None
        if begin is None or (end is not None and end < begin):
            continue
        yield HeldTurn(
            holder=move.holder,
            other=leg.other if move.holder == leg.party else leg.party,
            begin=begin,
            end=end,
            outcome=_outcome(move.holder, after),
            entry=move.entry,
            ended_by=after.entry if after else None,
            pieces=_running(begin, end or now, found.pauses),
        )


def _begun(at: dt.datetime, pauses: Sequence[Pause]) -> dt.datetime | None:
    """Return when a turn began to count: what came after the end of a case, when that was opened again."""
    for pause in pauses:
        if pause.state in ENDED and pause.begin <= at and (pause.end is None or at < pause.end):
            return pause.end if pause.end is None else _begun(pause.end, pauses)
    return at


def _outcome(holder: str, after: Move | None) -> Outcome:
    """Return what became of a turn."""
    if after is None:
        return "waiting"
    if after.holder is None:
        return "ended"
    if after.sender != holder:
        return "taken_back"  # the other side promised to do something itself
    return "asked_back" if after.kind == "ask" else "answered"


def _running(begin: dt.datetime, end: dt.datetime, pauses: Sequence[Pause]) -> tuple[Piece, ...]:
    """Return the times between two moments in which no pause was."""
    pieces, at = [], begin
    for pause in pauses:
        if pause.end is not None and pause.end <= at:
            continue
        if pause.begin >= end:
            break
        if at < pause.begin:
            pieces.append(Piece(at, pause.begin))
        if pause.end is None:
            return tuple(pieces)
        at = pause.end
    if at < end:
        pieces.append(Piece(at, end))
    return tuple(pieces)
