"""Reading behaviour attributes as the engine takes them."""

from collections import defaultdict
from collections.abc import Iterable

from kb.behaviour.values import Standing, ValueSpan
from kb.models import BehaviourValue, Product, ValueSays
from kb.queries.versions import scheme_of
from kb.upgrade.place import place_of
from kb.versions.ranges import Multirange, multirange
from kb.versions.version import Span


def standing_values(product: Product) -> dict[int, Standing]:
    """Return the values that stand, by attribute; one query, and one more where a value is stated "and later"."""
    rows = list(
        BehaviourValue.objects.filter(attribute__product=product, taken_back_at=None)
        .select_related("source")
        .order_by("pk")
    )
    later = any(row.says == ValueSays.AND_LATER and not row.trains for row in rows)
    released = list(product.releases.filter(released__isnull=False).values_list("released", "train")) if later else []
    found: defaultdict[int, list[ValueSpan]] = defaultdict(list)
    for row in rows:
        day = row.source.published if row.source else None
        out = {train for on, train in released if day and on and on <= day}
        found[row.attribute_id].append(ValueSpan(row.pk, row.value, value_spans(product, row, out)))
    return {attribute: Standing(tuple(values)) for attribute, values in found.items()}


def value_spans(product: Product, row: BehaviourValue, released_trains: Iterable[str]) -> Multirange:
    """Return for which versions a value is stated; "and later" without trains means those out at the source's day."""
    scheme = scheme_of(product)
    place = place_of(scheme, row.version)
    if row.says == ValueSays.SEEN:
        return (place.span,)
    spans = [Span(place.span.lo, place.train.hi)]
    if row.says == ValueSays.AND_LATER:
        trains = (scheme.train(text) for text in row.trains or released_trains)
        spans += [train for train in trains if train.lo >= place.train.hi]
    return multirange(spans)
