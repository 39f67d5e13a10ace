"""Evidence: what somebody gave us as proof, as it was given. Stored once, unchangeable."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models

from accounts.models import User
from common.jobs.models import Job
from common.models import PublicId
from kb.models import Device, Party
from tickets.models.case import Case


class Blob(models.Model):
    """The bytes of evidence, by their SHA-256. The same bytes are one blob however often they come."""

    sha256 = models.CharField(
        primary_key=True, max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$", "A SHA-256 in hexadecimal.")]
    )
    size = models.BigIntegerField()
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class Evidence(PublicId):
    """A piece of evidence of a case. What it does not say itself (device, firmware, zone) is asked at upload.

    A trigger (migration `history_is_kept`) refuses deletion and any change of what was given.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=255, help_text="The file's name as given: a label, never a path.")
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="evidence")
    firmware = models.CharField(max_length=80, blank=True, default="")
    zone = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="evidence")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "blob", "device"], nulls_distinct=False, name="evidence_once_a_case_and_device"
            ),
        ]

    def __str__(self) -> str:
        return self.name
