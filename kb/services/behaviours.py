"""Recording what a product does, with the values that somebody states for versions."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from common.errors import Conflict, Invalid
from kb.models import BehaviourAttribute, BehaviourValue, Party, Product, Source, ValueSays
from kb.queries.versions import read_place, scheme_of
from kb.services.history import record_event
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


def mark_value_taken_back(row: BehaviourValue, author: User | None, reason: str) -> None:
    """Let a value stand no longer; each issue that is judged by it tells so in its history."""
    row.taken_back_at, row.taken_back_by, row.taken_back_reason = timezone.now(), author, reason
    row.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason"])
    for issue in row.attribute.issues.all():
        record_event(issue, "value_taken_back", author, value=str(row.public_id), says=row.value, reason=reason)
