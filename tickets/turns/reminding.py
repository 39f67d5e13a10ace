"""Of what somebody of us is to be reminded, and when it goes to the managers (docs/reminders.md)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tickets.turns.promises import Promise
from tickets.turns.standing import Held, Standing

A_DAY = dt.timedelta(days=1)


class ToDo(NamedTuple):
    """Something that somebody of us set for a day: ``kind`` is ``task`` or ``follow_up``."""

    id: int
    kind: str
    due_on: dt.date


class Wanted(NamedTuple):
    """A reminder that there has to be: of an entry (its id), or of something to do; once for each day of ``due_on``."""

    kind: str
    level: str
    entry: str | None
    task: int | None
    party: str | None
    due_on: dt.date


class Clock(NamedTuple):
    """The time, in whose days, and after how many days past due the managers are told."""

    now: dt.datetime
    zone: ZoneInfo
    escalate_days: int

    @property
    def today(self) -> dt.date:
        """The day that it is."""
        return self.day(self.now)

    def day(self, moment: dt.datetime) -> dt.date:
        """Return the day of a moment."""
        return moment.astimezone(self.zone).date()

    def levels(self, due: dt.date) -> Iterator[str]:
        """Yield who is to be told of what was due on a day."""
        yield "reminder"
        if (self.today - due).days >= self.escalate_days:
            yield "escalation"


def reminders_of(standing: Standing, to_do: Iterable[ToDo], clock: Clock) -> list[Wanted]:
    """Return the reminders that there have to be of a case as it stands."""
    wanted = [one for promise in standing.promises for one in _of_promise(promise, clock)]
    wanted += [one for held in standing.held for one in _of_turn(held, standing.promises, clock)]
    kinds = {"follow_up": "follow_up", "task": "task_due"}
    wanted += [
        Wanted(kinds[one.kind], level, None, one.id, None, one.due_on)
        for one in to_do
        if one.due_on <= clock.today
        for level in clock.levels(one.due_on)
    ]
    return wanted


def _of_promise(promise: Promise, clock: Clock) -> Iterator[Wanted]:
    """Yield what there is to remind of a promise: on the day before, and once it is past due."""
    due = clock.day(promise.due.at)
    if promise.is_overdue:
        for level in clock.levels(due):
            yield Wanted("promise_overdue", level, promise.entry, None, promise.party, due)
    elif due - clock.today <= A_DAY and promise.due.at - promise.made_at >= A_DAY:  # what was promised today is known
        yield Wanted("promise_soon", "reminder", promise.entry, None, promise.party, due)


def _of_turn(held: Held, promises: Iterable[Promise], clock: Clock) -> Iterator[Wanted]:
    """Yield what there is to remind of a turn that is past due, where no promise says the same."""
    if held.due is None or not held.is_overdue:
        return
    at = held.due.at
    if any(one.is_overdue and one.due.at == at and (one.party, one.to) == held[:2] for one in promises):
        return
    for level in clock.levels(clock.day(at)):
        yield Wanted("turn_overdue", level, held.entry, None, held.holder, clock.day(at))
