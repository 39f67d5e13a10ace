"""That somebody of us was reminded: once for each thing that waits and each day on which it is due."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.models import PublicId
from kb.models import Party
from tickets.models.case import Case
from tickets.models.entry import TimelineEntry
from tickets.models.task import Task


class ReminderKind(models.TextChoices):
    """What it reminds of."""

    PROMISE_SOON = "promise_soon"
    PROMISE_OVERDUE = "promise_overdue"
    TURN_OVERDUE = "turn_overdue"
    FOLLOW_UP = "follow_up"
    TASK_DUE = "task_due"


class ReminderLevel(models.TextChoices):
    """Whom it is for: whoever works on the case, or the managers of its department."""

    REMINDER = "reminder"
    ESCALATION = "escalation"


class Reminder(PublicId):
    """A reminder of ours to ourselves; it counts as none to the party that keeps us waiting.

    `entry` is the first revision of the promise, or of what gave a party its turn; `over_at`: since when it no longer
    holds, as the last look at the case found. The constraint makes it once, whoever looks, however often.
    """

    # The index of `reminder_once` begins with the case: another one would be written for nothing.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders", db_index=False)
    kind = models.CharField(max_length=15, choices=ReminderKind)
    level = models.CharField(max_length=10, choices=ReminderLevel)
    entry = models.ForeignKey(TimelineEntry, on_delete=models.PROTECT, null=True, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    over_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "kind", "level", "entry", "task", "due_on"], nulls_distinct=False, name="reminder_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=ReminderKind.values), name="reminder_kind_is_known"),
            models.CheckConstraint(condition=Q(level__in=ReminderLevel.values), name="reminder_level_is_known"),
            models.CheckConstraint(
                condition=Q(entry__isnull=False, task__isnull=True) | Q(entry__isnull=True, task__isnull=False),
                name="reminder_is_of_one_thing",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["case"], condition=Q(over_at__isnull=True, seen_at__isnull=True), name="reminder_that_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}, {self.due_on}"
