"""Cases: anything we want from a party."""

import secrets
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import Department, User
from common.models import Timestamped
from kb.models import Device, Party, Product


class CaseKind(models.TextChoices):
    """What a case is about (contracts.md)."""

    DEFECT = "defect"
    BEHAVIOUR_QUESTION = "behaviour_question"
    SECURITY = "security"
    RMA = "rma"
    LICENCE = "licence"
    QUOTATION = "quotation"
    OTHER = "other"


class CaseState(models.TextChoices):
    """Where a case is. Each change is an entry of its timeline."""

    OPEN = "open"
    PARKED = "parked"
    SOLVED = "solved"
    CLOSED = "closed"


class Severity(models.TextChoices):
    """How bad it is; `unknown` counts as above every threshold (verdicts.md)."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    UNKNOWN = "unknown"


def new_mail_token() -> str:
    """Return a token by which mails find their case: 100 random bits."""
    return secrets.token_hex(13)


class Case(Timestamped):
    """A case. `audience` holds the ids of the departments that may see it: its owner and those it is shared with.

    The audience is kept by a database trigger (migration `case_audience`), never by this program.
    """

    ref = models.CharField(max_length=20, unique=True, editable=False)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=CaseKind)
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.UNKNOWN)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="cases")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    release = models.CharField(max_length=80, blank=True, default="", help_text="As the device prints it.")
    opened_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mail_token = models.CharField(max_length=32, unique=True, default=new_mail_token, editable=False)
    parties = models.ManyToManyField(Party, through="CaseParty", related_name="cases")
    devices = models.ManyToManyField(Device, related_name="cases", blank=True)
    audience = ArrayField(models.IntegerField(), default=list, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-updated_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=CaseKind.values), name="case_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_is_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="case_severity_is_known"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["-updated_at", "-id"], name="case_by_update"),
            models.Index(fields=["-opened_at", "-id"], name="case_by_opening"),
            GinIndex(fields=["audience"], name="case_by_audience"),
            # `icontains` compares in capitals: an index over the text as it stands would never be used.
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="case_by_title_part"),
            GinIndex(OpClass(Upper("ref"), name="gin_trgm_ops"), name="case_by_ref_part"),
            GistIndex(OpClass(Upper("title"), name="gist_trgm_ops(siglen=64)"), name="case_by_title_likeness"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def mail_subject_token(self) -> str:
        """The token as it stands in a subject: `[ZR#…]`."""
        return f"[ZR#{self.mail_token}]"


class CaseParty(models.Model):
    """A party of a case, in the order in which they were named."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="case_parties")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "party"], name="case_party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.party} in {self.case_id}"


class CaseShare(models.Model):
    """A department that a case was shared with, by whom and when."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="shares")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    shared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "department"], name="case_share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} with {self.department}"


class PartyTicket(models.Model):
    """The number that a party gave a case in its own system; a case can have several."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="party_tickets")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=80)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "party", "number"], name="party_ticket_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} at {self.party}"
