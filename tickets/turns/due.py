"""Until when an answer is owed: by the entry, by contract, or by default; the source is always told."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tickets.turns.business_time import Calendar
from tickets.turns.entry import US
from tickets.turns.leg import Turn

Source = Literal["entry", "contract", "default"]
DEFAULT_DAYS = 7
FOLLOW_UP = dt.timedelta(days=DEFAULT_DAYS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a party owes: an answer within ``hours`` of its calendar (``business``) or of the clock."""

    calendar: Calendar
    hours: float = DEFAULT_DAYS * 24
    business: bool = False
    source: Source = "default"

    def due(self, asked_at: dt.datetime) -> dt.datetime:
        """Return until when an answer is owed; a calendar that never opens counts by the clock."""
        if self.business and (found := self.calendar.after(asked_at, self.hours * 3600)) is not None:
            return found
        return asked_at + dt.timedelta(hours=self.hours)


@dataclass(frozen=True, slots=True)
class AllTerms:
    """The terms of each party by its slug; who is not named has the default ones."""

    default: Terms
    parties: Mapping[str, Terms] = field(default_factory=dict)

    def of(self, party: str) -> Terms:
        """Return the terms of a party."""
        return self.parties.get(party, self.default)


@dataclass(frozen=True, slots=True)
class Due:
    """A due time and where it comes from."""

    at: dt.datetime
    source: Source


def due_of_turn(turn: Turn, terms: AllTerms) -> Due | None:
    """Return until when a holder owes something; None for us where nobody said a time."""
    if turn.due_at is not None:
        return Due(turn.due_at, "entry")
    if turn.holder == US:
        return None
    own = terms.of(turn.holder)
    return Due(own.due(turn.begin), own.source)


def follow_up_of(turn: Turn, due: Due | None) -> dt.datetime | None:
    """Return when to ask an outside holder again; None for us."""
    if turn.holder == US or due is None:
        return None
    return max(due.at, turn.nudged_at + FOLLOW_UP) if turn.nudged_at and turn.nudged_at > turn.begin else due.at
