"""What was read of a piece of evidence: one complete result each, or why there is none."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tickets.models.evidence import Evidence


class ReadingState(models.TextChoices):
    """How the reading ended; `held`: it did not begin, for nobody has asked for it.

    `taken_out`: nor will it, for the mail that it came with was taken out of the case.
    """

    READ = "read"
    PARTLY = "partly"
    NOT_A_LOG = "not_a_log"
    FAILED = "failed"
    HELD = "held"
    TAKEN_OUT = "taken_out"


class Reading(models.Model):
    """The result of reading one piece of evidence. No row: not read yet, which is never the same as clean.

    `files` are the file objects of `zenrei scan` (a zip has several); `reason` says why a reading is not whole.
    """

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="reading")
    state = models.CharField(max_length=9, choices=ReadingState)
    reason = models.TextField(blank=True, default="")
    lines = models.BigIntegerField(default=0)
    unread_lines = models.BigIntegerField(default=0)
    first_time = models.CharField(max_length=40, blank=True, default="")
    last_time = models.CharField(max_length=40, blank=True, default="")
    files = models.JSONField(default=list)
    rule_set = models.CharField(max_length=20, blank=True, default="")
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=ReadingState.values), name="reading_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence}: {self.state}"
