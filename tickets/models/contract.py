"""Contacts at parties, and the contracts by which parties owe us something."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Department
from common.models import PublicId, Timestamped
from kb.models import Party, Product
from kb.models.event import Event


class ContactLanguage(models.TextChoices):
    """The language in which somebody is written to."""

    EN = "en", "English"
    JA = "ja", "日本語"


class Contact(PublicId, Timestamped):
    """Somebody at a party. Like parties, contacts are there for all departments."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=2, choices=ContactLanguage, default=ContactLanguage.EN)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["party", "name", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["party", "name", "email"], name="contact_once_a_party"),
            models.CheckConstraint(condition=Q(language__in=ContactLanguage.values), name="contact_language_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.email else self.name


class ContractClock(models.TextChoices):
    """Which hours a response target counts."""

    BUSINESS = "business"
    CALENDAR = "calendar"


class Contract(PublicId, Timestamped):
    """A contract of a department with a party. `product` None: it covers all of them.

    A number may cover several products, each by a row of its own. `response_hours` maps a severity, or `any`, to the
    hours within which an answer is owed; `opens` and `closes` are minutes of the day in `zone`, `holidays` a country
    like `JP`. `shared`: other departments live by it too.
    """

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="contracts")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contracts")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="contracts")
    number = models.CharField(max_length=80)
    support_level = models.CharField(max_length=80, blank=True, default="")
    portal = models.URLField(max_length=300, blank=True, default="")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    response_hours = models.JSONField(default=dict)
    clock = models.CharField(max_length=8, choices=ContractClock, default=ContractClock.BUSINESS)
    zone = models.CharField(max_length=64)
    holidays = models.CharField(max_length=12, blank=True, default="")
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    shared = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["party", "number", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["department", "party", "number", "product"],
                name="contract_number_once_a_product",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(clock__in=ContractClock.values), name="contract_clock_is_known"),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")) & Q(closes__lte=1440), name="contract_opens_before_it_closes"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContactEvent(Event):
    """That a contact was recorded or changed: `detail["changes"]` maps a field to its `old` and `new` value."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        indexes: ClassVar[list[Any]] = [models.Index(fields=["contact", "at"], name="events_by_contact")]


class ContractEvent(Event):
    """That a contract was recorded or changed: `detail["changes"]` maps a field to its `old` and `new` value."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        indexes: ClassVar[list[Any]] = [models.Index(fields=["contract", "at"], name="events_by_contract")]
