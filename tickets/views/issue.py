"""The page of a known issue, with what people add to it. It stands here since it shows sightings and cases."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Department
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from common.forms import PageForm
from kb.access import get_issue, get_issue_to_write
from kb.issue_forms import ArchiveForm, ClaimForm, ConfirmationForm, StatementForm, ValidationForm, WayOutForm
from kb.models import KnownIssue, Party, Source
from kb.queries.issue_page import issue_page
from kb.queries.parties import parties_by_slug
from kb.queries.sources import source_by_id
from kb.services.claims import (
    accept_confirmation,
    add_claim,
    add_confirmation,
    validate_condition,
    validate_issue,
)
from kb.services.issues import archive_issue
from kb.services.statements import NewStatement, add_statement, take_back_statement
from kb.services.ways_out import add_way_out, remove_way_out
from tickets.queries.links import cases_behind, sightings_of

SOURCES_OFFERED = 300


def _sources(issue: KnownIssue) -> list[Source]:
    return list(issue.product.sources.order_by("title")[:SOURCES_OFFERED])


def _writable(request: PageRequest) -> Any:
    principal = request.principal
    return Department.objects.filter(pk__in=list(filter(principal.may_write, principal.department_ids)))


def _form(request: PageRequest, issue: KnownIssue, name: str, data: Any = None) -> PageForm:
    """Return a form of the page by its name."""
    if name == "statement":
        return StatementForm(data, prefix=name, sources=_sources(issue))
    if name == "claim":
        parties = Party.objects.order_by("name")
        return ClaimForm(data, prefix=name, parties=parties, sources=_sources(issue))
    if name == "confirmation":
        return ConfirmationForm(data, prefix=name, departments=_writable(request))
    return {"way_out": WayOutForm, "validation": ValidationForm, "archive": ArchiveForm}[name](data, prefix=name)


def _page(request: PageRequest, found: KnownIssue, *, status: int = 200, **forms: PageForm) -> HttpResponse:
    """Show an issue, with the form that somebody is in the middle of."""
    principal = request.principal
    anywhere = principal.may_write_anywhere
    may_write = anywhere if found.department_id is None else principal.may_write(found.department_id)
    context: dict[str, Any] = {
        "issue": found,
        "shown": issue_page(principal, found),
        "sightings": sightings_of(principal, found),
        "cases": cases_behind(principal, [found.pk]).get(found.pk, []),
        "may_write": may_write,
        "may_confirm": anywhere,
        "open_form": next(iter(forms), ""),
    }
    wanted = ("statement", "claim", "way_out", "validation", "archive") if may_write else ()
    for name in (*wanted, *(("confirmation",) if anywhere else ())):
        context[f"{name}_form"] = forms.get(name) or _form(request, found, name)
    return render(request, "tickets/issue.html", context, status=status)


@require_safe
@for_people
def issue(request: PageRequest, name: str) -> HttpResponseBase:
    """Show a known issue."""
    return _page(request, get_issue(request.principal, name))


def _posted(
    request: PageRequest, found: KnownIssue, name: str, act: Callable[[Any], Any], *, place: str
) -> HttpResponseBase:
    """Do what a form asks for, and lead back to its place; a refusal shows the page with what was typed."""
    form = _form(request, found, name, request.POST)
    if form.is_valid():
        try:
            act(form)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("Recorded."))
            return redirect(reverse("issue", args=[found.slug]) + place)
    return _page(request, found, status=422, **{name: form})


@require_POST
@for_people
def new_statement(request: PageRequest, name: str) -> HttpResponseBase:
    """Add a statement about versions."""
    found = get_issue_to_write(request.principal, name)

    def act(form: StatementForm) -> None:
        source = source_by_id(found.product, form.cleaned_data["source"] or None)
        add_statement(issue=found, author=request.user, statement=NewStatement(source=source, **form.values))

    return _posted(request, found, "statement", act, place="#where")


@require_POST
@for_people
def take_back(request: PageRequest, name: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Take a statement back: it stays, struck through, with the reason."""
    found = get_issue_to_write(request.principal, name)
    statement = found.statements.filter(public_id=public_id).first()
    if statement is None:
        raise NotVisible
    take_back_statement(statement=statement, author=request.user, reason=request.POST.get("reason", "")[:10_000])
    return redirect(reverse("issue", args=[found.slug]) + "#where")


@require_POST
@for_people
def new_claim(request: PageRequest, name: str) -> HttpResponseBase:
    """Record what a party said."""
    found = get_issue_to_write(request.principal, name)

    def act(form: ClaimForm) -> None:
        (party,) = parties_by_slug([form.cleaned_data["party"]], field="party")
        source = source_by_id(found.product, form.cleaned_data["source"] or None)
        add_claim(issue=found, author=request.user, party=party, source=source, **form.values)

    return _posted(request, found, "claim", act, place="#ledger")


@require_POST
@for_people
def new_way_out(request: PageRequest, name: str) -> HttpResponseBase:
    """Record what helps."""
    found = get_issue_to_write(request.principal, name)

    def act(form: WayOutForm) -> None:
        add_way_out(issue=found, author=request.user, **form.cleaned_data)

    return _posted(request, found, "way_out", act, place="")


@require_POST
@for_people
def remove_way(request: PageRequest, name: str, number: int) -> HttpResponseBase:
    """Remove a way out that people recorded."""
    found = get_issue_to_write(request.principal, name)
    way = found.remediations.filter(pk=number).first()
    if way is None:
        raise NotVisible
    remove_way_out(way=way, author=request.user)
    return redirect("issue", found.slug)


@require_POST
@for_people
def new_confirmation(request: PageRequest, name: str) -> HttpResponseBase:
    """Record that a department sees an issue too, or does not."""
    request.principal.require_write_anywhere()
    found = get_issue(request.principal, name)

    def act(form: ConfirmationForm) -> None:
        add_confirmation(
            issue=found,
            author=request.user,
            department=request.principal.department_to_write(form.cleaned_data["department"]),
            version=form.cleaned_data["version"],
            sees_it=request.POST.get("sees") != "no",
            text=form.cleaned_data["text"],
        )

    return _posted(request, found, "confirmation", act, place="#confirmations")


@require_POST
@for_people
def accept(request: PageRequest, name: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Accept a confirmation of somebody else."""
    found = get_issue_to_write(request.principal, name)
    confirmation = found.confirmations.filter(public_id=public_id).first()
    if confirmation is None:
        raise NotVisible
    accept_confirmation(confirmation=confirmation, author=request.user)
    return redirect(reverse("issue", args=[found.slug]) + "#confirmations")


@require_POST
@for_people
def validate(request: PageRequest, name: str) -> HttpResponseBase:
    """Validate an issue, or its condition."""
    found = get_issue_to_write(request.principal, name)

    def act(form: ValidationForm) -> None:
        chosen = form.cleaned_data
        if chosen["what"] == "condition":
            validate_condition(issue=found, author=request.user, basis=chosen["basis"])
        else:
            validate_issue(issue=found, author=request.user, version=chosen["version"], basis=chosen["basis"])

    return _posted(request, found, "validation", act, place="")


@require_POST
@for_people
def archive(request: PageRequest, name: str) -> HttpResponseBase:
    """Archive an issue: withdrawn as wrong, or replaced by another one."""
    found = get_issue_to_write(request.principal, name)

    def act(form: ArchiveForm) -> None:
        other = form.cleaned_data["replaced_by"].strip()
        replaced_by = get_issue(request.principal, other) if other else None
        archive_issue(issue=found, author=request.user, reason=form.cleaned_data["reason"], replaced_by=replaced_by)

    return _posted(request, found, "archive", act, place="")
