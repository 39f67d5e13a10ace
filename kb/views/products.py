"""Products: a new one. They are listed with their vendor."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.views.door import PageRequest, for_people
from common.errors import DomainError
from common.ways import way_back, with_words
from kb.forms import ProductForm
from kb.models import Party, PartyKind
from kb.queries.parties import parties_by_slug
from kb.services.products import create_product


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
            return redirect(with_words(back, product=made.slug)) if back else redirect("party", vendor.slug)
    return render(request, "kb/new_product.html", {"form": form, "back": back}, status=422 if form.is_bound else 200)
