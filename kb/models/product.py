"""Products of vendors."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from common.models import Timestamped
from kb.models.party import Party


class Product(Timestamped):
    """A product whose versions and cases are kept: FortiMail."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    vendor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="products")

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(slug=""), name="product_slug_is_given"),
        ]

    def __str__(self) -> str:
        return self.name
