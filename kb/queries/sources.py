"""Reading sources."""

import uuid

from common.errors import Invalid
from kb.models import Product, Source


def source_by_id(product: Product, public_id: uuid.UUID | str | None, *, field: str = "source") -> Source | None:
    """Return a source of a product by its id, None for None; Invalid where there is none."""
    if public_id is None:
        return None
    source = Source.objects.filter(product=product, public_id=public_id).first()
    if source is None:
        raise Invalid.field(field, f"No source {public_id} of {product.name}.", code="unknown")
    return source
