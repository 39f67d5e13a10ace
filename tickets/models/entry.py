"""The entries of a case's timeline. Rows are added, never changed: a correction is a new row that replaces an older."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import User
from common.models import PublicId
from kb.models import Party
from tickets.models.case import Case, CaseState


class EntryKind(models.TextChoices):
    """What an entry records (contracts.md)."""

    MESSAGE = "message"
    CALL = "call"
    ASK = "ask"
    ANSWER = "answer"
    PROMISE = "promise"
    CLAIM = "claim"
    CHANGE = "change"
    EVIDENCE = "evidence"
    FINDING = "finding"
    NOTE = "note"
    STATE = "state"


class Precision(models.TextChoices):
    """How exactly it is known when something happened. What is only known to the week is shown as `c. 24 May 2021`."""

    MINUTE = "minute"
    DAY = "day"
    WEEK = "week"


class TimelineEntry(PublicId):
    """Something that happened. Two clocks: `happened_at` in the world, `recorded_at` here.

    `author` None is the product itself. `key` keeps a machine entry from being written twice. `state` is the state that
    the case has from here on, where an entry of that kind changed it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind)
    happened_at = models.DateTimeField()
    precision = models.CharField(max_length=6, choices=Precision, default=Precision.MINUTE)
    recorded_at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    from_party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    to_party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True, default="")
    due_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    evidence = models.ForeignKey("tickets.Evidence", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=CaseState, blank=True, default="")
    key = models.CharField(max_length=120, null=True)  # noqa: DJ001  (NULL: no key, and NULLs never collide)

    class Meta:
        ordering: ClassVar[list[str]] = ["-happened_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_is_known"),
            models.CheckConstraint(condition=Q(precision__in=Precision.values), name="entry_precision_is_known"),
            models.CheckConstraint(
                condition=Q(state="") | (Q(kind=EntryKind.STATE) & Q(state__in=CaseState.values)),
                name="entry_state_is_known",
            ),
            models.UniqueConstraint(fields=["case", "key"], name="entry_key_once_a_case"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["case", "-happened_at", "-id"], name="entry_by_case"),
            GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="entry_by_text_part"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_machine(self) -> bool:
        """Whether the product itself wrote it."""
        return self.author_id is None
