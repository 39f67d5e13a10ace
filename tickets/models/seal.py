"""Seals of the timeline, and heads of chains that wait to be published."""

from typing import Any, ClassVar

from django.db import models

from tickets.models.case import Case
from tickets.models.entry import TimelineEntry


class EntrySeal(models.Model):
    """A link of a case's chain: it covers everything that one timeline entry says, and the seal before it.

    A trigger (migration `entries_are_sealed`) writes it with the entry, whoever wrote that; another refuses changes.
    """

    entry = models.OneToOneField(TimelineEntry, on_delete=models.PROTECT, related_name="seal")
    # The index of `seal_sequence_once` begins with the case: another one would be written for nothing.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="seals", db_index=False)
    sequence = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar[list[str]] = ["case", "sequence"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "sequence"], name="seal_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"seal {self.sequence}"


class UnpublishedHead(models.Model):
    """A head of a chain that is not in the file of published heads yet. Triggers write it with the chain's entry."""

    chain = models.CharField(max_length=80)
    entries = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.chain} {self.entries}"
