"""Evidence packs of a case: the list with the form, one with what it replaces, its release, its bytes, its reply."""

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from kb.models import Party
from kb.queries.parties import parties_by_slug
from tickets import words
from tickets.access import get_case, get_case_to_write, get_pack
from tickets.downloads import pack_download
from tickets.models import Case, FindingStatus, Pack
from tickets.pack_forms import PackForm, ReplyForm
from tickets.queries.detectors import titles_of
from tickets.queries.finding_list import for_rows, worst_first
from tickets.queries.integrity import broken_pieces_of
from tickets.queries.packs import FINDINGS_OFFERED, PACKS_SHOWN, cited_pieces, fallen_findings, packs_of, restored
from tickets.services.packs import ask_pack, release_pack


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def packs(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show the packs of a case and the form for another; a POST asks for it, and leads to its preview."""
    case = get_case_to_write(request.principal, ref) if request.method == "POST" else get_case(request.principal, ref)
    form = _form(request, case, request.POST or None)
    if form.is_valid():
        try:
            return redirect("pack", case.ref, _ask(request, case, form).public_id)
        except DomainError as error:
            form.refuse(error)
    return _listed(request, case, form, status=422 if form.is_bound else 200)


def _form(request: PageRequest, case: Case, sent: Any = None) -> PackForm:
    """Return the form, with the findings that can be chosen and the parties of the case first."""
    rows = for_rows(worst_first(case.findings.filter(holds=True).exclude(status=FindingStatus.DISMISSED)))[
        :FINDINGS_OFFERED
    ]
    titles = titles_of(request.principal, (row.rule for row in rows))
    named = [
        (str(row.public_id), _name_of(words.rule_words(row.rule, titles), row.recipient, row.transaction))
        for row in rows
    ]
    asked = request.GET.getlist("finding") or [one for one, _ in named[:1]]
    first = case.case_parties.values_list("party__slug", flat=True).order_by("position", "pk").first()
    return PackForm(
        sent,
        initial={"findings": asked, "recipient": first or ""},
        findings=named,
        parties=Party.objects.order_by("name"),
    )


def _name_of(*parts: Any) -> str:
    """Return how a finding is called in a list."""
    return " · ".join(str(one) for one in parts if one)


def _ask(request: PageRequest, case: Case, form: PackForm) -> Pack:
    """Ask for the pack of a valid form; it waits for somebody to look at it."""
    chosen: dict[str, Any] = dict(form.cleaned_data)
    (chosen["recipient"],) = parties_by_slug([chosen["recipient"]], field="recipient")
    return ask_pack(case=case, author=request.user, **chosen)


def _listed(request: PageRequest, case: Case, form: PackForm, *, status: int = 200, **more: Any) -> HttpResponseBase:
    """Show the page of all packs."""
    context = {
        "case": case,
        "form": form,
        "reply_form": ReplyForm(),
        "packs": list(packs_of(case)[:PACKS_SHOWN]),
        "broken": broken_pieces_of(case),
        "may_write": request.principal.may_write(case.department_id),
    }
    return render(request, "tickets/packs.html", context | more, status=status)


@require_POST
@for_people
def restore(request: PageRequest, ref: str) -> HttpResponseBase:
    """Put names back into an answer that was pasted; nothing of it is kept."""
    case = get_case(request.principal, ref)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _listed(request, case, _form(request, case), status=422, reply_form=form)
    text, count = restored(case, form.cleaned_data["text"])
    return _listed(request, case, _form(request, case), reply_form=form, reply=text, restored=count)


def _pack(request: PageRequest, case: Case, public_id: uuid.UUID) -> Pack:
    """Return a pack of a case, or raise NotVisible."""
    found = get_pack(request.principal, public_id)
    if found.case_id != case.pk:
        raise NotVisible
    return found


@require_safe
@for_people
def pack(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a pack: how far it is, what it replaces, each line before and after."""
    case = get_case(request.principal, ref)
    found = _pack(request, case, public_id)
    context = {
        "case": case,
        "pack": found,
        "broken": broken_pieces_of(case, cited_pieces(found)),
        "fallen": fallen_findings(case, found.findings) if found.blob_id else [],
        "may_write": request.principal.may_write(case.department_id),
    }
    return render(request, "tickets/_pack.html" if request.htmx else "tickets/pack.html", context)


@require_POST
@for_people
def release(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Let a pack leave, now that somebody has seen what it replaces."""
    case = get_case_to_write(request.principal, ref)
    release_pack(pack=_pack(request, case, public_id), author=request.user)
    return redirect("pack", case.ref, public_id)


@require_safe
@for_people
def download(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Give the zip of a pack that was released."""
    return pack_download(_pack(request, get_case(request.principal, ref), public_id))
