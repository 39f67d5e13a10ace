"""What was found when the store was read again: of each piece and each case's timeline, and of the whole."""

from typing import Any, ClassVar

from django.db import models

from tickets.models.case import Case
from tickets.models.evidence import Blob, Evidence


class IntegrityCheck(models.Model):
    """The last check of a piece of evidence (its bytes and its chain), or without one, of a case's timeline.

    `breaks` are the places that did not hold, as `zenrei verify` tells them. No row: not checked yet.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="integrity_checks")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, related_name="integrity")
    checked_at = models.DateTimeField()
    breaks = models.JSONField(default=list)
    is_broken = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "evidence"], nulls_distinct=False, name="integrity_once"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["case"], condition=models.Q(is_broken=True), name="integrity_broken"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence or self.case}: {'broken' if self.is_broken else 'whole'}"


class BlobCheck(models.Model):
    """The last check of a blob that no piece names. `trouble` says what is wrong. No row: not checked yet."""

    blob = models.OneToOneField(Blob, on_delete=models.PROTECT, primary_key=True, related_name="check_of_it")
    checked_at = models.DateTimeField()
    trouble = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.blob_id}: {self.trouble or 'whole'}"


class Verification(models.Model):
    """One run of `zenrei verify` over everything, or of the job over what belongs to no piece and no case.

    The furthest published head that any run saw is noted, so that it cannot be lost.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    checked = models.PositiveIntegerField(help_text="Pieces of evidence whose bytes and chain were read again.")
    size = models.BigIntegerField(help_text="Bytes that were read again.")
    broken = models.PositiveIntegerField(help_text="Places that did not hold.")
    breaks = models.JSONField(default=list, help_text="Those that belong to no case.")
    of_everything = models.BooleanField(default=True, help_text="False: the job's look at what belongs to no case.")
    accepted_because = models.TextField(
        blank=True, default="", help_text="Why the heads were begun anew: no run, but a decision."
    )
    head_line = models.PositiveBigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d}: {self.broken} broken"
