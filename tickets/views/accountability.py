"""A party's accountability: its page, its numbers as CSV, and what the party says itself."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department
from accounts.views.door import PageRequest, for_people
from common.csv import csv_download
from common.errors import DomainError
from kb.models import Party
from tickets.accountability_forms import OwnViewForm, PeriodForm
from tickets.queries.accountability import Accountability, accountability_of, accountable_party, days_asked
from tickets.queries.accountability_page import accountability_page
from tickets.queries.accountability_rows import CSV_COLUMNS, OUTCOMES, PROMISE_STATES, csv_rows
from tickets.services.own_views import record_own_view


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def accountability(request: PageRequest, slug: str) -> HttpResponseBase:
    """Show how a party keeps others waiting, and others it; record what it says of that itself."""
    party = accountable_party(slug)
    own_view = _own_view_form(request)
    if own_view.is_bound and _record(request, party, own_view):
        return redirect(reverse("accountability", args=[party.slug]) + f"?{request.GET.urlencode()}#own-views")
    period = PeriodForm(request.GET or None)
    found = _found(request, party, period)
    context = {
        "party": party,
        "period_form": period,
        "form": own_view,
        "told": accountability_page(request.principal, found, request.GET.dict()) if found else None,
        "may_write": request.principal.may_write_anywhere,
        "outcomes": OUTCOMES,
        "promise_states": PROMISE_STATES,
    }
    refused = own_view.is_bound or found is None
    return render(request, "tickets/accountability.html", context, status=422 if refused else 200)


@require_safe
@for_people
def accountability_csv(request: PageRequest, slug: str) -> HttpResponseBase:
    """Send the turns, promises and overturned answers behind the numbers."""
    party = accountable_party(slug)
    found = _found(request, party, PeriodForm(request.GET or None))
    if found is None:
        return redirect(reverse("accountability", args=[party.slug]) + f"?{request.GET.urlencode()}")
    return csv_download("accountability", CSV_COLUMNS, csv_rows(found))


def _found(request: PageRequest, party: Party, period: PeriodForm) -> Accountability | None:
    """Return what is told of a party in the period that is asked for; None for a period that is none."""
    if period.is_bound and not period.is_valid():
        return None
    values = period.cleaned_data if period.is_bound else {}
    try:
        days = days_asked(values.get("from"), values.get("to"))
    except DomainError as error:
        period.refuse(error)
        return None
    return accountability_of(request.principal, party, days)


def _own_view_form(request: PageRequest) -> OwnViewForm:
    """Return the form of what the party says itself."""
    principal = request.principal
    departments = Department.objects.filter(pk__in=filter(principal.may_write, principal.department_ids))
    return OwnViewForm(request.POST if request.method == "POST" else None, departments=departments)


def _record(request: PageRequest, party: Party, form: OwnViewForm) -> bool:
    """Record what a form holds; whether it could be."""
    request.principal.require_write_anywhere()
    if not form.is_valid():
        return False
    values = dict(form.cleaned_data)
    try:
        department = request.principal.department_to_write(values.pop("department"))
        record_own_view(party=party, department=department, author=request.user, **values)
    except DomainError as error:
        form.refuse(error)
        return False
    messages.info(request, gettext("Saved."))
    return True
