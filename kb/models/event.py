"""What happened to a thing of the knowledge base: the history that stays."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from common.models import PublicId


class Event(PublicId):
    """Something that happened: by whom, when, and what `detail` tells. Rows are added, never changed."""

    kind = models.CharField(max_length=30)
    detail = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d}"
