"""Contacts and contracts as the API and the pages tell them."""

from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.principal import Principal
from tickets.models import Contact, Contract
from tickets.queries.terms import in_force, perhaps_in_force


def visible_contracts(principal: Principal) -> QuerySet[Contract]:
    """Return the contracts of the reader's departments, and those that are shared."""
    return Contract.objects.filter(Q(department__in=principal.department_ids) | Q(shared=True))


def sees_contract(principal: Principal, contract: Contract) -> bool:
    """Whether the reader may see a contract that is at hand: what `visible_contracts` asks the database."""
    return contract.shared or contract.department_id in principal.department_ids


def contracts_in_force(principal: Principal, limit: int) -> list[Contract]:
    """Return the first contracts that the reader may see and that are in force now."""
    now = timezone.now()
    found = visible_contracts(principal).filter(perhaps_in_force(now)).select_related("party", "product")
    rows = found.order_by("party__name", "number", "pk").iterator(chunk_size=100)
    return list(islice((one for one in rows if in_force(one, now)), limit))


def contact_row(contact: Contact) -> dict[str, Any]:
    """Return a contact; `party` has been selected."""
    return {
        "id": contact.public_id,
        "party": contact.party.slug,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "language": contact.language,
        "note": contact.note,
    }


def hours_words(contract: Contract) -> str:
    """Return the office hours of a contract: 09:00-18:00."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (contract.opens, contract.closes))


def contract_row(contract: Contract) -> dict[str, Any]:
    """Return a contract; party, product and department have been selected."""
    return {
        "id": contract.public_id,
        "department": contract.department.slug,
        "party": contract.party.slug,
        "product": contract.product.slug if contract.product else None,
        "number": contract.number,
        "support_level": contract.support_level,
        "portal": contract.portal,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "response_hours": contract.response_hours,
        "clock": contract.clock,
        "zone": contract.zone,
        "holidays": contract.holidays,
        "hours": hours_words(contract),
        "shared": contract.shared,
    }
