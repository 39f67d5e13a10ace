"""Evidence packs for a vendor or reseller, and the map of pseudonyms of a case, which never leaves the server."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.jobs.models import Job
from common.models import PublicId, Timestamped
from kb.models import Party
from tickets.models.case import Case
from tickets.models.contract import ContactLanguage
from tickets.models.evidence import Blob


class PackState(models.TextChoices):
    """Where a pack is. `ready`: made, and nobody has said yet that it may leave. `refused`: there is none, see why."""

    MAKING = "making"
    READY = "ready"
    RELEASED = "released"
    REFUSED = "refused"


class PackSecret(models.Model):
    """The secret by which the pseudonyms of a case are drawn. Lost, later packs would have other pseudonyms."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="pack_secret")
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"secret of {self.case_id}"


class Pseudonym(models.Model):
    """A row of the map. `key` is the SHA-256 of `canonical`, which can be as long as a line."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pseudonyms")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    canonical = models.TextField()
    original = models.TextField()
    pseudonym = models.TextField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "key"], name="pseudonym_once_a_value"),
        ]

    def __str__(self) -> str:
        return f"a {self.kind} of {self.case_id}"


class Pack(PublicId, Timestamped):
    """A pack: asked for, made by a worker, looked at and released by a person. A released one is never changed.

    `findings` are the public ids of those chosen, `report` is what the preview shows: it holds originals, and is told
    on pages of the case alone. `at_once`: whoever asked for it has released it with that.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="packs")
    recipient = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="packs")
    language = models.CharField(max_length=2, choices=ContactLanguage, default=ContactLanguage.EN)
    findings = models.JSONField(default=list)
    questions = models.TextField(blank=True, default="")
    background = models.BooleanField(default=False)
    at_once = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=PackState, default=PackState.MAKING)
    reason = models.TextField(blank=True, default="")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="packs")
    lines = models.PositiveIntegerField(default=0)
    members = models.JSONField(default=list)
    replaced = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=PackState.values), name="pack_state_is_known"),
            models.CheckConstraint(condition=Q(language__in=ContactLanguage.values), name="pack_language_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[PackState.READY, PackState.RELEASED]) | Q(blob__isnull=False),
                name="pack_that_is_there_has_bytes",
            ),
            models.CheckConstraint(
                condition=~Q(state=PackState.RELEASED) | Q(released_by__isnull=False, released_at__isnull=False),
                name="pack_is_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"pack {self.public_id} for {self.recipient_id}"
