"""What is said about an issue: statements about versions, claims of parties, confirmations. Rows are history."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Department, User
from common.models import PublicId
from kb.models.catalogue import Source
from kb.models.event import Event
from kb.models.issue import KnownIssue
from kb.models.party import Party


class StatementSays(models.TextChoices):
    """What a statement says about versions (`docs/upgrade-check.md`)."""

    INTRODUCED = "introduced"
    SEEN = "seen"
    LAST_SEEN_GOOD = "last_seen_good"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    BEFORE = "before"
    RANGES = "ranges"
    HOTFIX = "hotfix"


class IssueStatement(PublicId):
    """A statement about versions. `ranges` are `{"from", "to"}`, both included; `lists_all` is that none is left out.

    A statement is never changed. One that was wrong is taken back: it counts no longer, and stays. Without
    `taken_back_by` it was the pack that took it back.
    """

    issue = models.ForeignKey(KnownIssue, on_delete=models.PROTECT, related_name="statements")
    says = models.CharField(max_length=14, choices=StatementSays)
    version = models.CharField(max_length=120, blank=True, default="")
    ranges = models.JSONField(default=list, blank=True)
    lists_all = models.BooleanField(default=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="statements")
    note = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=64, blank=True, default="")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(says__in=StatementSays.values), name="statement_says_is_known"),
            models.CheckConstraint(condition=Q(says="ranges") ^ ~Q(version=""), name="statement_has_version_or_ranges"),
        ]

    def __str__(self) -> str:
        return f"{self.says} {self.version or self.ranges}"


class Proposition(models.TextChoices):
    """What a claim is about."""

    EXISTS = "exists"
    IS_DEFECT = "is_defect"
    IS_FIXED = "is_fixed"
    IS_AVOIDED_BY = "is_avoided_by"


class Stance(models.TextChoices):
    """What a party says of it."""

    YES = "yes"
    NO = "no"
    RETRACTED = "retracted"


class Claim(PublicId):
    """What a party said, when. Positions are computed from claims, never typed.

    `said_at` is empty where the day is not known; then the order of recording is the order of events.
    """

    issue = models.ForeignKey(KnownIssue, on_delete=models.PROTECT, related_name="claims")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="claims")
    proposition = models.CharField(max_length=13, choices=Proposition)
    stance = models.CharField(max_length=9, choices=Stance)
    versions = models.JSONField(default=list, blank=True)
    said_at = models.DateField(null=True, blank=True)
    said_about = models.CharField(
        max_length=200, blank=True, default="", help_text="The day in words, if only roughly."
    )
    text = models.TextField(blank=True, default="")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    origin = models.CharField(max_length=64, blank=True, default="")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(proposition__in=Proposition.values), name="claim_proposition_is_known"),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="claim_stance_is_known"),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["issue", "party"], name="claims_by_party")]

    def __str__(self) -> str:
        return f"{self.party}: {self.proposition} {self.stance}"


class Confirmation(PublicId):
    """A department sees the issue too on a version, or does not. Only an accepted "we see it" makes it affected."""

    issue = models.ForeignKey(KnownIssue, on_delete=models.PROTECT, related_name="confirmations")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    sees_it = models.BooleanField()
    version = models.CharField(max_length=120)
    text = models.TextField(blank=True, default="")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.department} on {self.version}"


class IssueEvent(Event):
    """Something that happened to an issue: the history that stays, a flip among it. Rows are added, never changed."""

    issue = models.ForeignKey(KnownIssue, on_delete=models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        indexes: ClassVar[list[Any]] = [models.Index(fields=["issue", "at"], name="events_by_issue")]
