"""Known issues: one piece of knowledge each, and what is derived from what is said about it."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import Department, User
from common.models import Timestamped
from kb.models.behaviour import BehaviourAttribute
from kb.models.catalogue import Source
from kb.models.fields import KeyRangesField
from kb.models.product import Product


class IssueKind(models.TextChoices):
    """What a known issue is."""

    DEFECT = "defect"
    BEHAVIOUR_CHANGE = "behaviour_change"
    LIMITATION = "limitation"
    VULNERABILITY = "vulnerability"
    NOTICE = "notice"


class IssueSeverity(models.TextChoices):
    """How bad, the worst first; unknown counts as above every threshold."""

    UNKNOWN = "unknown"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(models.TextChoices):
    """How sure we are."""

    WORK_IN_PROGRESS = "work_in_progress"
    NOT_VALIDATED = "not_validated"
    VALIDATED = "validated"
    ARCHIVED = "archived"


class IssueAudience(models.TextChoices):
    """Who may see it."""

    EVERYONE = "everyone"
    DEPARTMENT = "department"


class IssueNumber(models.Model):
    """The last number that was given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class KnownIssue(Timestamped):
    """A known issue. `behaviour` counts for behaviour changes, `move` for notices, statements for the other kinds.

    `condition` is where it applies, as data (`kb.conditions`); `detector` names the finding rule that recognises it.
    `department` owns it; empty is knowledge that came with a pack. An archived one names why, or what replaces it.
    """

    ref = models.CharField(max_length=20, unique=True, editable=False)
    slug = models.SlugField(max_length=140, unique=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="issues")
    kind = models.CharField(max_length=16, choices=IssueKind)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True, default="")
    symptoms = models.TextField(blank=True, default="")
    cause = models.TextField(blank=True, default="")
    severity = models.CharField(max_length=8, choices=IssueSeverity, default=IssueSeverity.UNKNOWN)
    severity_rule = models.TextField(blank=True, default="")
    confidence = models.CharField(max_length=16, choices=Confidence, default=Confidence.NOT_VALIDATED)
    audience = models.CharField(max_length=10, choices=IssueAudience, default=IssueAudience.EVERYONE)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="issues")
    behaviour = models.ForeignKey(
        BehaviourAttribute, on_delete=models.PROTECT, null=True, blank=True, related_name="issues"
    )
    move = models.JSONField(null=True, blank=True)
    condition = models.JSONField(null=True, blank=True)
    condition_validated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    condition_source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    condition_note = models.TextField(blank=True, default="")
    detector = models.CharField(max_length=40, blank=True, default="")
    verification = models.JSONField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    archived_reason = models.TextField(blank=True, default="")
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    origin = models.CharField(max_length=100, blank=True, default="", help_text="The pack it came with.")
    origin_digest = models.CharField(max_length=64, blank=True, default="")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=IssueKind.values), name="issue_kind_is_known"),
            models.CheckConstraint(condition=Q(severity__in=IssueSeverity.values), name="issue_severity_is_known"),
            models.CheckConstraint(condition=Q(confidence__in=Confidence.values), name="issue_confidence_is_known"),
            models.CheckConstraint(
                condition=~Q(confidence="archived") | ~Q(archived_reason=""), name="issue_archived_with_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(audience="department") | Q(department__isnull=False),
                name="issue_audience_has_a_department",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["product", "kind"], name="issue_by_kind"),
            models.Index(fields=["detector", "product"], condition=~Q(detector=""), name="issue_by_detector"),
            # `icontains` compares in capitals.
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="issue_by_title_part"),
            GinIndex(OpClass(Upper("symptoms"), name="gin_trgm_ops"), name="issue_by_symptoms_part"),
            GinIndex(OpClass(Upper("summary"), name="gin_trgm_ops"), name="issue_by_summary_part"),
            GinIndex(OpClass(Upper("cause"), name="gin_trgm_ops"), name="issue_by_cause_part"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"


class OfAPack(models.Model):
    """What a pack brought follows it; what people entered, without an origin, stays."""

    origin = models.CharField(max_length=100, blank=True, default="", help_text="The pack it came with.")

    class Meta:
        abstract = True


class IssueAlias(OfAPack):
    """Another name: a CVE, a vendor's bug id. One name may stand for several issues of a vendor."""

    issue = models.ForeignKey(KnownIssue, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=80, db_index=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["issue", "name"], name="alias_once_an_issue"),
        ]

    def __str__(self) -> str:
        return self.name


class RemediationCategory(models.TextChoices):
    """The kinds of CSAF, and going back."""

    WORKAROUND = "workaround"
    MITIGATION = "mitigation"
    VENDOR_FIX = "vendor_fix"
    FIX_PLANNED = "fix_planned"
    NO_FIX_PLANNED = "no_fix_planned"
    NONE_AVAILABLE = "none_available"
    DOWNGRADE = "downgrade"


class Remediation(OfAPack):
    """A way out."""

    issue = models.ForeignKey(KnownIssue, on_delete=models.CASCADE, related_name="remediations")
    category = models.CharField(max_length=16, choices=RemediationCategory)
    details = models.TextField()
    version = models.CharField(max_length=120, blank=True, default="")
    validated = models.BooleanField(default=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(category__in=RemediationCategory.values), name="remediation_category_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.details[:60]}"


class Reference(OfAPack):
    """Where to read more."""

    issue = models.ForeignKey(KnownIssue, on_delete=models.CASCADE, related_name="references")
    title = models.CharField(max_length=300)
    url = models.URLField(max_length=1000)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.title


class IssueSpans(models.Model):
    """What the statements of an issue say together, derived (`kb.upgrade.derivation`), for asking by index.

    Keys begin with the product's prefix. `possible` is where it is not known to be absent: affected or unknown.
    `pieces` is text, since it is only read whole: PostgreSQL takes a millisecond to write out a hundred as `jsonb`.
    """

    issue = models.OneToOneField(KnownIssue, on_delete=models.CASCADE, primary_key=True, related_name="spans")
    affected = KeyRangesField()
    possible = KeyRangesField()
    pieces = models.TextField(help_text="The derivation with the statement behind each span, as JSON.")
    key_version = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"spans of {self.issue_id}"


class IssueReach(models.Model):
    """The ranges of `IssueSpans` one a row, kept by triggers: a multirange is indexed by its outer bounds alone.

    A range begins with `lo` and ends before `hi`. Where `affected` is false it is of `possible`. An issue without spans
    (a behaviour change, a notice) has one range over every version of its product.
    """

    issue = models.ForeignKey(KnownIssue, on_delete=models.CASCADE, related_name="+")
    affected = models.BooleanField()
    lo = models.TextField(db_collation="C")
    hi = models.TextField(db_collation="C")

    class Meta:
        indexes: ClassVar[list[Any]] = [
            # With the issue in it the index alone answers: each row would else be fetched from a page of its own.
            models.Index(fields=["lo", "hi"], include=["issue"], condition=Q(affected=True), name="reach_affected"),
            models.Index(fields=["lo", "hi"], include=["issue"], condition=Q(affected=False), name="reach_possible"),
        ]

    def __str__(self) -> str:
        return f"reach of {self.issue_id}"
