"""Messages by day and verdict, as a graph and a table."""

from dataclasses import replace

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from ingest.daily_graph import daily_graph
from ingest.queries.days import days_of
from ingest.queries.marks import marks_of
from tickets.access import get_case
from tickets.queries.case_page import pieces_of
from tickets.queries.reading import coverage_of

NEWEST = 14


@require_safe
@for_people
def case_days(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show the graph with the newest days as a table in the page of a case, with all days on a page of their own."""
    case = get_case(request.principal, ref)
    days, marks = days_of(case), marks_of(case)
    shown = len(days.rows) if not request.htmx else min(NEWEST, len(days.rows))
    left_out = len(days.rows) - shown
    context = {
        "case": case,
        "graph": daily_graph(days, marks),
        "marks": marks,
        "days": replace(days, rows=days.rows[left_out:], left_out=left_out),
        "coverage": coverage_of(list(pieces_of(case).defer("reading__files"))),
    }
    return render(request, "ingest/_days.html" if request.htmx else "ingest/days.html", context)
