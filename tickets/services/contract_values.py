"""What may stand in a contact and in a contract: one place checks it for forms, API and files."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import CharField, Model

from common.errors import Invalid
from common.moments import check_day
from kb.services.devices import check_zone
from tickets.models import Contact, ContactLanguage, Contract, ContractClock, Severity
from tickets.queries.terms import is_country

ANY = "any"
HOURS_ALLOWED = 24 * 366
HOURS_OF_DAY = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")
check_address = URLValidator(schemes=["http", "https"])


def contact_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a contact, checked; only those that are given."""
    values = dict(given)
    if "name" in values:
        values["name"] = _named(values["name"], "name", "Name the contact.")
    if values.get("email"):
        try:
            validate_email(values["email"])
        except ValidationError:
            raise Invalid.field("email", "This is no e-mail address.") from None
    _check_choice(values, "language", ContactLanguage.values)
    _check_lengths(Contact, values)
    return values


def contract_values(given: Mapping[str, Any], contract: Contract | None = None) -> dict[str, Any]:
    """Return fields of a contract, checked; only those that are given, in place of those that `contract` has.

    `hours` are the office hours, like `09:00-18:00`. An empty zone, empty hours, and holidays of None are the
    installation's.
    """
    values = dict(given)
    if "number" in values:
        values["number"] = _named(values["number"], "number", "Write the number of the contract, or what you call it.")
    if values.get("portal"):
        try:
            check_address(values["portal"])
        except ValidationError:
            raise Invalid.field("portal", "Write the address with https:// in front.") from None
    _check_days(values, contract)
    _check_choice(values, "clock", ContractClock.values)
    if "response_hours" in values:
        values["response_hours"] = targets(values["response_hours"] or {})
    if "zone" in values:
        values["zone"] = check_zone(values["zone"]) or settings.DEFAULT_USER_TIME_ZONE
    if "holidays" in values:
        values["holidays"] = _country(settings.HOLIDAYS if values["holidays"] is None else values["holidays"])
    if "hours" in values:
        hours = values.pop("hours")
        values["opens"], values["closes"] = office_hours(hours) if hours else settings.BUSINESS_HOURS
    _check_lengths(Contract, values)
    return values


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


def _named(text: str, field: str, wanted: str) -> str:
    """Return a name without the spaces around it."""
    if not text.strip():
        raise Invalid.field(field, wanted, code="required")
    return text.strip()


def _check_choice(values: Mapping[str, Any], name: str, known: list[str]) -> None:
    """Raise Invalid for what is none of the words of a field."""
    if name in values and values[name] not in known:
        raise Invalid.field(name, f"Choose one of {', '.join(known)}.")


def _check_days(values: Mapping[str, Any], contract: Contract | None) -> None:
    """Raise Invalid for days outside what is kept, and for an end before the beginning."""
    first: date | None = values.get("starts_on", getattr(contract, "starts_on", None))
    last: date | None = values.get("ends_on", getattr(contract, "ends_on", None))
    check_day(first, field="starts_on")
    check_day(last, field="ends_on")
    if first and last and last < first:
        raise Invalid.field("ends_on", "The contract ends before it begins.")


def _check_lengths(model: type[Model], values: Mapping[str, Any]) -> None:
    """Raise Invalid for a text that the database has no room for."""
    for name, value in values.items():
        field = model._meta.get_field(name)
        most = field.max_length if isinstance(field, CharField) else None
        if most and isinstance(value, str) and len(value) > most:
            raise Invalid.field(name, f"At most {most} characters.")


def _country(code: str) -> str:
    """Return the code of a country whose holidays are known; empty: none are kept."""
    if code and not is_country(code):
        raise Invalid.field("holidays", "Write a country like JP, or a part of one like DE-BY.")
    return code
