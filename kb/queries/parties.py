"""Reading parties."""

from collections.abc import Sequence

from common.errors import Invalid
from common.rows import look_up
from kb.models import US, Party


def us() -> Party:
    """Return our own side."""
    return Party.objects.get(slug=US)


def parties_by_slug(slugs: Sequence[str], *, field: str) -> list[Party]:
    """Return parties in the order named; Invalid names those that are not there."""
    found = {party.slug: party for party in look_up(Party, "slug = ANY(%s)", [list(slugs)])} if slugs else {}
    missing = [slug for slug in dict.fromkeys(slugs) if slug not in found]
    if missing:
        raise Invalid.field(field, f"No party {', '.join(map(repr, missing))}. Make it first.", code="unknown")
    return [found[slug] for slug in dict.fromkeys(slugs)]


def party_by_slug(slug: str | None, *, field: str) -> Party | None:
    """Return a party, None for None."""
    return parties_by_slug([slug], field=field)[0] if slug else None
