"""What a list says of a case: who has the turn now, until when, and whose promises are past due."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tickets.turns.due import AllTerms, Due, due_of_turn
from tickets.turns.entry import Entry
from tickets.turns.leg import in_case_order
from tickets.turns.promises import Promise, promises_of
from tickets.turns.whose_turn import walk


class Held(NamedTuple):
    """A turn that somebody has now, towards whom, since when and until when; ``entry`` is what gave it."""

    holder: str
    other: str
    since: dt.datetime
    entry: str
    due: Due | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands. ``promises`` are those that are waited for."""

    held: tuple[Held, ...] = ()
    promises: tuple[Promise, ...] = ()

    @property
    def late(self) -> list[str]:
        """The parties whose promises are past due, each once."""
        return list(dict.fromkeys(one.party for one in self.promises if one.is_overdue))

    @property
    def holders(self) -> list[str]:
        """Who has the turn, in the order of the legs, each once."""
        return list(dict.fromkeys(one.holder for one in self.held))

    @property
    def due_at(self) -> dt.datetime | None:
        """The first time at which a holder owes something."""
        return min((one.due.at for one in self.held if one.due), default=None)

    @property
    def is_overdue(self) -> bool:
        """Whether a holder is past due, or a promise."""
        return bool(self.late) or any(one.is_overdue for one in self.held)

    def is_overdue_by(self, party: str) -> bool:
        """Whether a party is past due: with its turn, or with a promise."""
        return party in self.late or any(one.is_overdue for one in self.held if one.holder == party)


def standing_of(
    entries: Iterable[Entry], *, now: dt.datetime, terms: AllTerms, parties: Sequence[str] = ()
) -> Standing:
    """Return where a case stands: what `turns_of` says of it now, without its past."""
    found = walk(entries, now=now)
    if not found.running:
        return Standing()
    held = []
    for leg in in_case_order(found.tracks, parties):
        turn = found.tracks[leg].turn
        if turn is not None:
            due = due_of_turn(turn, terms)
            other = leg.other if turn.holder == leg.party else leg.party
            held.append(Held(turn.holder, other, turn.begin, turn.entry, due, due is not None and due.at < now))
    promised = any(said.placed.entry.kind == "promise" for said in found.said)
    promises = promises_of(found, terms, now=now) if promised else []
    return Standing(tuple(held), tuple(one for one in promises if one.state == "open" or one.is_overdue))
