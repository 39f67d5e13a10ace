"""Which reminders there have to be, which there are, and what waits for somebody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Role
from accounts.principal import Principal
from tickets.models import Reminder, ReminderLevel, Task, Watcher
from tickets.queries.standing import UNFINISHED, told_of_cases
from tickets.turns.reminding import Clock, ToDo, Wanted, reminders_of

LOOKED_AT = 100
SHOWN = 10


class Key(NamedTuple):
    """What makes a reminder the one that it is: the columns of the constraint `reminder_once`."""

    case: int
    kind: str
    level: str
    entry: int | None
    task: int | None
    due_on: Any


def key_of(reminder: Reminder) -> Key:
    """Return the key of a reminder."""
    return Key(reminder.case_id, reminder.kind, reminder.level, reminder.entry_id, reminder.task_id, reminder.due_on)


def wanted_reminders(cases: Iterable[int], *, now: datetime | None = None) -> dict[Key, Wanted]:
    """Return the reminders that there have to be of cases, by their keys, where those are not over; four queries."""
    told = told_of_cases(cases)
    clock = Clock(now or timezone.now(), ZoneInfo(settings.DEFAULT_USER_TIME_ZONE), settings.ESCALATE_DAYS)
    to_do = _to_do([one.facts.id for one in told]) if told else {}
    found: dict[Key, Wanted] = {}
    for one in told:
        case = one.facts.id
        for wanted in reminders_of(one.standing(clock.now), to_do.get(case, ()), clock):
            entry = one.first(wanted.entry) if wanted.entry else None
            found[Key(case, wanted.kind, wanted.level, entry, wanted.task, wanted.due_on)] = wanted
    return found


def _to_do(cases: Sequence[int]) -> dict[int, list[ToDo]]:
    """Return what is to be done on a day, by case."""
    found: dict[int, list[ToDo]] = defaultdict(list)
    rows = Task.objects.filter(case__in=cases, done_at=None, due_on__isnull=False)
    for row in rows.only("case", "kind", "due_on"):
        if row.due_on is not None:
            found[row.case_id].append(ToDo(row.pk, row.kind, row.due_on))
    return found


def visible_reminders(principal: Principal) -> QuerySet[Reminder]:
    """Return the reminders of the cases that the reader's departments own: whom a case is shared with owes nothing."""
    return Reminder.objects.filter(case__department__in=principal.department_ids)


def for_rows(reminders: QuerySet[Reminder]) -> QuerySet[Reminder]:
    """Return reminders with what a row tells of them."""
    return reminders.select_related("case", "entry", "task", "party", "seen_by")


def waiting_for(principal: Principal) -> list[Reminder]:
    """Return what waits for a person now, the longest due first.

    A reminder is for who the case is assigned to and who watches it, and for all where it is assigned to nobody; an
    escalation for the managers too. Each is held against its case as it is told now.
    """
    managed = [pk for pk, role in principal.roles.items() if role == Role.MANAGER]
    watched = Watcher.objects.filter(case=OuterRef("case"), user=principal.user, until=None)
    mine = Q(case__assignee=None) | Q(case__assignee=principal.user) | Q(Exists(watched))
    rows = list(
        visible_reminders(principal)
        .filter(over_at=None, seen_at=None, case__state__in=UNFINISHED)
        .filter(Q(mine, level=ReminderLevel.REMINDER) | Q(level=ReminderLevel.ESCALATION, case__department__in=managed))
        .select_related("case", "entry", "task", "party")
        .order_by("due_on", "pk")[:LOOKED_AT]
    )
    wanted = wanted_reminders({row.case_id for row in rows}) if rows else {}
    return [row for row in rows if key_of(row) in wanted][:SHOWN]


def reminder_row(reminder: Reminder) -> dict[str, Any]:
    """Return a reminder as the API tells it; case, entry, task, party and who saw it have been selected."""
    return {
        "id": reminder.public_id,
        "case": reminder.case.ref,
        "kind": reminder.kind,
        "level": reminder.level,
        "entry": reminder.entry.public_id if reminder.entry else None,
        "task": reminder.task.public_id if reminder.task else None,
        "party": reminder.party.slug if reminder.party else None,
        "due_on": reminder.due_on,
        "made_at": reminder.made_at,
        "over_at": reminder.over_at,
        "seen_at": reminder.seen_at,
        "seen_by": reminder.seen_by.shown_name if reminder.seen_by else None,
    }
