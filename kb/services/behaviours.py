"""Recording what a product does, with the values that somebody states for versions."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import User
from common.errors import Conflict, Invalid
from kb.models import BehaviourAttribute, BehaviourValue, Party, Product, Source, ValueSays
from kb.queries.versions import read_place, scheme_of
from kb.versions.version import VersionError


def create_behaviour(*, product: Product, slug: str, title: str, about: str = "") -> BehaviourAttribute:
    """Record something that a product does one way or another."""
    if not (kept := slugify(slug)[:80]):
        raise Invalid.field("slug", "A short name of Latin letters, digits and hyphens.")
    try:
        with transaction.atomic():
            return BehaviourAttribute.objects.create(product=product, slug=kept, title=title.strip(), about=about)
    except IntegrityError:
        raise Conflict.taken(f"{product.name} has a behaviour {kept!r} already.") from None


def add_value(
    *,
    attribute: BehaviourAttribute,
    author: User | None,
    value: str,
    says: str,
    version: str,
    title: str = "",
    trains: Sequence[str] = (),
    party: Party | None = None,
    source: Source | None = None,
    note: str = "",
    origin: str = "",
    field: str = "",
) -> BehaviourValue:
    """State a value for versions; `field` stands before the names of fields in errors."""
    if says not in ValueSays.values:
        raise Invalid.field(f"{field}says", f"Choose one of {', '.join(ValueSays.values)}.")
    if trains and says != ValueSays.AND_LATER:
        raise Invalid.field(f"{field}trains", 'Only "and_later" names trains.')
    place = read_place(attribute.product, version, field=f"{field}version")
    for train in trains:
        try:
            scheme_of(attribute.product).train(train)
        except VersionError as error:
            raise Invalid.field(f"{field}trains", f"{error}.", code="version") from None
    return BehaviourValue.objects.create(
        attribute=attribute,
        value=value.strip(),
        title=title,
        says=says,
        version=place.text,
        trains=list(trains),
        party=party,
        source=source,
        note=note,
        origin=origin,
        recorded_by=author,
    )
