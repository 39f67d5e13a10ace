"""What somebody of us has to do in a case, and when to look at it again."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.models import PublicId
from tickets.models.case import Case


class TaskKind(models.TextChoices):
    """What is to be done: something, or to look at the case again on a day."""

    TASK = "task"
    FOLLOW_UP = "follow_up"


class Task(PublicId):
    """Something to do in a case; a follow-up has its day, and a reason as its text. The timeline tells who did what."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=9, choices=TaskKind, default=TaskKind.TASK)
    text = models.CharField(max_length=500)
    due_on = models.DateField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="task_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=TaskKind.TASK) | Q(due_on__isnull=False), name="task_follow_up_has_a_day"
            ),
            models.CheckConstraint(
                condition=Q(done_by__isnull=True, done_at__isnull=True)
                | Q(done_by__isnull=False, done_at__isnull=False),
                name="task_is_done_by_somebody",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["due_on"], condition=Q(done_at__isnull=True), name="task_to_do_by_day"),
        ]

    def __str__(self) -> str:
        return self.text
