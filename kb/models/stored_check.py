"""Checks that were kept, so that an answer can be shared and printed as it was given."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from common.models import PublicId
from kb.models.product import Product


class StoredCheck(PublicId):
    """A check as it was answered to somebody. Facts are not kept: only which paths were given."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    report = models.JSONField()
    fact_paths = models.JSONField(default=list)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.product} {self.asked_at:%Y-%m-%d %H:%M}"
