"""Products of vendors."""

import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from common.models import Timestamped
from kb.models.party import Party
from kb.versions.registry import BY_SLUG, GENERAL


def validate_scheme(slug: str) -> None:
    """Refuse a scheme that is not there."""
    if slug not in BY_SLUG:
        known = ", ".join(sorted(BY_SLUG))
        raise ValidationError(
            "There is no version scheme %(slug)s. There are: %(known)s.", params={"slug": slug, "known": known}
        )


class Product(Timestamped):
    """A product whose versions and cases are kept: FortiMail.

    `scheme` orders its versions (`kb.versions`). `path_needed` is false where every move is supported by its vendor,
    `downgrades` is true where the vendor supports going back.
    """

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    vendor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="products")
    scheme = models.CharField(max_length=40, default=GENERAL.slug, validators=[validate_scheme])
    path_needed = models.BooleanField(default=True)
    downgrades = models.BooleanField(default=False)
    revision = models.UUIDField(
        default=uuid.uuid4, editable=False, help_text="Made anew by triggers whenever what is known of it changes."
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(slug=""), name="product_slug_is_given"),
        ]

    def __str__(self) -> str:
        return self.name
