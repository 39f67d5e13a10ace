"""The list of cases: on screen and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from common.csv import csv_download
from common.pages import Order, order_of, page_of
from kb.access import visible_issues
from kb.models import Party, Product
from kb.queries.issue_list import issues_that_say
from tickets import words
from tickets.access import visible_cases
from tickets.models import Case
from tickets.queries.by_turn import by_turn
from tickets.queries.case_list import COLUMNS, DEFAULT_ORDER, CaseFilters, in_tab, narrowed, tabs_of
from tickets.queries.cases import for_screen
from tickets.queries.standing import standing_of_cases

CSV_COLUMNS = (
    "ref", "title", "kind", "state", "severity", "department__name", "product__name", "release", "opened_at",
    "updated_at",
)  # fmt: skip
TURN_COLUMNS = ("holders", "due_at", "overdue")
CSV_BATCH = 2000
ISSUES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: the cases in whatever state, and those of the tab in their order."""

    filters: CaseFilters
    order: Order
    any_state: QuerySet[Case]
    cases: QuerySet[Case]


def _wanted(request: PageRequest) -> Wanted:
    """Return the cases that the address asks for, in its order."""
    filters = CaseFilters.of(request.GET)
    found = narrowed(visible_cases(request.principal), filters)
    asked = request.GET.get("order", "")
    turn = filters.turn(asked)
    order = order_of(asked, COLUMNS, default=DEFAULT_ORDER)
    if turn.narrows or turn.orders:
        looked_up = by_turn(found, turn)
        found = looked_up.cases
        order = Order(asked, looked_up.order) if turn.orders else order
    return Wanted(filters, order, found, in_tab(found, filters).order_by(*order.expressions))


@require_safe
@for_people
def cases(request: PageRequest) -> HttpResponseBase:
    """Show a page of the list."""
    wanted = _wanted(request)
    filters = wanted.filters
    tabs = tabs_of(wanted.any_state)
    counted = next(((tab.count, tab.exact) for tab in tabs if tab.key == filters.state), None)
    page = page_of(for_screen(wanted.cases), request.GET.get("page"), counted=counted)
    context = {
        "page": page,
        "standing": standing_of_cases(case["pk"] for case in page.rows),
        "parties": {slug: of for slug, *of in Party.objects.order_by("name").values_list("slug", "name", "kind")},
        "filters": filters,
        "order": wanted.order,
        "tabs": tabs,
        "kinds": words.choices(words.CASE_KINDS),
        "states": words.choices(words.CASE_STATES),
        "products": Product.objects.order_by("name").values_list("slug", "name"),
        "may_write": request.principal.may_write_anywhere,
        "issues": issues_that_say(visible_issues(request.principal), filters.search, ISSUES_SHOWN + 1),
        "issues_shown": ISSUES_SHOWN,
    }
    return render(request, "tickets/cases.html", context)


@require_safe
@for_people
def cases_csv(request: PageRequest) -> HttpResponseBase:
    """Send the whole list, row by row, whatever its length."""
    columns = [name.removesuffix("__name") for name in CSV_COLUMNS] + [*TURN_COLUMNS]
    return csv_download("cases", columns, _csv_rows(_wanted(request).cases))


def _csv_rows(wanted: QuerySet[Case]) -> Iterator[list[Any]]:
    """Yield the rows, whose standing is asked for batch by batch."""
    rows = wanted.values_list("pk", *CSV_COLUMNS).iterator(chunk_size=CSV_BATCH)
    while batch := list(islice(rows, CSV_BATCH)):
        standing = standing_of_cases(row[0] for row in batch)
        for pk, *values in batch:
            one = standing[pk]
            told = [*values, " ".join(one.holders), one.due_at or "", "true" if one.is_overdue else "false"]
            yield [value.isoformat() if hasattr(value, "isoformat") else value for value in told]
