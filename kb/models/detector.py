"""Detectors: Sigma rules that recognise a known issue in logs, with each text that they ever had."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.models import PublicId, Timestamped
from kb.models.issue import IssueSeverity, KnownIssue


class Detector(PublicId, Timestamped):
    """A detector of an issue, as it is now. `public_id` is the UUID of the rule, `name` what its findings name.

    Both never change: findings are known by them. One that is not `enabled` finds nothing, and what it found no longer
    holds. `text` was checked when it was stored, by the logs that it carries.
    """

    name = models.CharField(max_length=40, unique=True)
    issue = models.ForeignKey(KnownIssue, on_delete=models.PROTECT, related_name="detectors")
    title = models.CharField(max_length=256)
    severity = models.CharField(max_length=8, choices=IssueSeverity)
    date = models.CharField(max_length=10, help_text="Of the rule, as it says itself.")
    text = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text.")
    revision = models.PositiveIntegerField(default=1)
    enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(severity__in=IssueSeverity.values), name="detector_severity_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class DetectorRevision(models.Model):
    """A text that a detector had, or that it was switched on or off: by whom, when. Rows are added, never changed."""

    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    enabled = models.BooleanField(default=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["detector", "number"], name="detector_revision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.detector_id} {self.number}"
