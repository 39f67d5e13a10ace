"""Known issues: the list on screen and as CSV, a new one."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department
from accounts.views.door import PageRequest, for_people
from common.csv import csv_download
from common.errors import DomainError
from common.pages import order_of, page_of
from common.words import options
from kb.access import get_issue_to_write, visible_issues
from kb.issue_forms import ChangeIssueForm, IssueForm, names_in
from kb.models import BehaviourAttribute, KnownIssue, Product
from kb.queries.issue_list import COLUMNS, DEFAULT_ORDER, IssueFilters, filtered
from kb.queries.issues import for_list, issue_rows
from kb.queries.products import product_by_slug
from kb.services.issues import change_issue, create_issue
from kb.services.statements import NewStatement
from kb.words import CONFIDENCES, KINDS, SEVERITIES

CSV_COLUMNS = (
    "id", "title", "product", "kind", "severity", "confidence", "vendor_position", "disputed", "aliases", "updated_at",
)  # fmt: skip
CSV_BATCH = 500


def _wanted(request: PageRequest, filters: IssueFilters, key: str | None) -> QuerySet[KnownIssue]:
    order = order_of(key, COLUMNS, default=DEFAULT_ORDER)
    return for_list(filtered(visible_issues(request.principal), filters)).order_by(*order.expressions)


@require_safe
@for_people
def issues(request: PageRequest) -> HttpResponseBase:
    """Show a page of the list."""
    filters, key = IssueFilters.of(request.GET), request.GET.get("order")
    context: dict[str, Any] = {
        "filters": filters,
        "order": order_of(key, COLUMNS, default=DEFAULT_ORDER),
        "kinds": options(KINDS),
        "severities": options(SEVERITIES),
        "confidences": options(CONFIDENCES),
        "products": Product.objects.order_by("name").only("slug", "name"),
        "may_write": request.principal.may_write_anywhere,
    }
    try:
        page = page_of(_wanted(request, filters, key), request.GET.get("page"))
    except DomainError as error:
        context |= {"refused": error, "candidates": error.candidates.get("affects", [])}
        return render(request, "kb/issues.html", context, status=422)
    return render(request, "kb/issues.html", context | {"page": page, "rows": issue_rows(page.rows)})


@require_safe
@for_people
def issues_csv(request: PageRequest) -> HttpResponseBase:
    """Send the whole list, row by row, whatever its length."""
    wanted = _wanted(request, IssueFilters.of(request.GET), request.GET.get("order"))
    return csv_download("issues", CSV_COLUMNS, _csv_rows(wanted))


def _csv_rows(wanted: QuerySet[KnownIssue]) -> Iterator[list[Any]]:
    """Yield the rows, batch by batch."""
    found = wanted.iterator(chunk_size=CSV_BATCH)
    while batch := list(islice(found, CSV_BATCH)):
        for row in issue_rows(batch):
            row["aliases"] = " ".join(row["aliases"])
            row["updated_at"] = row["updated_at"].isoformat()
            yield [row[name] for name in CSV_COLUMNS]


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_issue(request: PageRequest) -> HttpResponseBase:
    """Record an issue."""
    principal = request.principal
    principal.require_write_anywhere()
    form = IssueForm(
        request.POST or None,
        initial={name: request.GET.get(name, "")[:300] for name in ("product", "title")},
        products=Product.objects.order_by("name"),
        behaviours=BehaviourAttribute.objects.select_related("product").order_by("product__name", "title"),
        departments=Department.objects.filter(pk__in=filter(principal.may_write, principal.department_ids)),
    )
    if form.is_valid():
        try:
            return redirect("issue", _record(request, form).slug)
        except DomainError as error:
            error.fields = {_AT.get(name, name): message for name, message in error.fields.items()}
            form.refuse(error)
    return render(request, "kb/new_issue.html", {"form": form}, status=422 if form.is_bound else 200)


_AT = {"statements.0.version": "version", "statements.0.says": "says", "statements": "says", "name": "title"}


def _record(request: PageRequest, form: IssueForm) -> KnownIssue:
    """Record the issue of a valid form."""
    chosen = form.cleaned_data
    product = product_by_slug(chosen["product"])
    assert product is not None  # noqa: S101  (the field is required)
    said = [NewStatement(chosen["says"], chosen["version"])] if chosen["says"] else []
    return create_issue(
        product=product,
        author=request.user,
        department=request.principal.department_to_write(chosen["department"]),
        statements=said,
        behaviour=BehaviourAttribute.objects.filter(pk=chosen["behaviour"] or 0, product=product).first(),
        **form.values,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def change(request: PageRequest, name: str) -> HttpResponseBase:
    """Change what an issue is called and how it is described; what is said about it is added on its page."""
    found = get_issue_to_write(request.principal, name)
    form = ChangeIssueForm(request.POST or None, issue=found)
    if form.is_valid():
        try:
            change_issue(
                issue=found,
                author=request.user,
                changes=form.values,
                aliases=names_in(form.cleaned_data["aliases"]),
                seen=form.cleaned_data["revision"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("issue", found.slug)
    return render(request, "kb/change_issue.html", {"form": form, "issue": found}, status=422 if form.is_bound else 200)
