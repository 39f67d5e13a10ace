"""Contacts and contracts: the page of both, new ones, and their import."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError
from common.pages import page_of
from kb.models import Party, Product
from kb.queries.parties import parties_by_slug
from kb.queries.products import product_by_slug
from tickets.access import (
    get_contact,
    get_contact_to_write,
    get_contract,
    get_contract_to_write,
    visible_contracts,
)
from tickets.contract_forms import ChangeContactForm, ChangeContractForm, ContactForm, ContractForm, ImportForm
from tickets.models import Contact
from tickets.queries.contracts import contact_history, contract_history
from tickets.services.contracts import change_contact, change_contract, create_contact, create_contract
from tickets.services.party_import import COLUMNS, import_parties


def _departments(request: PageRequest) -> Any:
    """Return the departments for which the reader may record a contract."""
    principal = request.principal
    return Department.objects.filter(pk__in=filter(principal.may_write, principal.department_ids))


@require_safe
@for_people
def contracts(request: PageRequest) -> HttpResponseBase:
    """Show the contracts that the reader may see, and the contacts."""
    found = visible_contracts(request.principal).select_related("party", "product", "department")
    context = {
        "contracts": page_of(found.order_by("party__name", "number", "pk"), request.GET.get("page")),
        "contacts": page_of(
            Contact.objects.select_related("party").order_by("party__name", "name", "pk"), request.GET.get("contacts")
        ),
        "may_write": request.principal.may_write_anywhere,
    }
    return render(request, "tickets/contracts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_contact(request: PageRequest) -> HttpResponseBase:
    """Record a contact."""
    request.principal.require_write_anywhere()
    initial = {"party": request.GET.get("party", ""), "language": request.GET.get("language", "ja")}
    form = ContactForm(request.POST or None, initial=initial, parties=Party.objects.order_by("name"))

    def record() -> str:
        (party,) = parties_by_slug([form.cleaned_data.pop("party")], field="party")
        return create_contact(party=party, author=request.user, **form.cleaned_data).name

    return _recorded(request, form, "tickets/new_contact.html", record)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_contract(request: PageRequest) -> HttpResponseBase:
    """Record a contract."""
    request.principal.require_write_anywhere()
    form = ContractForm(
        request.POST or None,
        initial={"party": request.GET.get("party", "")},
        parties=Party.objects.order_by("name"),
        products=Product.objects.order_by("name"),
        departments=_departments(request),
    )

    def record() -> str:
        values = form.values()
        (party,) = parties_by_slug([values.pop("party")], field="party")
        department = request.principal.department_to_write(values.pop("department"))
        product = product_by_slug(values.pop("product"))
        return create_contract(
            department=department, party=party, product=product, author=request.user, **values
        ).number

    return _recorded(request, form, "tickets/new_contract.html", record)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def contact(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a contact with its history; change it."""
    may_write = request.principal.may_write_anywhere
    found = get_contact_to_write(request.principal, public_id) if request.method == "POST" else get_contact(public_id)
    form = ChangeContactForm(request.POST or None, contact=found)

    def change() -> None:
        values = dict(form.cleaned_data)
        seen = values.pop("revision")
        change_contact(contact=found, author=request.user, changes=values, seen=seen)

    context = {"contact": found, "form": form, "may_write": may_write, "events": contact_history(found)}
    return _changed(request, context, "tickets/contact.html", change)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def contract(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a contract with its history; change it."""
    principal = request.principal
    found = (get_contract_to_write if request.method == "POST" else get_contract)(principal, public_id)
    form = ChangeContractForm(request.POST or None, contract=found, products=Product.objects.order_by("name"))

    def change() -> None:
        values = form.values()
        product, seen = product_by_slug(values.pop("product")), form.cleaned_data["revision"]
        change_contract(contract=found, author=request.user, changes=values | {"product": product}, seen=seen)

    events, may_write = contract_history(principal, found), principal.may_write(found.department_id)
    context = {"contract": found, "form": form, "may_write": may_write, "events": events}
    return _changed(request, context, "tickets/contract.html", change)


def _changed(
    request: PageRequest, context: dict[str, Any], template: str, change: Callable[[], None]
) -> HttpResponseBase:
    """Change what a form holds, by a function; show the form where it cannot be."""
    form = context["form"]
    if form.is_valid():
        try:
            change()
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("Saved."))
            return redirect(request.path)
    return render(request, template, context, status=422 if form.is_bound else 200)


def _recorded(
    request: PageRequest, form: ContactForm | ContractForm, template: str, record: Callable[[], str]
) -> HttpResponseBase:
    """Record what a form holds, by a function that returns what it is called; show the form where it holds nothing."""
    if form.is_valid():
        try:
            name = record()
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("%(name)s is recorded.") % {"name": name})
            return redirect("contracts")
    return render(request, template, {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def party_import(request: PageRequest) -> HttpResponseBase:
    """Say what a CSV file would change; change it once that was seen."""
    request.principal.require_write_anywhere()
    form = ImportForm(request.POST or None, request.FILES or None, departments=_departments(request))
    context: dict[str, Any] = {"form": form, "columns": ", ".join(COLUMNS)}
    if form.is_valid():
        department = request.principal.department_to_write(form.cleaned_data["department"])
        dry_run = "take_in" not in request.POST
        try:
            context["rows"] = import_parties(
                department=department, author=request.user, text=form.cleaned_data["text"], dry_run=dry_run
            )
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            context |= {"dry_run": dry_run, "text": form.cleaned_data["text"], "department": department}
    return render(request, "tickets/party_import.html", context, status=422 if form.is_bound and form.errors else 200)
