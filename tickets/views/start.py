"""The start page."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from tickets.queries import start as lists
from tickets.queries.detectors import titles_of
from tickets.queries.integrity import SHOWN, broken_checks
from tickets.queries.reading import state_of
from tickets.queries.reminders import waiting_for


@require_safe
@for_people
def start(request: PageRequest) -> HttpResponseBase:
    """Show the question that the product exists for, and what decays if nobody looks."""
    principal = request.principal
    findings = lists.unjudged_findings(principal)
    context = {
        "broken": list(broken_checks(principal)[:SHOWN]),
        "box": lists.question_box(principal),
        "findings": findings,
        "titles": titles_of(principal, (row["rule"] for row in findings)),
        "pieces": [(piece, state_of(piece)) for piece in lists.restless_evidence(principal)],
        "asks": lists.asked_of_us(principal),
        "waiting": waiting_for(principal),
        "cases": lists.lately_changed(principal),
        "may_write": principal.may_write_anywhere,
        "belongs": bool(principal.roles),
    }
    return render(request, "tickets/start.html", context)
