"""Those who say things: vendors, resellers, departments, and we ourselves."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Department
from common.models import Timestamped

US = "us"  # the slug of our own side (contracts.md)


class PartyKind(models.TextChoices):
    """What a party is to us. `us` is the department that owns the case at hand; there is one such row."""

    VENDOR = "vendor"
    RESELLER = "reseller"
    DEPARTMENT = "department"
    US = "us"


class Party(Timestamped):
    """A party. Those of the kind department may name the department of ours that they are."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True, allow_unicode=True)
    kind = models.CharField(max_length=10, choices=PartyKind)
    department = models.OneToOneField(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="party")
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="party_kind_is_known"),
            models.CheckConstraint(
                condition=(Q(slug=US) & Q(kind="us")) | (~Q(slug=US) & ~Q(kind="us")), name="party_us_is_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name
