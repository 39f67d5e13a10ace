"""Two logs side by side: asking for a comparison, and its page."""

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError
from ingest.comparison_page import shown_comparison
from ingest.forms import SIDES, ComparisonForm
from ingest.queries.comparisons import comparable, comparisons_of, get_comparison, told
from ingest.services.comparisons import ask_comparison
from tickets.access import get_case, require_write
from tickets.models import Case

LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def comparisons(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show the comparisons of a case and the form for another: in the page of the case, or on a page of their own."""
    case = get_case(request.principal, ref)
    there = comparable(case)
    pieces = [(str(piece.public_id), piece.name) for piece in there.pieces]
    if request.method == "POST":
        require_write(request.principal, case)
        form = ComparisonForm(request.POST, pieces=pieces)
        try:
            if form.is_valid():
                return redirect("case-comparison", case.ref, _ask(request.user, case, form).public_id)
        except DomainError as error:
            form.refuse(error)
    else:
        form = ComparisonForm(initial=_named(request), pieces=pieces)
    jobs = list(comparisons_of(case)[: LISTED + 1])
    context = {
        "case": case,
        "form": form,
        "there": there,
        "chosen": {side: form.chosen(side) for side in SIDES},
        "listed": [told(case, job) for job in jobs[:LISTED]],
        "more": len(jobs) > LISTED,
        "may_write": request.principal.may_write(case.department_id),
    }
    template = "ingest/_comparisons.html" if request.htmx else "ingest/comparisons.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _named(request: PageRequest) -> dict[str, Any]:
    """Return what the address of the form names."""
    days = {f"{side}_{end}": request.GET.get(f"{side}_{end}", "") for side in SIDES for end in ("first", "last")}
    return days | {side: request.GET.getlist(side) for side in SIDES}


def _ask(author: User, case: Case, form: ComparisonForm) -> Any:
    """Ask for the comparison of a valid form."""
    return ask_comparison(
        case=case,
        author=author,
        before=form.cleaned_data["before"],
        after=form.cleaned_data["after"],
        before_days=form.days("before"),
        after_days=form.days("after"),
    )


@require_safe
@for_people
def comparison(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a comparison: how far it is, and its answer once it is done."""
    case = get_case(request.principal, ref)
    found = get_comparison(case, public_id)
    context = {
        "case": case,
        "told": found,
        "shown": shown_comparison(found, whole=bool(request.GET.get("all"))),
        "author": User.objects.filter(pk=found.job.args["author"]).first(),
    }
    template = "ingest/_comparison.html" if request.htmx else "ingest/comparison.html"
    return render(request, template, context)
