"""Which reminders there have to be, which there are, and what waits for somebody."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.principal import Principal
from common.rows import fetch
from tickets.models import Reminder, ReminderLevel, Task, Watcher
from tickets.queries.standing import UNFINISHED, Told, told_of_cases
from tickets.turns.reminding import Clock, ToDo, Wanted, reminders_of

log = logging.getLogger(__name__)
LOOKED_AT = 100  # reminders at a time
SHOWN = 10
_TEXTS = """
WITH RECURSIVE revision AS (
    SELECT entry.id AS first, entry.id, entry.text FROM tickets_timelineentry AS entry WHERE entry.id = ANY(%s)
    UNION ALL
    SELECT older.first, newer.id, newer.text FROM revision AS older
        JOIN tickets_timelineentry AS newer ON newer.replaces_id = older.id
)
SELECT revision.first, revision.text FROM revision
WHERE NOT EXISTS (SELECT 1 FROM tickets_timelineentry AS newer WHERE newer.replaces_id = revision.id)
"""


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


class Looked(NamedTuple):
    """What looking at cases found: the reminders that there have to be, and the cases that could not be judged."""

    wanted: dict[Key, Wanted]
    unjudged: set[int]


def wanted_reminders(cases: Iterable[int], *, now: datetime | None = None) -> Looked:
    """Return the reminders that there have to be of cases, where those are not over; four queries.

    A case that cannot be judged keeps none of the others from it: it is logged, and told.
    """
    told = told_of_cases(cases)
    clock = Clock(now or timezone.now(), ZoneInfo(settings.DEFAULT_USER_TIME_ZONE), settings.ESCALATE_DAYS)
    to_do = _to_do([one.facts.id for one in told]) if told else {}
    found = Looked({}, set())
    for one in told:
        try:
            found.wanted.update(_wanted(one, to_do.get(one.facts.id, ()), clock))
        except Exception:  # whatever is wrong with it, and with what it is read by
            log.exception("case %s cannot be judged: nobody is reminded of it", one.facts.id)
            found.unjudged.add(one.facts.id)
    return found


def _wanted(told: Told, to_do: Iterable[ToDo], clock: Clock) -> dict[Key, Wanted]:
    """Return the reminders that there have to be of a case, by their keys."""
    found: dict[Key, Wanted] = {}
    for wanted in reminders_of(told.standing(clock.now), to_do, clock):
        entry = told.first(wanted.entry) if wanted.entry else None
        found[Key(told.facts.id, wanted.kind, wanted.level, entry, wanted.task, wanted.due_on)] = wanted
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


class Waiting(NamedTuple):
    """A reminder that waits for somebody; `text` is what its entry says now, or its task."""

    reminder: Reminder
    text: str


def waiting_for(principal: Principal) -> list[Waiting]:
    """Return what waits for a person now, the longest due first.

    A reminder is for who the case is assigned to and who watches it, and for all where it is assigned to nobody who is
    still there; an escalation for the managers too. Each is held against its case as it is told now: where that cannot
    be judged, it is told as it was found last.
    """
    rows, begin, found = _noted_by_nobody(principal), 0, dict[Key, Reminder]()
    while len(found) < SHOWN:
        page = list(rows[begin : begin + LOOKED_AT])
        looked = wanted_reminders({row.case_id for row in page}) if page else Looked({}, set())
        held = [row for row in page if key_of(row) in looked.wanted or row.case_id in looked.unjudged]
        for row in held:  # what was escalated is there twice for who works on it and is told as a manager as well
            thing = key_of(row)._replace(level="")
            if row.level == ReminderLevel.ESCALATION or thing not in found:
                found[thing] = row
        if len(page) < LOOKED_AT:
            break
        begin += LOOKED_AT
    shown = list(found.values())[:SHOWN]
    texts = _texts_now([row.entry_id for row in shown if row.entry_id])
    return [Waiting(row, texts[row.entry_id] if row.entry_id else row.task.text if row.task else "") for row in shown]


def of_the_same_thing(principal: Principal, reminder: Reminder) -> list[Reminder]:
    """Return the reminders that wait for a person of what a reminder is of; that one first, whoever it is for."""
    same = _noted_by_nobody(principal).filter(
        case=reminder.case_id,
        kind=reminder.kind,
        entry=reminder.entry_id,
        task=reminder.task_id,
        due_on=reminder.due_on,
    )
    return [reminder, *same.exclude(pk=reminder.pk)]


def _noted_by_nobody(principal: Principal) -> QuerySet[Reminder]:
    """Return the reminders for a person that were not over at the last look, the longest due first."""
    managed = [pk for pk, role in principal.roles.items() if role == Role.MANAGER]
    watched = Watcher.objects.filter(case=OuterRef("case"), user=principal.user, until=None)
    works_on_it = Membership.objects.filter(
        user=OuterRef("case__assignee"), department=OuterRef("case__department"), user__is_active=True
    )
    mine = Q(~Exists(works_on_it)) | Q(case__assignee=principal.user) | Q(Exists(watched))
    return (
        visible_reminders(principal)
        .filter(over_at=None, seen_at=None, case__state__in=UNFINISHED)
        .filter(Q(mine, level=ReminderLevel.REMINDER) | Q(level=ReminderLevel.ESCALATION, case__department__in=managed))
        .select_related("case", "task", "party")
        .order_by("due_on", "pk")
    )


def _texts_now(entries: Sequence[int]) -> dict[int, str]:
    """Return what the newest revisions of entries say, by the ids of the first ones."""
    return dict(fetch(_TEXTS, [list(entries)])) if entries else {}


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
