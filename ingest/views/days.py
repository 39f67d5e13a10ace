"""Messages by day and verdict, as a table."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from ingest.queries.days import days_of
from tickets.access import get_case

NEWEST = 14


@require_safe
@for_people
def case_days(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show the newest days in the page of a case, all days on a page of their own."""
    case = get_case(request.principal, ref)
    context = {"case": case, "days": days_of(case, newest=NEWEST if request.htmx else None)}
    return render(request, "ingest/_days.html" if request.htmx else "ingest/days.html", context)
