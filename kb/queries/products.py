"""Reading products."""

from common.errors import Invalid
from kb.models import Product


def product_by_slug(slug: str | None, *, field: str = "product") -> Product | None:
    """Return a product, None for None; Invalid where there is none of this name."""
    if not slug:
        return None
    product = Product.objects.filter(slug=slug).first()
    if product is None:
        raise Invalid.field(field, f"No product {slug!r}.", code="unknown")
    return product
