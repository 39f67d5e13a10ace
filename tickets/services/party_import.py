"""Parties, contacts and contracts out of one CSV file: a row names a party, and may name a contact and a contract.

A dry run does all of it and takes it back. A row that is wrong is told with its line and column, and the rest goes in.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.text import slugify

from accounts.models import Department
from common.csv import RUN_BY_SPREADSHEETS
from common.errors import DomainError, Invalid
from common.moments import parse_day
from kb.models import Party
from kb.queries.products import product_by_slug
from kb.services.parties import create_party
from tickets.models import Contact, Contract
from tickets.services.contracts import create_contact, create_contract

SEVERITIES = ("any", "critical", "high", "medium", "low")
CONTACT = ("contact", "email", "phone", "language")
CONTRACT = (
    "contract",
    "product",
    "support_level",
    "portal",
    "starts_on",
    "ends_on",
    "clock",
    "zone",
    "holidays",
    "hours",
)
COLUMNS = ("party", "kind", *CONTACT, *CONTRACT, *(f"response_{severity}" for severity in SEVERITIES))
ROWS_ALLOWED = 5_000
WORDS_OF_FIELDS = {"name": "contact", "number": "contract", "response_hours": "response_any"}


@dataclass(slots=True)
class ImportedRow:
    """What became of a row: whether each thing that it names is `new`, `changed` or the `same`; or why nothing."""

    line: int
    party: str
    told: dict[str, str] = field(default_factory=dict)
    column: str = ""
    error: str = ""


def import_parties(*, department: Department, text: str, dry_run: bool) -> list[ImportedRow]:
    """Read a CSV file into parties, contacts and contracts of a department; a dry run changes nothing."""
    rows = list(_rows(text))
    with transaction.atomic():
        done = [_import(department, line, row) for line, row in rows]
        transaction.set_rollback(dry_run)
    return done


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows with the number of their line; Invalid for what is no such table."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    try:
        unknown = [name for name in reader.fieldnames or [] if name not in COLUMNS]
        if unknown or "party" not in (reader.fieldnames or []):
            wrong = f"No column {unknown[0]!r}." if unknown else "The column party is missing."
            raise Invalid.field("csv", f"{wrong} The first line names the columns, out of: {', '.join(COLUMNS)}.")
        for number, row in enumerate(reader):
            if number == ROWS_ALLOWED:
                raise Invalid.field("csv", f"At most {ROWS_ALLOWED} rows at a time.")
            if None in row:
                raise Invalid.field("csv", f"Line {reader.line_num} has more cells than the first line.")
            yield reader.line_num, {name: _plain(value or "") for name, value in row.items()}
    except csv.Error as error:
        raise Invalid.field("csv", f"Line {reader.line_num} is no CSV: {error}.") from None


def _plain(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from running it."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUN_BY_SPREADSHEETS) else cell


def _import(department: Department, line: int, row: dict[str, str]) -> ImportedRow:
    """Take in what a row names, or nothing of it."""
    done = ImportedRow(line, row["party"])
    try:
        with transaction.atomic():
            party = _party(row, done)
            if row.get("contact"):
                _contact(party, row, done)
            if row.get("contract"):
                _contract(department, party, row, done)
    except DomainError as error:
        name, message = next(iter(error.fields.items()), ("", error.detail))
        done.told, done.column, done.error = {}, WORDS_OF_FIELDS.get(name, name), message
    return done


def _party(row: dict[str, str], done: ImportedRow) -> Party:
    """Return the party of a row, recorded where it is new."""
    party = Party.objects.filter(slug=slugify(row["party"], allow_unicode=True)[:140]).first()
    done.told["party"] = "same" if party else "new"
    if party and row.get("kind") and party.kind != row["kind"]:
        raise Invalid.field("kind", f"{party.name} is recorded as {party.kind}.")
    return party or create_party(name=row["party"][:120], kind=row.get("kind", ""))


def _contact(party: Party, row: dict[str, str], done: ImportedRow) -> None:
    """Take in the contact of a row."""
    _check_lengths(row, {"contact": 120, "email": 254, "phone": 40})
    before = _values(Contact, party=party, name=row["contact"], email=row.get("email", ""))
    contact = create_contact(
        party=party,
        name=row["contact"],
        email=row.get("email", ""),
        phone=row.get("phone", ""),
        language=row.get("language") or "en",
    )
    done.told["contact"] = _told(before, _values(Contact, pk=contact.pk))


def _contract(department: Department, party: Party, row: dict[str, str], done: ImportedRow) -> None:
    """Take in the contract of a row."""
    _check_lengths(row, {"contract": 80, "support_level": 80, "portal": 300})
    before = _values(Contract, department=department, party=party, number=row["contract"])
    contract = create_contract(
        department=department,
        party=party,
        number=row["contract"],
        product=product_by_slug(row.get("product") or None),
        support_level=row.get("support_level", ""),
        portal=row.get("portal", ""),
        starts_on=_day(row, "starts_on"),
        ends_on=_day(row, "ends_on"),
        response_hours={one: _hours(row, one) for one in SEVERITIES if row.get(f"response_{one}")},
        clock=row.get("clock") or "business",
        zone=row.get("zone", ""),
        holidays=row.get("holidays") or None,
        hours=row.get("hours", ""),
    )
    done.told["contract"] = _told(before, _values(Contract, pk=contract.pk))


def _check_lengths(row: dict[str, str], allowed: dict[str, int]) -> None:
    """Raise Invalid for a cell that the database has no room for."""
    for name, most in allowed.items():
        if len(row.get(name, "")) > most:
            raise Invalid.field(name, f"At most {most} characters.")


def _day(row: dict[str, str], name: str) -> date | None:
    """Return the day in a cell."""
    if not row.get(name):
        return None
    day = parse_day(row[name])
    if day is None:
        raise Invalid.field(name, "Write the day like 2026-02-01.")
    return day


def _hours(row: dict[str, str], severity: str) -> float:
    """Return the hours in a cell."""
    try:
        return float(row[f"response_{severity}"])
    except ValueError:
        raise Invalid.field(f"response_{severity}", "Write hours as a number.") from None


def _values(model: type[Model], **where: Any) -> dict[str, Any] | None:
    """Return a row's values, but for when it was changed; None where there is none."""
    found = model._default_manager.filter(**where).values().first()
    return found and {name: value for name, value in found.items() if name not in {"created_at", "updated_at"}}


def _told(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """Say whether a row is new, changed or the same."""
    return "new" if before is None else "same" if before == after else "changed"
