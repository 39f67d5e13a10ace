"""Entries of the timeline: adding one, correcting one. As a page, or fetched into the page of the case."""

import uuid

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from kb.models import Party
from kb.queries.parties import party_by_slug
from tickets import words
from tickets.access import get_case_to_write, visible_entries
from tickets.forms import EntryForm
from tickets.models import Case, TimelineEntry
from tickets.services.entries import add_entry, correct_entry


def _form(request: PageRequest, case: Case, entry: TimelineEntry | None = None) -> EntryForm:
    """Return the form, filled with an entry or with today."""
    now = timezone.localtime()
    fresh = {"day": now.date(), "kind": request.GET.get("kind", "note")}
    initial = EntryForm.initial_of(entry) if entry else fresh
    # A mail that is an answer, an ask, a promise; what is sent is held against the entry as it is.
    if entry and request.method != "POST" and request.GET.get("kind") in words.WRITTEN_BY_PEOPLE:
        initial["kind"] = request.GET["kind"]
    parties = Party.objects.order_by("name")
    known = case.parties.all()
    return EntryForm(request.POST or None, initial=initial, parties=parties, known=known, entry=entry)


def _values(form: EntryForm) -> dict[str, object]:
    """Return what the service takes."""
    values = form.values()
    parties = {name: party_by_slug(values[name], field=name) for name in ("from_party", "to_party") if name in values}
    return values | parties


def _answer(request: PageRequest, case: Case, form: EntryForm, entry: TimelineEntry | None = None) -> HttpResponse:
    """Show the form: as a fragment where the case's page fetched it."""
    template = "tickets/_entry_form.html" if request.htmx else "tickets/entry.html"
    context = {"case": case, "form": form, "entry": entry}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _to_timeline(case: Case) -> HttpResponse:
    """Go back to the timeline of the case."""
    return redirect(reverse("case", args=[case.ref]) + "#timeline")


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_entry(request: PageRequest, ref: str) -> HttpResponseBase:
    """Record what happened."""
    case = get_case_to_write(request.principal, ref)
    form = _form(request, case)
    if form.is_valid():
        try:
            add_entry(case=case, author=request.user, **_values(form))  # type: ignore[arg-type]
        except DomainError as error:
            form.refuse(error)
        else:
            return _to_timeline(case)
    return _answer(request, case, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def correction(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Correct an entry: a new revision, the old one stays. Where nothing is touched, nothing is written."""
    case = get_case_to_write(request.principal, ref)
    entries = visible_entries(request.principal).select_related("from_party", "to_party", "case", "evidence")
    entry = entries.filter(case=case, public_id=public_id).first()
    if entry is None:
        raise NotVisible
    form = _form(request, case, entry)
    if form.is_valid():
        try:
            if changes := _values(form):
                correct_entry(entry=entry, author=request.user, changes=changes)
        except DomainError as error:
            form.refuse(error)
        else:
            return _to_timeline(case)
    return _answer(request, case, form, entry)
