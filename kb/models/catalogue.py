"""What a vendor has released, by which way one may move, and the documents that say so."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from common.models import PublicId, Timestamped
from kb.models.event import Event
from kb.models.product import Product


class SourceKind(models.TextChoices):
    """Whose document it is."""

    VENDOR = "vendor"
    OWN = "own"
    THIRD_PARTY = "third_party"


class Source(PublicId, Timestamped):
    """A document that statements rest on. `covers` are the versions and trains whose issues it lists.

    `retrieved` is the day it was read; both dates are empty where they are not known.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="sources")
    title = models.CharField(max_length=300)
    url = models.URLField(max_length=1000, blank=True, default="")
    kind = models.CharField(max_length=12, choices=SourceKind)
    published = models.DateField(null=True, blank=True)
    retrieved = models.DateField(null=True, blank=True)
    covers = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=100, blank=True, default="", help_text="Its name in the pack it came with.")
    origin_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind_is_known"),
            models.UniqueConstraint(fields=["product", "origin"], condition=~Q(origin=""), name="source_once_a_pack"),
        ]

    def __str__(self) -> str:
        return self.title


class Release(Timestamped):
    """A release of a product. Keys are what `kb.versions` makes of its text, in the scheme's `key_version`.

    A release without a build stands for all builds of its number. A date that is not known is empty.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(max_length=120)
    key = models.CharField(max_length=400, db_collation="C")
    base = models.CharField(max_length=400, db_collation="C")
    build = models.CharField(max_length=60, blank=True, default="")
    train = models.CharField(max_length=60)
    pre = models.BooleanField(default=False)
    key_version = models.PositiveSmallIntegerField()
    released = models.DateField(null=True, blank=True)
    end_of_engineering_support = models.DateField(null=True, blank=True)
    end_of_support = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["product", "key"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["product", "key"], name="release_once_a_product"),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["product", "base"], name="release_by_base")]

    def __str__(self) -> str:
        return f"{self.product} {self.version}"


class UpgradeStation(models.Model):
    """A release that every upgrade past it must stop at; those of one `position` are alternatives."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="stations")
    position = models.PositiveSmallIntegerField()
    version = models.CharField(max_length=120)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["product", "version"], name="station_once_a_product"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.position}: {self.version}"


class Precedent(PublicId):
    """What happened when somebody made a move. Rows are added, never changed."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="precedents")
    from_version = models.CharField(max_length=120)
    to_version = models.CharField(max_length=120)
    happened_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=300)
    rolled_back = models.BooleanField(null=True)
    note = models.TextField(blank=True, default="")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-happened_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.product} {self.from_version} → {self.to_version}"


class CatalogueEvent(Event):
    """A change of a product's catalogue: the history that stays. Rows are added, never changed.

    Each kind names its thing in `detail`, and under `changes` the old and the new value of each field.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        indexes: ClassVar[list[Any]] = [models.Index(fields=["product", "at"], name="events_by_product")]
