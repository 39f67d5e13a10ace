"""Recording products."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from common.errors import Conflict, Invalid
from kb.models import Party, PartyKind, Product
from kb.versions.registry import BY_SLUG, GENERAL, scheme_for


def create_product(
    *, name: str, vendor: Party, scheme: str = "", path_needed: bool = True, downgrades: bool = False
) -> Product:
    """Record a product of a vendor; its slug is Django's slugify of its name (contracts.md).

    Without a scheme it gets the one that serves its slug, else the general one.
    """
    if vendor.kind != PartyKind.VENDOR:
        raise Invalid.field("vendor", f"{vendor.name} is no vendor.")
    slug = slugify(name)[:140]
    if not slug:
        raise Invalid.field("name", "The name needs a Latin letter or a digit.")
    if scheme and scheme not in BY_SLUG:
        raise Invalid.field("scheme", f"No scheme {scheme!r}. There are {', '.join(sorted(BY_SLUG))}.", code="unknown")
    chosen = scheme or (scheme_for(slug) or GENERAL).slug
    try:
        with transaction.atomic():
            return Product.objects.create(
                name=name.strip(),
                slug=slug,
                vendor=vendor,
                scheme=chosen,
                path_needed=path_needed,
                downgrades=downgrades,
            )
    except IntegrityError:
        raise Conflict.taken(f"There is a product {slug!r} already.") from None
