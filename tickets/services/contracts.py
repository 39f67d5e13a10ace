"""Recording contacts and contracts: what is known already takes on what is new, so that twice is the same as once."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from accounts.models import Department
from common.errors import Invalid
from common.moments import check_day
from kb.models import Party, PartyKind, Product
from kb.services.devices import check_zone
from tickets.models import Contact, ContactLanguage, Contract, ContractClock, Severity
from tickets.queries.terms import is_country

ANY = "any"
HOURS_ALLOWED = 24 * 366
check_address = URLValidator(schemes=["http", "https"])
HOURS_OF_DAY = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")


def create_contact(
    *, party: Party, name: str, email: str = "", phone: str = "", language: str = ContactLanguage.EN, note: str = ""
) -> Contact:
    """Record somebody at a party; the same name and address again is the same contact, with what is new of it."""
    if party.kind == PartyKind.US:
        raise Invalid.field("party", "Our own people need no contact: they have accounts.")
    if not name.strip():
        raise Invalid.field("name", "Name the contact.", code="required")
    if language not in ContactLanguage.values:
        raise Invalid.field("language", f"Choose one of {', '.join(ContactLanguage.values)}.")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Invalid.field("email", "This is no e-mail address.") from None
    contact, _ = Contact.objects.update_or_create(
        party=party, name=name.strip(), email=email, defaults={"phone": phone, "language": language, "note": note}
    )
    return contact


@transaction.atomic
def create_contract(
    *,
    department: Department,
    party: Party,
    number: str,
    product: Product | None = None,
    support_level: str = "",
    portal: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    response_hours: Mapping[str, Any] | None = None,
    clock: str = ContractClock.BUSINESS,
    zone: str = "",
    holidays: str | None = None,
    hours: str = "",
    shared: bool = False,
) -> Contract:
    """Record a contract; the same number at the same party again is the same contract, with what is new of it.

    `hours` are the office hours, like `09:00-18:00`; zone, holidays and hours are the installation's where not given.
    """
    if party.kind == PartyKind.US:
        raise Invalid.field("party", "A contract is with somebody else.")
    if not number.strip():
        raise Invalid.field("number", "Write the number of the contract, or what you call it.", code="required")
    check_day(starts_on, field="starts_on")
    check_day(ends_on, field="ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid.field("ends_on", "The contract ends before it begins.")
    if portal:
        try:
            check_address(portal)
        except ValidationError:
            raise Invalid.field("portal", "Write the address with https:// in front.") from None
    if clock not in ContractClock.values:
        raise Invalid.field("clock", f"Choose one of {', '.join(ContractClock.values)}.")
    opens, closes = office_hours(hours) if hours else settings.BUSINESS_HOURS
    values = {
        "product": product,
        "support_level": support_level,
        "portal": portal,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "response_hours": targets(response_hours or {}),
        "clock": clock,
        "zone": check_zone(zone) or settings.DEFAULT_USER_TIME_ZONE,
        "holidays": _country(settings.HOLIDAYS if holidays is None else holidays),
        "opens": opens,
        "closes": closes,
        "shared": shared,
    }
    contract, _ = Contract.objects.update_or_create(
        department=department, party=party, number=number.strip(), defaults=values
    )
    return contract


def targets(given: Mapping[str, Any]) -> dict[str, float]:
    """Return response targets: hours above 0 by severity, or by `any`."""
    found = {}
    for severity, hours in given.items():
        if severity not in {ANY, *Severity.values}:
            raise Invalid.field("response_hours", f"Name a severity, or {ANY}: {severity!r} is none.")
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= HOURS_ALLOWED:
            raise Invalid.field("response_hours", f"Hours above 0, at most {HOURS_ALLOWED}.")
        found[severity] = float(hours)
    return found


def office_hours(text: str) -> tuple[int, int]:
    """Return office hours like `09:00-18:00` as minutes of the day."""
    match = HOURS_OF_DAY.fullmatch(text.strip())
    parts = [int(part) for part in match.groups()] if match else [0, 0, 0, 0]
    opens, closes = parts[0] * 60 + parts[1], parts[2] * 60 + parts[3]
    if not opens < closes <= 24 * 60:
        raise Invalid.field("hours", "Write office hours like 09:00-18:00.")
    return opens, closes


def _country(code: str) -> str:
    """Return the code of a country whose holidays are known; empty: none are kept."""
    if code and not is_country(code):
        raise Invalid.field("holidays", "Write a country like JP, or a part of one like DE-BY.")
    return code
