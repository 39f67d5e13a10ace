"""Parties, contacts and contracts out of one CSV file: a row names a party, and may name a contact and a contract.

What is known is read at once and written at once; a dry run writes nothing. A row that is wrong is told with its line
and column, and the rest goes in.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

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
ERRORS_TOLD = 20  # columns or lines of one kind of error
Taken = TypeVar("Taken")
WORDS_OF_FIELDS = {"name": "contact", "number": "contract"}


@dataclass(slots=True)
class ImportedRow:
    """What became of a row: whether each thing that it names is `new`, `changed` or the `same`; or why nothing.

    `changes` tells of a contact and a contract which fields had another value before: `{"old", "new"}`. `errors` are
    all that is wrong, by column; `column` and `error` the first of them.
    """

    line: int
    party: str
    told: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Changes] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def column(self) -> str:
        """The column of the first error; empty where there is none, or where it is of no column."""
        return next(iter(self.errors), "")

    @property
    def error(self) -> str:
        """The first error; empty where there is none."""
        return next(iter(self.errors.values()), "")


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
    too_long: list[int] = []
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    try:
        unknown = [name for name in reader.fieldnames or [] if name not in COLUMNS]
        wrong = [f"No column {name!r}." for name in unknown[:ERRORS_TOLD]]
        wrong += [] if "party" in (reader.fieldnames or []) else ["The column party is missing."]
        if wrong:
            known = f"The first line names the columns, out of: {', '.join(COLUMNS)}."
            raise Invalid.field("csv", " ".join([*wrong, known]))
        for number, row in enumerate(reader):
            if number == ROWS_ALLOWED:
                raise Invalid.field("csv", f"At most {ROWS_ALLOWED} rows at a time.")
            if None in row:
                too_long.append(reader.line_num)
            elif not too_long:
                yield reader.line_num, {name: _plain(value or "") for name, value in row.items()}
    except csv.Error as error:
        raise Invalid.field("csv", f"Line {reader.line_num} is no CSV: {error}.") from None
    if too_long:
        told = ", ".join(map(str, too_long[:ERRORS_TOLD]))
        more = f" and {len(too_long) - ERRORS_TOLD} more" if len(too_long) > ERRORS_TOLD else ""
        raise Invalid.field("csv", f"More cells than the first line has: line {told}{more}.")


def _plain(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from running it."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUN_BY_SPREADSHEETS) else cell


def _import(known: PartyRows, line: int, row: dict[str, str]) -> ImportedRow:
    """Take in what a row names, or nothing of it."""
    done = ImportedRow(line, row["party"])
    party = _taken(done, lambda: known.party(row["party"], row.get("kind", "")))
    if party is None:
        return done
    contact = _taken(done, lambda: _contact(known, party, row)) if row.get("contact") else None
    contract = _taken(done, lambda: _contract(known, party, row)) if row.get("contract") else None
    if done.errors:
        return done
    done.told["party"] = "same" if party.slug in known.slugs else "new"
    if done.told["party"] == "new":
        known.add(party)
    for thing, found in (("contact", contact), ("contract", contract)):
        if found is not None:
            _take(known, done, thing, *found)
    return done


def _taken(done: ImportedRow, read: Callable[[], Taken]) -> Taken | None:
    """Return what a row names of one thing; None where that is wrong, which the row tells then."""
    try:
        return read()
    except DomainError as error:
        for name, message in (error.fields or {"": error.detail}).items():
            done.errors.setdefault(WORDS_OF_FIELDS.get(name, name), message)
        return None


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
    errors: dict[str, str] = {}
    found = known.contact(party, row["contact"], given.get("email", ""))
    if found is None:
        name = {"name": row["contact"]}
        return _checked(given, lambda left: new_contact(party, left | name), errors), None
    if key(found.email) == key(given.get("email", "")):
        given.pop("email", None)  # the same address in another case
    return found, _checked(given, contact_values, errors)


def _contract(known: PartyRows, party: Party, row: dict[str, str]) -> tuple[Contract, dict[str, Any] | None]:
    """Return the contract of a row: one that is new, or one that is known and what changes of it."""
    given: dict[str, Any] = {name: row[name] for name in PLAIN if row.get(name)}
    errors: dict[str, str] = {}
    given |= _cells(row, dict.fromkeys(("starts_on", "ends_on"), _day), errors)
    cells = _cells(row, {f"response_{severity}": _hours for severity in SEVERITIES}, errors)
    hours = {name.removeprefix("response_"): value for name, value in cells.items()}
    products = _cells(row, {"product": lambda cell, _: known.product(cell)}, errors)
    product = products.get("product")
    found = known.contract(party, row["contract"], product, any_product="product" not in row)
    if found is None:
        number = {"number": row["contract"], "product": product, "response_hours": hours}
        return _checked(given, lambda left: new_contract(known.department, party, left | number), errors), None
    all_hours = {"response_hours": found.response_hours | hours}
    return found, _checked(given, lambda left: contract_values(left | all_hours, found), errors)


def _checked(given: dict[str, Any], check: Callable[[dict[str, Any]], Taken], errors: dict[str, str]) -> Taken:
    """Return what a check makes of fields; Invalid names all that are wrong, those in `errors` among them.

    A check tells the first error, so it is asked again without the fields that it named.
    """
    while True:
        try:
            made = check(given)
        except Invalid as error:
            wrong = error.fields.keys() & given.keys()
            errors |= error.fields
            given = {name: value for name, value in given.items() if name not in wrong}
            if wrong:
                continue
        if errors:
            raise Invalid(next(iter(errors.values())), fields=errors)
        return made


def _cells(
    row: dict[str, str], readers: Mapping[str, Callable[[str, str], Any]], errors: dict[str, str]
) -> dict[str, Any]:
    """Return the values of cells that are not empty, by column; what is wrong goes into `errors`."""
    found = {}
    for name, read in readers.items():
        if cell := row.get(name):
            try:
                found[name] = read(cell, name)
            except Invalid as error:
                errors |= error.fields
    return found


def _day(cell: str, name: str) -> date:
    """Return the day in a cell."""
    day = parse_day(cell)
    if day is None:
        raise Invalid.field(name, "Write the day like 2026-02-01.")
    return day


def _hours(cell: str, column: str) -> float:
    """Return the hours in a cell."""
    if not HOURS.fullmatch(cell):
        raise Invalid.field(column, "Write hours as a number.")
    try:
        severity = column.removeprefix("response_")
        return targets({severity: float(cell)})[severity]
    except Invalid as error:
        raise Invalid.field(column, error.detail) from None
