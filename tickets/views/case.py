"""The page of a case, a new case, and changing one."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department, User
from accounts.principal import Principal
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError
from kb.models import Device, Party, PartyKind, Product
from kb.queries.devices import visible_devices
from kb.queries.parties import parties_by_slug
from kb.queries.products import product_by_slug
from tickets.access import get_case, get_case_to_write, sees_contract
from tickets.forms import CaseForm, CasePartyForm, ChangeForm, ShareForm
from tickets.models import Case, EntryKind
from tickets.queries.asked import already_asked, question_of
from tickets.queries.asked_page import asked_page
from tickets.queries.case_page import case_page, page_of_entry, with_parts
from tickets.queries.contracts import contracts_in_force
from tickets.queries.flips import flips_of_case
from tickets.queries.links import issues_of_case, links_of
from tickets.queries.reading import jobs_key
from tickets.queries.tasks import tasks_of_case, watchers_of
from tickets.queries.terms import contracts_of_case, nearest
from tickets.queries.turns_page import turns_page
from tickets.services.case_devices import set_devices
from tickets.services.cases import change_case, open_case
from tickets.services.entries import add_entry
from tickets.views.case_draft import detour, drafted, typed

DEVICES_OFFERED = 200
CONTRACTS_SHOWN = 20


@require_safe
@for_people
def case(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show a case."""
    found = get_case(request.principal, ref)
    page = request.GET.get("page") or page_of_entry(found, request.GET.get("entry"))
    shown = case_page(request.principal, found, page=page)
    may_write = request.principal.may_write(found.department_id)
    context: dict[str, Any] = {"case": found, "shown": shown, "may_write": may_write} | with_parts(found)
    open_jobs = [row.evidence for row in shown.pieces if row.evidence.job and row.evidence.job.is_open]
    first = shown.first.finding if shown.first else None
    counting = nearest(contracts_of_case(found), found).values()
    context["contracts"] = [one for one in counting if sees_contract(request.principal, one)]
    context |= {"whose": turns_page(found), "flips": flips_of_case(request.principal, found)}
    context["tasks"], context["done_tasks"] = tasks_of_case(found)
    context["watchers"] = [row.user for row in watchers_of(found)]
    context["issues"] = issues_of_case(request.principal, found)
    context["link"] = links_of(request.principal, [first]).get(first.pk) if first else None
    context["titles"] = shown.titles
    context |= {"open_jobs": open_jobs, "jobs_key": jobs_key(open_jobs)}
    if may_write:
        context["upload_devices"] = list(Device.objects.filter(department=found.department_id)[:DEVICES_OFFERED])
        zones = {request.user.time_zone, "UTC", *(device.zone for device in context["upload_devices"])}
        context["upload_zones"] = sorted(zones - {""})
        context["upload_parties"] = Party.objects.exclude(kind=PartyKind.US)
    return render(request, "tickets/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_case(request: PageRequest) -> HttpResponseBase:
    """Open a case."""
    request.principal.require_write_anywhere()
    if elsewhere := detour(request):
        return elsewhere
    initial = {"title": request.GET.get("search", "")[:300], "opened_on": timezone.localdate()}
    form = _case_form(request.principal, request.POST or None, initial | drafted(request))
    if form.is_valid():
        try:
            return redirect("case", _open(request, form).ref)
        except DomainError as error:
            form.refuse(error)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def asked(request: PageRequest) -> HttpResponseBase:
    """Show what is like the case that is being typed: alone, or below the form with all that was typed."""
    request.principal.require_write_anywhere()
    if request.method != "POST":
        return redirect("new-case")  # as after a log-in in between
    fields = {name: request.POST.get(name, "") for name in ("title", "text", "product", "rule")}
    question = question_of(**fields, version=request.POST.get("release", ""))
    shown = asked_page(already_asked(request.principal, question))
    if request.htmx:
        return render(request, "tickets/_asked.html", {"asked": shown})
    return _form_page(request, _case_form(request.principal, None, typed(request)), asked=shown)


def _form_page(request: PageRequest, form: CaseForm, **context: Any) -> HttpResponse:
    context |= {"form": form, "contracts": contracts_in_force(request.principal, CONTRACTS_SHOWN)}
    return render(request, "tickets/new_case.html", context, status=422 if form.is_bound else 200)


def _case_form(principal: Principal, data: Any, initial: dict[str, Any]) -> CaseForm:
    """Return the form of a new case, with what was sent, or what it begins with."""
    return CaseForm(
        data,
        initial=initial,
        departments=Department.objects.filter(pk__in=filter(principal.may_write, principal.department_ids)),
        products=Product.objects.order_by("name"),
        parties=Party.objects.order_by("name"),
        devices=visible_devices(principal)[:DEVICES_OFFERED],
    )


def _open(request: PageRequest, form: CaseForm) -> Case:
    """Open the case of a valid form."""
    chosen = form.cleaned_data
    case = open_case(
        department=request.principal.department_to_write(chosen["department"]),
        author=request.user,
        title=chosen["title"],
        kind=chosen["kind"],
        severity=chosen["severity"],
        product=product_by_slug(chosen["product"]),
        release=chosen["release"],
        parties=parties_by_slug(chosen["parties"], field="parties"),
        devices=list(visible_devices(request.principal).filter(public_id__in=chosen["devices"])),
        opened_at=form.opened_at(),
    )
    if chosen["text"]:
        note = {"kind": EntryKind.NOTE, "happened_at": timezone.now(), "text": chosen["text"]}
        add_entry(case=case, author=request.user, **note)
    return case


def settings_page(request: PageRequest, case: Case, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show the page on which a case is changed, with the form that somebody is in the middle of."""
    parts = with_parts(case)
    context = {
        "case": case,
        "form": forms.get("form") or _change_form(case),
        "party_form": CasePartyForm(parties=Party.objects.order_by("name"), prefix="party"),
        "share_form": ShareForm(departments=Department.objects.exclude(pk=case.department_id), prefix="share"),
        "all_devices": Device.objects.filter(department=case.department_id)[:DEVICES_OFFERED],
        "chosen_devices": {device.pk for device in parts["devices"]},
        "may_share": request.principal.may_manage(case.department_id),
        **parts,
        **forms,
    }
    return render(request, "tickets/change_case.html", context, status=status)


def _people(case: Case) -> QuerySet[User]:
    """Return who can be given a case."""
    return User.objects.filter(memberships__department=case.department_id, is_active=True).order_by("name", "email")


def _change_form(case: Case, data: Any = None) -> ChangeForm:
    """Return the form by which a case is changed."""
    return ChangeForm(data, case=case, people=_people(case), products=Product.objects.order_by("name"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def change(request: PageRequest, ref: str) -> HttpResponseBase:
    """Change state, severity, title, assignee, product, release: what was touched, of what was looked at."""
    found = get_case_to_write(request.principal, ref)
    if request.method != "POST":
        return settings_page(request, found)
    form = _change_form(found, request.POST)
    if form.is_valid():
        changes = form.touched
        if "assignee" in changes:
            changes["assignee"] = _people(found).filter(pk=changes["assignee"] or 0).first()
        if "product" in changes:
            changes["product"] = product_by_slug(changes["product"])
        try:
            change_case(case=found, author=request.user, changes=changes, seen=form.cleaned_data["revision"])
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("case", found.ref)
    return settings_page(request, found, form=form, status=422)


@require_http_methods(["POST"])
@for_people
def change_devices(request: PageRequest, ref: str) -> HttpResponseBase:
    """Choose the devices that a case is about."""
    found = get_case_to_write(request.principal, ref)
    ids = [one for raw in request.POST.getlist("device") if (one := _uuid(raw))]
    devices = list(Device.objects.filter(department=found.department_id, public_id__in=ids))
    set_devices(case=found, author=request.user, devices=devices)
    messages.info(request, gettext("Saved."))
    return redirect("change-case", found.ref)


def _uuid(raw: str) -> uuid.UUID | None:
    """Return an id of a form; None for what is none."""
    try:
        return uuid.UUID(raw)
    except ValueError:
        return None
