"""Contacts and contracts as the API and the pages tell them."""

from itertools import islice
from typing import Any

from django.utils import timezone

from accounts.principal import Principal
from tickets.access import visible_contracts
from tickets.models import Contact, ContactEvent, Contract, ContractEvent
from tickets.queries.terms import in_force, perhaps_in_force


def contracts_in_force(principal: Principal, limit: int) -> list[Contract]:
    """Return the first contracts that the reader may see and that are in force now."""
    now = timezone.now()
    found = visible_contracts(principal).filter(perhaps_in_force(now)).select_related("party", "product")
    rows = found.order_by("party__name", "number", "pk").iterator(chunk_size=100)
    return list(islice((one for one in rows if in_force(one, now)), limit))


def contact_history(contact: Contact) -> list[dict[str, Any]]:
    """Return what happened to a contact, newest first."""
    return [_event(one) for one in contact.events.select_related("by").order_by("-pk")]


def contract_history(principal: Principal, contract: Contract) -> list[dict[str, Any]] | None:
    """Return what happened to a contract, newest first; None for readers of other departments.

    It tells what stood there before the contract was shared with them.
    """
    if contract.department_id not in principal.department_ids:
        return None
    return [_event(one) for one in contract.events.select_related("by").order_by("-pk")]


def _event(event: ContactEvent | ContractEvent) -> dict[str, Any]:
    """Return an event as it is told."""
    return {
        "at": event.at,
        "by": event.by.shown_name if event.by else None,
        "kind": event.kind,
        "from_file": event.detail.get("by") == "csv",
        "changes": event.detail.get("changes", {}),
    }


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
