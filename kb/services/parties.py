"""Recording parties."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from common.errors import Conflict, Invalid
from kb.models import Party, PartyKind

NAMED_BY_PEOPLE = (PartyKind.VENDOR, PartyKind.RESELLER, PartyKind.DEPARTMENT)


def new_party(*, name: str, kind: str, note: str = "") -> Party:
    """Return a party that is not stored yet, checked; its slug is made of its name."""
    if kind not in NAMED_BY_PEOPLE:
        raise Invalid.field("kind", f"Choose one of {', '.join(NAMED_BY_PEOPLE)}.")
    if not name.strip():
        raise Invalid.field("name", "Name the party.", code="required")
    slug = slugify(name, allow_unicode=True)[:140]
    if not slug:
        raise Invalid.field("name", "The name needs a letter or a digit.")
    return Party(name=name.strip(), kind=kind, slug=slug, note=note)


def create_party(*, name: str, kind: str, note: str = "") -> Party:
    """Record a party. The same name again is a conflict that names the first."""
    party = new_party(name=name, kind=kind, note=note)
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError:
        raise Conflict.taken(f"There is a party {party.slug!r} already.") from None
    return party
