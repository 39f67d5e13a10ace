"""Recording products."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from common.errors import Conflict, Invalid
from kb.models import Party, PartyKind, Product


def create_product(*, name: str, vendor: Party) -> Product:
    """Record a product of a vendor; its slug is Django's slugify of its name (contracts.md)."""
    if vendor.kind != PartyKind.VENDOR:
        raise Invalid.field("vendor", f"{vendor.name} is no vendor.")
    slug = slugify(name)[:140]
    if not slug:
        raise Invalid.field("name", "The name needs a Latin letter or a digit.")
    try:
        with transaction.atomic():
            return Product.objects.create(name=name.strip(), slug=slug, vendor=vendor)
    except IntegrityError:
        raise Conflict.taken(f"There is a product {slug!r} already.") from None
