"""Recording and changing contacts and contracts. Each change is an event: what was is never lost."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Department, User
from common.errors import Conflict, DomainError, Invalid
from common.revisions import require_unchanged, revision_of
from kb.models import Party, PartyKind
from tickets.models import Contact, ContactEvent, Contract, ContractEvent
from tickets.queries.contracts import contact_row, contract_row
from tickets.services.contract_values import contact_values, contract_values

OF_A_NEW_CONTACT: dict[str, Any] = {"email": "", "phone": "", "language": "en", "note": ""}
OF_A_NEW_CONTRACT: dict[str, Any] = {
    "product": None,
    "support_level": "",
    "portal": "",
    "starts_on": None,
    "ends_on": None,
    "response_hours": {},
    "clock": "business",
    "zone": "",
    "holidays": None,
    "hours": "",
    "shared": False,
}


def new_contact(party: Party, given: Mapping[str, Any]) -> Contact:
    """Return a contact that is not stored yet, with the usual values where none is given."""
    if party.kind == PartyKind.US:
        raise Invalid.field("party", "Our own people need no contact: they have accounts.")
    return Contact(party=party, **contact_values(OF_A_NEW_CONTACT | {"name": ""} | dict(given)))


def new_contract(department: Department, party: Party, given: Mapping[str, Any]) -> Contract:
    """Return a contract that is not stored yet, with the usual values where none is given."""
    if party.kind == PartyKind.US:
        raise Invalid.field("party", "A contract is with somebody else.")
    values = contract_values(OF_A_NEW_CONTRACT | {"number": ""} | dict(given))
    return Contract(department=department, party=party, **values)


@transaction.atomic
def create_contact(*, party: Party, author: User | None = None, **given: Any) -> Contact:
    """Record somebody at a party: name, and perhaps email, phone, language, note. Conflict for one who is known."""
    contact = new_contact(party, given)
    known = _same_contact(contact).first()
    if known:
        raise _known_contact(known)
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError:  # another request was faster
        raise _known_contact(_same_contact(contact).get()) from None
    ContactEvent.objects.create(contact=contact, kind="recorded", by=author)
    return contact


@transaction.atomic
def create_contract(*, department: Department, party: Party, author: User | None = None, **given: Any) -> Contract:
    """Record a contract: its number, and what `contract_values` knows. Conflict for one that is known.

    A number may come once for each product, and once for all of them.
    """
    contract = new_contract(department, party, given)
    known = _same_contract(contract).first()
    if known:
        raise _known_contract(known)
    try:
        with transaction.atomic():
            contract.save()
    except IntegrityError:  # another request was faster
        raise _known_contract(_same_contract(contract).get()) from None
    ContractEvent.objects.create(contract=contract, kind="recorded", by=author)
    return contract


@transaction.atomic
def change_contact(*, contact: Contact, author: User, changes: Mapping[str, Any], seen: str | None = None) -> Contact:
    """Change fields of a contact; the others stay. `seen` is the revision that the author looked at."""
    stored = Contact.objects.select_for_update(of=("self",)).select_related("party").get(pk=contact.pk)
    require_unchanged(seen, revision_of(stored))
    before = contact_row(stored)
    _set(stored, contact_values(changes))
    if other := _same_contact(stored).exclude(pk=stored.pk).first():
        raise _known_contact(other)
    if changed := differences(before, contact_row(stored)):
        stored.save()
        ContactEvent.objects.create(contact=stored, kind="changed", by=author, detail={"changes": changed})
    return stored


@transaction.atomic
def change_contract(
    *, contract: Contract, author: User, changes: Mapping[str, Any], seen: str | None = None
) -> Contract:
    """Change fields of a contract; the others stay. `seen` is the revision that the author looked at."""
    found = Contract.objects.select_for_update(of=("self",)).select_related("party", "product", "department")
    stored = found.get(pk=contract.pk)
    require_unchanged(seen, revision_of(stored))
    before = contract_row(stored)
    _set(stored, contract_values(changes, stored))
    if other := _same_contract(stored).exclude(pk=stored.pk).first():
        raise _known_contract(other)
    if changed := differences(before, contract_row(stored)):
        stored.save()
        ContractEvent.objects.create(contract=stored, kind="changed", by=author, detail={"changes": changed})
    return stored


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return by field what it was and what it is, as JSON."""
    return {
        name: {"old": _plain(before[name]), "new": _plain(value)}
        for name, value in after.items()
        if before[name] != value
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return value if isinstance(value, str | int | float | dict | None) else str(value)


def _set(row: Contact | Contract, values: Mapping[str, Any]) -> None:
    """Write values into a row."""
    for name, value in values.items():
        setattr(row, name, value)


def _same_contact(contact: Contact) -> QuerySet[Contact]:
    """Return the contacts at a party that have the name and the address of one, in whatever case."""
    return Contact.objects.filter(party=contact.party_id, name__iexact=contact.name, email__iexact=contact.email)


def _same_contract(contract: Contract) -> QuerySet[Contract]:
    """Return the contracts that have the number of one, for its product."""
    return Contract.objects.filter(
        department=contract.department_id, party=contract.party_id, number=contract.number, product=contract.product
    )


def _known_contact(known: Contact) -> DomainError:
    """Return the refusal of a contact that is known."""
    return Conflict.taken(f"{known} of {known.party} is recorded: change contacts/{known.public_id}/.")


def _known_contract(known: Contract) -> DomainError:
    """Return the refusal of a contract that is known."""
    said = f"{known} of {known.party} is recorded: change contracts/{known.public_id}/."
    return Conflict(said, fields={"number": said}, code="taken")
