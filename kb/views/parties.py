"""Parties: the list, one of them, a new one."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from common.pages import order_of, page_of
from common.ways import way_back, with_words
from kb.forms import KIND_WORDS, PartyForm
from kb.models import Party, PartyKind
from kb.services.parties import create_party

COLUMNS: dict[str, Any] = {"name": F("name"), "kind": F("kind")}


def _filtered(values: Any) -> QuerySet[Party]:
    """Return the parties that the address asks for."""
    parties = Party.objects.prefetch_related("products")
    kind, search = values.get("kind", ""), values.get("search", "").replace("\x00", "").strip()[:120]
    if kind in PartyKind.values:
        parties = parties.filter(kind=kind)
    return parties.filter(Q(name__icontains=search) | Q(note__icontains=search)) if search else parties


@require_safe
@for_people
def parties(request: PageRequest) -> HttpResponseBase:
    """Show the parties."""
    order = order_of(request.GET.get("order"), COLUMNS, default="name")
    page = page_of(_filtered(request.GET).order_by(*order.expressions), request.GET.get("page"))
    context = {
        "page": page,
        "order": order,
        "kinds": KIND_WORDS.items(),
        "narrow": bool(request.GET.get("kind") or request.GET.get("search")),
        "may_write": request.principal.may_write_anywhere,
    }
    return render(request, "kb/parties.html", context)


@require_safe
@for_people
def party(request: PageRequest, slug: str) -> HttpResponseBase:
    """Show a party and its products; its cases are a filter of the list of cases."""
    found = Party.objects.prefetch_related("products").filter(slug=slug).first()
    if found is None:
        raise NotVisible
    context = {"party": found, "kind": KIND_WORDS[found.kind], "may_write": request.principal.may_write_anywhere}
    return render(request, "kb/party.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_party(request: PageRequest) -> HttpResponseBase:
    """Record a party."""
    request.principal.require_write_anywhere()
    back = way_back(request)
    form = PartyForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if form.is_valid():
        try:
            made = create_party(**form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("%(name)s is recorded.") % {"name": made.name})
            return redirect(with_words(back, parties=made.slug)) if back else redirect("party", made.slug)
    return render(request, "kb/new_party.html", {"form": form, "back": back}, status=422 if form.is_bound else 200)
