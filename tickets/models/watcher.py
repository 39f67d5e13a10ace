"""Who wants to hear of a case that is not theirs to work on."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from tickets.models.case import Case


class Watcher(models.Model):
    """A person who watches a case, from when until when; `until` None: still. Rows are ended, never deleted."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="watchers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=Q(until__isnull=True), name="watcher_once_a_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.case_id}"
