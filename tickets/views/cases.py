"""The list of cases: on screen and as CSV."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from common.csv import csv_line
from common.pages import Order, order_of, page_of
from kb.models import Product
from tickets import words
from tickets.access import visible_cases
from tickets.models import Case
from tickets.queries.case_list import COLUMNS, DEFAULT_ORDER, CaseFilters, filtered, tabs_of
from tickets.queries.cases import for_screen

CSV_COLUMNS = (
    "ref", "title", "kind", "state", "severity", "department__name", "product__name", "release", "opened_at",
    "updated_at",
)  # fmt: skip
CSV_BATCH = 2000


def _wanted(request: PageRequest) -> tuple[QuerySet[Case], CaseFilters, Order]:
    """Return the cases that the address asks for, in its order."""
    filters = CaseFilters.of(request.GET)
    order = order_of(request.GET.get("order"), COLUMNS, default=DEFAULT_ORDER)
    cases = filtered(visible_cases(request.principal), filters).order_by(*order.expressions)
    return cases, filters, order


@require_safe
@for_people
def cases(request: PageRequest) -> HttpResponseBase:
    """Show a page of the list."""
    wanted, filters, order = _wanted(request)
    tabs = tabs_of(visible_cases(request.principal), filters)
    counted = next(((tab.count, tab.exact) for tab in tabs if tab.key == filters.state), None)
    context = {
        "page": page_of(for_screen(wanted), request.GET.get("page"), counted=counted),
        "filters": filters,
        "order": order,
        "tabs": tabs,
        "kinds": words.choices(words.CASE_KINDS),
        "states": words.choices(words.CASE_STATES),
        "products": Product.objects.order_by("name").values_list("slug", "name"),
        "may_write": request.principal.may_write_anywhere,
    }
    return render(request, "tickets/cases.html", context)


@require_safe
@for_people
def cases_csv(request: PageRequest) -> HttpResponseBase:
    """Send the whole list, row by row, whatever its length."""
    wanted, _, _ = _wanted(request)
    response = StreamingHttpResponse(_csv_lines(wanted), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


def _csv_lines(wanted: QuerySet[Case]) -> Iterator[str]:
    """Yield the lines; the mark in front tells spreadsheets that this is UTF-8."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + csv_line(name.removesuffix("__name") for name in CSV_COLUMNS)
    for row in wanted.values_list(*CSV_COLUMNS).iterator(chunk_size=CSV_BATCH):
        yield csv_line(value.isoformat() if hasattr(value, "isoformat") else value for value in row)
