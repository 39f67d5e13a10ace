"""The upgrade check: the question, the answer, and answers that were kept."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError
from kb.models import Product, Release
from kb.queries.products import product_by_slug
from kb.queries.upgrade_check import ask
from kb.queries.versions import spelt_alike
from kb.services.checks import keep_check
from tickets.check_form import CheckForm, address_of, facts_in, typed
from tickets.queries.check_page import told_check
from tickets.queries.check_shown import shown_check
from tickets.queries.kept_checks import kept_by, kept_check

VERSIONS_OFFERED = 400
MEANT = 3


def versions_of(slug: str) -> list[str]:
    """Return the releases of a product that a field offers, the newest first."""
    found = Release.objects.filter(product__slug=slug).order_by("-key")
    return list(found.values_list("version", flat=True)[:VERSIONS_OFFERED])


@require_safe
@for_people
def versions(request: PageRequest) -> HttpResponseBase:
    """Show the releases of a product as the options of a list."""
    return render(request, "tickets/_versions.html", {"versions": versions_of(request.GET.get("product", ""))})


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def check(request: PageRequest) -> HttpResponseBase:
    """Ask, and show the answer. Facts come by POST only; a POST without any leads to the address of its question."""
    words = typed(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        words["facts"] = ""
    elif not words["facts"]:
        return redirect(f"{reverse('check')}?{address_of(words)}")
    drafted = "draft" in request.GET and not words["to"]  # from a device: where to is still to be chosen
    asked = request.method == "POST" or (any(words[name] for name in ("from", "to")) and not drafted)
    form = _form(words, asked=asked)
    context: dict[str, Any] = _context(request, form, words)
    if asked and form.is_valid():
        try:
            product = _product(form)
            report = _told(request, form, product)
        except DomainError as error:
            form.refuse_move(error)
            context["candidates"] = _candidates(words, error)
        else:
            context["shown"] = shown_check(report, timezone.localdate())
            context["candidates"] = _meant(product, words, report)
            context["now"] = timezone.now()
            context["link"] = request.build_absolute_uri(f"{reverse('check')}?{context['address']}")
    status = 422 if asked and form.errors else 200
    return render(request, "tickets/check.html", context, status=status)


def _form(words: dict[str, str], *, asked: bool) -> CheckForm:
    products = list(Product.objects.order_by("name"))
    known = {product.slug for product in products}
    if not words["product"] and products:
        words["product"] = products[0].slug
    elif words["product"] not in known and not asked:
        words["product"] = ""
    return CheckForm(words, products=products) if asked else CheckForm(initial=words, products=products)


def _context(request: PageRequest, form: CheckForm, words: dict[str, str]) -> dict[str, Any]:
    return {
        "form": form,
        "words": words,
        "versions": versions_of(words["product"]),
        "address": address_of(words),
        "kept": [] if form.is_bound else list(kept_by(request.principal)),
    }


def _product(form: CheckForm) -> Product:
    """Return the product of a valid form."""
    product = product_by_slug(form.cleaned_data["product"])
    assert product is not None  # noqa: S101  (the field is required)
    return product


def _told(request: PageRequest, form: CheckForm, product: Product) -> dict[str, Any]:
    """Return the answer to a valid form; DomainError names the field."""
    chosen = form.cleaned_data
    move = ask(product, chosen["from"], chosen["to"], form.hops)
    return told_check(request.principal, move, form.facts)


def _meant(product: Product, words: dict[str, str], report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the releases that a version outside the catalogue may be a typing mistake for."""
    unknown = [field for field in ("from", "to") if report[field] in report["coverage"]["unknown_versions"]]
    return [one for field in unknown for one in _offers(words, field, spelt_alike(product, report[field], 0.6)[:MEANT])]


def _candidates(words: dict[str, str], error: DomainError) -> list[dict[str, Any]]:
    """Return what may have been meant, each with the address that asks it."""
    field = next(iter(error.candidates), "")
    return _offers(words, field, error.candidates[field]) if field in {"from", "to"} else []


def _offers(words: dict[str, str], field: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"field": field, "text": text, "address": address_of(words | {field: text})} for text in texts]


@require_POST
@for_people
def keep(request: PageRequest) -> HttpResponseBase:
    """Keep an answer as it is told now, without the facts."""
    words = typed(request.POST)
    form = _form(words, asked=True)
    if not form.is_valid():
        return render(request, "tickets/check.html", _context(request, form, words), status=422)
    product = _product(form)
    report = _told(request, form, product)
    paths = facts_in(words["facts"]).values
    kept = keep_check(product=product, author=request.user, report=report, fact_paths=paths)
    return redirect("kept-check", kept.public_id)


@require_safe
@for_people
def kept(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show an answer as it was given."""
    found = kept_check(request.principal, public_id)
    report = found.report
    words = {
        "product": found.product.slug,
        "from": report["from"],
        "to": report["to"],
        "hop": ", ".join(report["hops"]),
    }
    shown = shown_check(report, timezone.localtime(found.asked_at).date())
    context = {
        "kept": found,
        "shown": shown,
        "words": words | {"facts": ""},
        "address": address_of(words),
        "link": request.build_absolute_uri(),
    }
    return render(request, "tickets/kept_check.html", context)
