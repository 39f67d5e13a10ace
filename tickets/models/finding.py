"""Findings: what a rule says about the transactions in a case's evidence, with the lines that prove it."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Upper

from accounts.models import User
from common.models import PublicId, Timestamped
from tickets.models.case import Case, Severity


class FindingStatus(models.TextChoices):
    """What a person made of it."""

    NEW = "new"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class CitedTexts(models.Func):
    """The texts of cited lines as one text: a JSON array, in which quotes and backslashes are escaped."""

    template = "jsonb_path_query_array(%(expressions)s, '$[*].text')"
    output_field = models.JSONField()


def cited_text() -> Cast:
    """Return the texts of a finding's lines, as they are indexed."""
    return Cast(CitedTexts("lines"), models.TextField())


class Finding(PublicId, Timestamped):
    """A finding. `lines` are the cited lines, in the shape of `zenrei scan` with the evidence's id added.

    `holds` is false once more evidence explains it: a finding that a person has seen is never deleted.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    key = models.CharField(max_length=64, help_text="SHA-256 over rule, transaction, recipient and device.")
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity)
    transaction = models.CharField(max_length=512)
    recipient = models.CharField(max_length=512, blank=True, default="")
    device = models.CharField(max_length=128, blank=True, default="")
    firmware = models.CharField(max_length=80, blank=True, default="", help_text="Empty: version unknown.")
    summary = models.TextField()
    rule_set = models.CharField(max_length=20)
    happened_at = models.DateTimeField(null=True)
    lines = models.JSONField(default=list)
    holds = models.BooleanField(default=True)
    status = models.CharField(max_length=9, choices=FindingStatus, default=FindingStatus.NEW)
    status_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    status_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["case", "rule"], name="findings_by_rule"),
            GinIndex(OpClass(Upper("summary"), name="gin_trgm_ops"), name="finding_by_summary_part"),
            GinIndex(OpClass(Upper(cited_text()), name="gin_trgm_ops"), name="finding_by_line_part"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "key"], name="finding_once_a_case"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="finding_severity_is_known"),
            models.CheckConstraint(condition=Q(status__in=FindingStatus.values), name="finding_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.transaction}"
