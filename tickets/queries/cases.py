"""Cases as rows: everything a list shows of a page of cases, in a constant number of queries."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from tickets.models import Case, CaseParty


def for_list(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Add to a query of cases what a list shows: department, product, assignee and parties."""
    return cases.select_related("department", "product", "assignee").prefetch_related(
        Prefetch("case_parties", CaseParty.objects.select_related("party").order_by("position", "pk"))
    )


def case_row(case: Case) -> dict[str, Any]:
    """Return a case as the API's list tells it; `case` comes out of `for_list`."""
    return {
        "ref": case.ref,
        "title": case.title,
        "kind": case.kind,
        "state": case.state,
        "severity": case.severity,
        "department": case.department.slug,
        "product": case.product.slug if case.product else None,
        "release": case.release,
        "parties": [link.party.slug for link in case.case_parties.all()],
        "assignee": case.assignee.shown_name if case.assignee else None,
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
    }


def case_detail(case: Case) -> dict[str, Any]:
    """Return a case as the API tells it alone: the row, and what belongs to it."""
    return case_row(case) | {
        "mail_token": case.mail_subject_token,
        "created_by": case.created_by.shown_name,
        "devices": [device.name for device in case.devices.all()],
        "party_tickets": [
            {"party": ticket.party.slug, "number": ticket.number}
            for ticket in case.party_tickets.select_related("party").order_by("pk")
        ],
        "shared_with": [share.department.slug for share in case.shares.select_related("department").order_by("pk")],
    }
