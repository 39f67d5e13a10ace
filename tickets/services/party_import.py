"""Parties, contacts and contracts out of one CSV file: a row names a party, and may name a contact and a contract.

What is known is read at once and written at once; a dry run writes nothing. A row that is wrong is told with its line
and column, and the rest goes in.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import Department, User
from common.csv import RUN_BY_SPREADSHEETS
from common.errors import DomainError, Invalid
from common.moments import parse_day
from kb.models import Party
from tickets.models import Contact, Contract
from tickets.services.contract_values import contact_values, contract_values, targets
from tickets.services.contracts import new_contact, new_contract
from tickets.services.party_rows import Changes, PartyRows, key

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
PLAIN = ("support_level", "portal", "clock", "zone", "holidays", "hours")
COLUMNS = ("party", "kind", *CONTACT, *CONTRACT, *(f"response_{severity}" for severity in SEVERITIES))
HOURS = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")  # float() takes 1_0 and １２ as well
ROWS_ALLOWED = 5_000
WORDS_OF_FIELDS = {"name": "contact", "number": "contract"}


@dataclass(slots=True)
class ImportedRow:
    """What became of a row: whether each thing that it names is `new`, `changed` or the `same`; or why nothing.

    `changes` tells of a contact and a contract which fields had another value before: `{"old", "new"}`.
    """

    line: int
    party: str
    told: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Changes] = field(default_factory=dict)
    column: str = ""
    error: str = ""


def import_parties(*, department: Department, author: User, text: str, dry_run: bool) -> list[ImportedRow]:
    """Read a CSV file into parties, contacts and contracts of a department; a dry run changes nothing.

    Of what is known only those columns change that the file has, and only where their cell is not empty.
    """
    rows = list(_rows(text))
    names = {row["party"] for _, row in rows}
    products = {row["product"] for _, row in rows if row.get("product")}
    with transaction.atomic():
        known = PartyRows(department, names, products, writing=not dry_run)
        done = [_import(known, line, row) for line, row in rows]
        if not dry_run:
            known.write(author)
    return done


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows with the number of their line; Invalid for what is no such table."""
    if "\0" in text:
        raise Invalid.field("csv", "The file holds a NUL character, which no text may hold.")
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


def _import(known: PartyRows, line: int, row: dict[str, str]) -> ImportedRow:
    """Take in what a row names, or nothing of it."""
    done = ImportedRow(line, row["party"])
    try:
        party = known.party(row["party"], row.get("kind", ""))
        contact = _contact(known, party, row) if row.get("contact") else None
        contract = _contract(known, party, row) if row.get("contract") else None
    except DomainError as error:
        name, message = next(iter(error.fields.items()), ("", error.detail))
        done.column, done.error = WORDS_OF_FIELDS.get(name, name), message
        return done
    done.told["party"] = "same" if party.slug in known.slugs else "new"
    if done.told["party"] == "new":
        known.add(party)
    for thing, found in (("contact", contact), ("contract", contract)):
        if found is not None:
            _take(known, done, thing, *found)
    return done


def _take(
    known: PartyRows, done: ImportedRow, thing: str, row: Contact | Contract, values: dict[str, Any] | None
) -> None:
    """Add a row that is new, for which there are no `values`, or change one that is known."""
    if values is None:
        known.add(row)
        done.told[thing] = "new"
    elif changes := known.change(row, values):
        done.told[thing], done.changes[thing] = "changed", changes
    else:
        done.told[thing] = "same"


def _contact(known: PartyRows, party: Party, row: dict[str, str]) -> tuple[Contact, dict[str, Any] | None]:
    """Return the contact of a row: one that is new, or one that is known and what changes of it."""
    given = {name: row[name] for name in ("email", "phone", "language") if row.get(name)}
    found = known.contact(party, row["contact"], given.get("email", ""))
    if found is None:
        return new_contact(party, given | {"name": row["contact"]}), None
    if key(found.email) == key(given.get("email", "")):
        given.pop("email", None)  # the same address in another case
    return found, contact_values(given)


def _contract(known: PartyRows, party: Party, row: dict[str, str]) -> tuple[Contract, dict[str, Any] | None]:
    """Return the contract of a row: one that is new, or one that is known and what changes of it."""
    given: dict[str, Any] = {name: row[name] for name in PLAIN if row.get(name)}
    given |= {name: _day(row[name], name) for name in ("starts_on", "ends_on") if row.get(name)}
    hours = {
        severity: _hours(row[f"response_{severity}"], severity)
        for severity in SEVERITIES
        if row.get(f"response_{severity}")
    }
    product = known.product(row.get("product", ""))
    found = known.contract(party, row["contract"], product, any_product="product" not in row)
    if found is None:
        number = {"number": row["contract"], "product": product, "response_hours": hours}
        return new_contract(known.department, party, given | number), None
    return found, contract_values(given | {"response_hours": found.response_hours | hours}, found)


def _day(cell: str, name: str) -> date:
    """Return the day in a cell."""
    day = parse_day(cell)
    if day is None:
        raise Invalid.field(name, "Write the day like 2026-02-01.")
    return day


def _hours(cell: str, severity: str) -> float:
    """Return the hours in a cell."""
    column = f"response_{severity}"
    if not HOURS.fullmatch(cell):
        raise Invalid.field(column, "Write hours as a number.")
    try:
        return targets({severity: float(cell)})[severity]
    except Invalid as error:
        raise Invalid.field(column, error.detail) from None
