"""What is to be done in a case, and who watches it, as the API and the pages tell it."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Membership
from accounts.principal import Principal
from tickets.models import Case, Task, Watcher

DONE_SHOWN = 5


def visible_tasks(principal: Principal) -> QuerySet[Task]:
    """Return the things to do of the cases that the reader may see."""
    return Task.objects.filter(case__audience__overlap=principal.department_ids)


def for_rows(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks with who made and who did them."""
    return tasks.select_related("made_by", "done_by")


def task_row(task: Task) -> dict[str, Any]:
    """Return a task as the API tells it; who made and who did it have been selected."""
    return {
        "id": task.public_id,
        "kind": task.kind,
        "text": task.text,
        "due_on": task.due_on,
        "made_by": task.made_by.shown_name,
        "made_at": task.made_at,
        "done_by": task.done_by.shown_name if task.done_by else None,
        "done_at": task.done_at,
    }


def tasks_of_case(case: Case) -> tuple[list[Task], list[Task]]:
    """Return what is to be done in a case, the first due first, and what was done last; one query."""
    rows = list(for_rows(case.tasks.all()).order_by(F("due_on").asc(nulls_last=True), "pk"))
    done = sorted((row for row in rows if row.done_at), key=lambda row: row.done_at or row.made_at, reverse=True)
    return [row for row in rows if row.done_at is None], done[:DONE_SHOWN]


def watchers_of(case: Case) -> QuerySet[Watcher]:
    """Return who watches a case now: who can see it no longer, or cannot log in, is told to nobody."""
    sees = Membership.objects.filter(user=OuterRef("user"), department__in=case.audience)
    return case.watchers.filter(Exists(sees), until=None, user__is_active=True).select_related("user").order_by("pk")
