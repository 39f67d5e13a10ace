"""What is known of the parties that a file names: read at once, changed in memory, written at once.

Rows are written in one order, whatever the file's: two imports never wait for each other in a circle.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Department, User
from common.errors import Conflict, DomainError, Invalid
from kb.models import Party, Product
from kb.services.parties import new_party
from tickets.models import Contact, ContactEvent, Contract, ContractEvent
from tickets.queries.contracts import contact_row, contract_row
from tickets.services.contracts import differences

AT_ONCE = 500
NAME_ALLOWED = 120
FROM_A_FILE = {"by": "csv"}
OF_A_CONTACT = ("name", "email", "phone", "language", "note")
OF_A_CONTRACT = (
    "support_level", "portal", "starts_on", "ends_on", "response_hours", "clock", "zone", "holidays", "opens", "closes",
)  # fmt: skip
Changes = dict[str, dict[str, Any]]
Row = TypeVar("Row", Contact, Contract)


class PartyRows:
    """The parties of some names, their contacts and their contracts with a department; with what a file adds to them.

    `writing` holds the rows until the end of the transaction, and other imports off.
    """

    def __init__(self, department: Department, names: Iterable[str], products: set[str], *, writing: bool) -> None:
        self.department = department
        if writing:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('party import', 0))")
        wanted = set(names)
        slugs, lowered = {_slug(name) for name in wanted}, {name.lower() for name in wanted}
        found = Party.objects.alias(low=Lower("name")).filter(Q(slug__in=slugs) | Q(low__in=lowered)).order_by("pk")
        self.parties: dict[str, list[Party]] = defaultdict(list)
        self.slugs: dict[str, Party] = {}
        for party in found:
            self._know(party)
        self.products = {one.slug: one for one in Product.objects.filter(slug__in=products)}
        self.contacts: dict[tuple[str, str], list[Contact]] = defaultdict(list)
        self.contracts: dict[tuple[str, str], list[Contract]] = defaultdict(list)
        self._new_parties: list[Party] = []
        self._new_contacts: list[Contact] = []
        self._new_contracts: list[Contract] = []
        self._was_contact: dict[int, tuple[Contact, dict[str, Any]]] = {}
        self._was_contract: dict[int, tuple[Contract, dict[str, Any]]] = {}
        self._read({one.pk: one for one in self.slugs.values()}, writing=writing)

    def _know(self, party: Party) -> None:
        self.parties[key(party.name)].append(party)
        self.slugs[party.slug] = party

    def _read(self, parties: dict[int, Party], *, writing: bool) -> None:
        """Read contacts and contracts of the parties."""
        contacts = Contact.objects.filter(party__in=parties).order_by("pk")
        contracts = Contract.objects.filter(party__in=parties, department=self.department).order_by("pk")
        contracts = contracts.select_related("product")
        if writing:
            contacts, contracts = contacts.select_for_update(), contracts.select_for_update(of=("self",))
        for contact in contacts:
            contact.party = parties[contact.party_id]
            self.contacts[contact.party.slug, key(contact.name)].append(contact)
        for contract in contracts:
            contract.party, contract.department = parties[contract.party_id], self.department
            self.contracts[contract.party.slug, contract.number].append(contract)

    def party(self, name: str, kind: str) -> Party:
        """Return the party of a name, in whatever case; one that is not stored yet where there is none."""
        named = self.parties.get(key(name), [])
        if len(named) > 1:
            raise Invalid.field("party", f"{len(named)} parties have the name {name}.")
        if named:
            if kind and named[0].kind != kind:
                raise Invalid.field("kind", f"{named[0].name} is recorded as {named[0].kind}.")
            return named[0]
        if alike := self.slugs.get(_slug(name)):
            raise Invalid.field(
                "party", f"{alike.name} is recorded, which is nearly {name}. Write that, or another name."
            )
        if len(name) > NAME_ALLOWED:
            raise Invalid.field("party", f"At most {NAME_ALLOWED} characters.")
        try:
            return new_party(name=name, kind=kind)
        except DomainError as error:
            raise Invalid(
                error.detail, fields={_IN_A_FILE.get(one, one): said for one, said in error.fields.items()}
            ) from None

    def contact(self, party: Party, name: str, email: str) -> Contact | None:
        """Return the contact that a row means: of this name and address, or of the name where an address is missing."""
        named = self.contacts.get((party.slug, key(name)), [])
        exact = [one for one in named if key(one.email) == key(email)]
        if exact or not named:
            return exact[0] if exact else None
        if not email and len(named) > 1:
            raise Invalid.field("email", f"{len(named)} contacts have the name {name}: write the address.")
        return named[0] if not email or (len(named) == 1 and not named[0].email) else None

    def contract(self, party: Party, number: str, product: Product | None, *, any_product: bool) -> Contract | None:
        """Return the contract that a row means: of this number and product (None: of all), or of this number alone."""
        numbered = self.contracts.get((party.slug, number), [])
        if any_product and len(numbered) > 1:
            raise Invalid.field("product", f"{len(numbered)} contracts have the number {number}: write the product.")
        return next((one for one in numbered if any_product or one.product == product), None)

    def product(self, slug: str) -> Product | None:
        """Return a product; None for none."""
        if slug and slug not in self.products:
            raise Invalid.field("product", f"No product {slug!r}.", code="unknown")
        return self.products[slug] if slug else None

    def add(self, row: Party | Contact | Contract) -> None:
        """Take what is new."""
        if isinstance(row, Party):
            self._new_parties.append(row)
            self._know(row)
        elif isinstance(row, Contact):
            self._new_contacts.append(row)
            self.contacts[row.party.slug, key(row.name)].append(row)
        else:
            self._new_contracts.append(row)
            self.contracts[row.party.slug, row.number].append(row)

    def change(self, row: Contact | Contract, values: dict[str, Any]) -> Changes:
        """Change a row; return what that changes of it."""
        before = _told(row)
        if not row._state.adding and isinstance(row, Contact):
            self._was_contact.setdefault(row.pk, (row, before))
        elif not row._state.adding and isinstance(row, Contract):
            self._was_contract.setdefault(row.pk, (row, before))
        for name, value in values.items():
            setattr(row, name, value)
        return differences(before, _told(row))

    def write(self, author: User) -> None:
        """Store what is new and what was changed, with its events; Conflict where somebody else was faster."""
        try:
            with transaction.atomic():
                self._write(author)
        except IntegrityError:
            raise Conflict("Somebody recorded one of these at the same moment. Import the file again.") from None

    def _write(self, author: User) -> None:
        Party.objects.bulk_create(sorted(self._new_parties, key=lambda one: one.slug), AT_ONCE)
        contacts = sorted(self._new_contacts, key=lambda one: (one.party.slug, one.name, one.email))
        contracts = sorted(
            self._new_contracts, key=lambda one: (one.party.slug, one.number, one.product.slug if one.product else "")
        )
        Contact.objects.bulk_create(contacts, AT_ONCE)
        Contract.objects.bulk_create(contracts, AT_ONCE)
        of_contacts, of_contracts = _changed(self._was_contact), _changed(self._was_contract)
        # By their keys: an UPDATE with a CASE of 500 rows in each column takes a minute for 5,000.
        Contact.objects.bulk_create(
            [row for row, _ in of_contacts], AT_ONCE, update_conflicts=True, unique_fields=["id"],
            update_fields=[*OF_A_CONTACT, "updated_at"],
        )  # fmt: skip
        Contract.objects.bulk_create(
            [row for row, _ in of_contracts], AT_ONCE, update_conflicts=True, unique_fields=["id"],
            update_fields=[*OF_A_CONTRACT, "updated_at"],
        )  # fmt: skip
        ContactEvent.objects.bulk_create(
            [
                *(ContactEvent(contact=row, by=author, kind="recorded", detail=FROM_A_FILE) for row in contacts),
                *(
                    ContactEvent(contact=row, by=author, kind="changed", detail=FROM_A_FILE | {"changes": changes})
                    for row, changes in of_contacts
                ),
            ],
            AT_ONCE,
        )
        ContractEvent.objects.bulk_create(
            [
                *(ContractEvent(contract=row, by=author, kind="recorded", detail=FROM_A_FILE) for row in contracts),
                *(
                    ContractEvent(contract=row, by=author, kind="changed", detail=FROM_A_FILE | {"changes": changes})
                    for row, changes in of_contracts
                ),
            ],
            AT_ONCE,
        )


def _changed(was: dict[int, tuple[Row, dict[str, Any]]]) -> list[tuple[Row, Changes]]:
    """Return the rows that are not as they were, by their keys, with what changed of them."""
    found = [(row, differences(before, _told(row))) for _, (row, before) in sorted(was.items())]
    changed, now = [one for one in found if one[1]], timezone.now()
    for row, _ in changed:
        row.updated_at = now
    return changed


_IN_A_FILE = {"name": "party"}


def key(text: str) -> str:
    """Return a name as names are compared: without case, and without what only the width of a letter is."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _slug(name: str) -> str:
    return slugify(name, allow_unicode=True)[:140]


def _told(row: Contact | Contract) -> dict[str, Any]:
    """Return a row as it is told."""
    return contact_row(row) if isinstance(row, Contact) else contract_row(row)
