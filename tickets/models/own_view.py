"""What a party says itself of the numbers that are told of it."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import Department, User
from common.models import PublicId
from kb.models import Party


class OwnView(PublicId):
    """The party's side: who of it said it, when, and who of us wrote it down. Rows are added, never changed.

    It belongs to the department that wrote it down; `shared`: other departments read it too.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="own_views")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    said_by = models.CharField(max_length=120)
    said_on = models.DateField()
    text = models.TextField()
    shared = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-said_on", "-pk"]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["party", "-said_on", "-id"], name="own_view_by_party")]

    def __str__(self) -> str:
        return f"{self.said_by} of {self.party} on {self.said_on}"
