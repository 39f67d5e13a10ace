"""What a product does, as data: attributes, with the values that are stated for versions."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.models import PublicId, Timestamped
from kb.models.catalogue import Source
from kb.models.party import Party
from kb.models.product import Product


class BehaviourAttribute(Timestamped):
    """Something that a product does one way or another: the order of its checks."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="behaviours")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=300)
    about = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["product", "slug"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["product", "slug"], name="behaviour_once_a_product"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.title}"


class ValueSays(models.TextChoices):
    """For which versions a value is stated: one, to the train's end, or later trains as well."""

    SEEN = "seen"
    FROM = "from"
    AND_LATER = "and_later"


class BehaviourValue(PublicId):
    """A value that somebody states for versions. A value taken back no longer stands, and stays.

    Without `taken_back_by` it was the pack that took it back.
    """

    attribute = models.ForeignKey(BehaviourAttribute, on_delete=models.PROTECT, related_name="values")
    value = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True, default="")
    says = models.CharField(max_length=9, choices=ValueSays)
    version = models.CharField(max_length=120)
    trains = models.JSONField(default=list, blank=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=64, blank=True, default="")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["attribute", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(says__in=ValueSays.values), name="value_says_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.value}"
