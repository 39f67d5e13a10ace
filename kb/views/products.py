"""Products: the list, one with its catalogue, a new one, and what is added to a catalogue."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError
from common.pages import page_of
from common.ways import way_back, with_words
from kb.access import get_product, visible_issues
from kb.catalogue_forms import ReleaseForm, SourceForm
from kb.forms import ProductForm
from kb.models import Party, PartyKind, Product
from kb.queries.parties import parties_by_slug
from kb.queries.product_page import product_page
from kb.services.catalogue import create_release, create_source
from kb.services.products import create_product


@require_safe
@for_people
def products(request: PageRequest) -> HttpResponseBase:
    """Show the products."""
    search = request.GET.get("search", "").strip()[:120]
    seen = Count("issues", filter=Q(issues__in=visible_issues(request.principal)), distinct=True)
    rows = Product.objects.select_related("vendor").annotate(
        releases_known=Count("releases", distinct=True), issues_known=seen
    )
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(vendor__name__icontains=search))
    context = {
        "page": page_of(rows.order_by("name", "pk"), request.GET.get("page")),
        "narrow": bool(search),
        "may_write": request.principal.may_write_anywhere,
    }
    return render(request, "kb/products.html", context)


def _page(request: PageRequest, found: Product, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show a product, with the form that somebody is in the middle of."""
    way = tuple(version for name in ("from", "to") if (version := request.GET.get(name, "").strip()))
    context = {
        "product": found,
        "shown": product_page(request.principal, found, page=request.GET.get("page"), way=way),
        "may_write": request.principal.may_write_anywhere,
        "release_form": ReleaseForm(prefix="release"),
        "source_form": SourceForm(prefix="source"),
        **forms,
    }
    return render(request, "kb/product.html", context, status=status)


@require_safe
@for_people
def product(request: PageRequest, slug: str) -> HttpResponseBase:
    """Show a product: its catalogue, and what is known of it."""
    return _page(request, get_product(slug))


@require_POST
@for_people
def new_release(request: PageRequest, slug: str) -> HttpResponseBase:
    """Add a release to a catalogue."""
    request.principal.require_write_anywhere()
    found = get_product(slug)
    form = ReleaseForm(request.POST, prefix="release")
    if form.is_valid():
        try:
            made = create_release(product=found, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("%(name)s is recorded.") % {"name": made.version})
            return redirect(reverse("product", args=[found.slug]) + "#releases")
    return _page(request, found, status=422, release_form=form)


@require_POST
@for_people
def new_source(request: PageRequest, slug: str) -> HttpResponseBase:
    """Record a document."""
    request.principal.require_write_anywhere()
    found = get_product(slug)
    form = SourceForm(request.POST, prefix="source")
    if form.is_valid():
        try:
            made = create_source(product=found, **form.values)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("%(name)s is recorded.") % {"name": made.title})
            return redirect(reverse("product", args=[found.slug]) + "#sources")
    return _page(request, found, status=422, source_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_product(request: PageRequest) -> HttpResponseBase:
    """Record a product of a vendor."""
    request.principal.require_write_anywhere()
    back = way_back(request)
    vendors = Party.objects.filter(kind=PartyKind.VENDOR)
    form = ProductForm(request.POST or None, vendors=vendors, initial={"vendor": request.GET.get("vendor", "")})
    if form.is_valid():
        try:
            (vendor,) = parties_by_slug([form.cleaned_data["vendor"]], field="vendor")
            made = create_product(name=form.cleaned_data["name"], vendor=vendor)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("%(name)s is recorded.") % {"name": made.name})
            return redirect(with_words(back, product=made.slug)) if back else redirect("product", made.slug)
    return render(request, "kb/new_product.html", {"form": form, "back": back}, status=422 if form.is_bound else 200)
