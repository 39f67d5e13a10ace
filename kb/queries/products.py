"""Reading products."""

from common.errors import Invalid
from common.rows import look_up
from kb.models import Product


def product_by_slug(slug: str | None, *, field: str = "product") -> Product | None:
    """Return a product, None for None; Invalid where there is none of this name."""
    if not slug:
        return None
    found = look_up(Product, "slug = %s", [slug])
    if not found:
        raise Invalid.field(field, f"No product {slug!r}.", code="unknown")
    return found[0]
