"""The custody log: who did what to a piece of evidence. Each entry covers the hash of the one before."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import User
from tickets.models.evidence import Evidence


class CustodyAction(models.TextChoices):
    """What was done."""

    RECEIVED = "received"
    RECEIVED_AGAIN = "received_again"
    READ = "read"
    DOWNLOADED = "downloaded"
    CHECKED = "checked"
    FACTS_CHANGED = "facts_changed"
    EXPORTED = "exported"


class CustodyEntry(models.Model):
    """One link of the chain. `hash` is the SHA-256 over the canonical JSON of the entry, `previous_hash` included."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="custody")
    sequence = models.PositiveIntegerField()
    happened_at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=14, choices=CustodyAction)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar[list[str]] = ["sequence"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["evidence", "sequence"], name="custody_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"
