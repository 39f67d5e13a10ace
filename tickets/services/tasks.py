"""What is to be done in a case, and who watches it. Each step leaves its entry in the timeline."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Membership, User
from common.errors import Invalid
from common.moments import EARLIEST, LATEST
from tickets.models import Case, EntryKind, Task, TaskKind, TimelineEntry, Watcher

TEXT_ALLOWED = 500
TO_DO_ALLOWED = 200


@transaction.atomic
def add_task(*, case: Case, author: User, text: str, kind: str = TaskKind.TASK, due_on: date | None = None) -> Task:
    """Note something to do in a case, or a day on which to look at it again, with its reason as the text."""
    text = " ".join(text.split())
    if kind not in TaskKind.values:
        raise Invalid.field("kind", f"Choose one of {', '.join(TaskKind.values)}.")
    if not text:
        raise Invalid.field("text", "Say what is to be done, or why to look again.", code="required")
    if len(text) > TEXT_ALLOWED:
        raise Invalid.field("text", f"At most {TEXT_ALLOWED} characters.")
    if kind == TaskKind.FOLLOW_UP and due_on is None:
        raise Invalid.field("due_on", "On which day?", code="required")
    if due_on is not None and not EARLIEST.date() <= due_on < LATEST.date():
        raise Invalid.field("due_on", f"A day from {EARLIEST:%Y} on and before {LATEST:%Y}.")
    stored = Case.objects.select_for_update().get(pk=case.pk)
    if Task.objects.filter(case=stored, done_at=None).count() >= TO_DO_ALLOWED:
        raise Invalid(f"At most {TO_DO_ALLOWED} things to do in a case. Tick off what is done.")
    task = Task.objects.create(case=stored, kind=kind, text=text, due_on=due_on, made_by=author)
    _record(stored, author, f"to do: {_told(task)}" if kind == TaskKind.TASK else f"look again on {_told(task)}")
    return task


def _told(task: Task) -> str:
    """Return what the timeline says of a task."""
    if task.kind == TaskKind.FOLLOW_UP:
        return f"{task.due_on}: {task.text}"
    return f"{task.text} (due {task.due_on})" if task.due_on else task.text


@transaction.atomic
def tick_task(*, task: Task, author: User, done: bool = True) -> Task:
    """Tick a task off, or make it to be done again; nothing changes where it is so already."""
    stored = Task.objects.select_for_update().select_related("case").get(pk=task.pk)
    if (stored.done_at is not None) == done:
        return stored
    stored.done_at, stored.done_by = (timezone.now(), author) if done else (None, None)
    stored.save(update_fields=["done_at", "done_by"])
    _record(stored.case, author, f"done: {stored.text}" if done else f"to do again: {stored.text}")
    return stored


@transaction.atomic
def watch_case(*, case: Case, user: User, watch: bool = True) -> None:
    """Begin or end to watch a case; whoever may see it may. The rows keep who watched from when until when."""
    Case.objects.select_for_update().get(pk=case.pk)
    standing = Watcher.objects.filter(case=case, user=user, until=None)
    if watch and not standing.exists():
        Watcher.objects.create(case=case, user=user)
    elif not watch:
        standing.update(until=timezone.now())


def end_watches_of_strangers(case: Case) -> None:
    """End the watching of a case by those who can see it no longer: they could not end it themselves."""
    audience = Case.objects.values_list("audience", flat=True).get(pk=case.pk)
    sees = Membership.objects.filter(user=OuterRef("user"), department__in=audience)
    Watcher.objects.filter(~Exists(sees), case=case, until=None).update(until=timezone.now())


def _record(case: Case, author: User, text: str) -> None:
    """Write who did what about the case itself, and move it to the top of its list."""
    now = timezone.now()
    TimelineEntry.objects.create(case=case, author=author, kind=EntryKind.STATE, happened_at=now, text=text)
    Case.objects.filter(pk=case.pk).update(updated_at=now)
