"""Which known issue a finding is, as a person decided it. Proposals are computed, never stored."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from kb.models import KnownIssue
from tickets.models.finding import Finding


class LinkState(models.TextChoices):
    """What a person made of a proposal."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


class FindingLink(models.Model):
    """A person's word on whether a finding is a known issue. The newest decision counts; the timeline keeps all."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="links")
    issue = models.ForeignKey(KnownIssue, on_delete=models.PROTECT, related_name="finding_links")
    state = models.CharField(max_length=9, choices=LinkState)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["finding", "issue"], name="link_once_a_finding"),
            models.CheckConstraint(condition=Q(state__in=LinkState.values), name="link_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.state} {self.issue_id}"
