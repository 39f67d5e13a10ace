"""Numbers and sizes as a person reads them."""

from django import template
from django.utils.translation import gettext

register = template.Library()
STEPS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


@register.filter
def number(value: int | None) -> str:
    """Return a whole number with its thousands apart: 2,002,901."""
    return "–" if value is None else f"{value:,}"


@register.filter
def size(octets: int | None) -> str:
    """Return a size: 755 MB, 1.1 kB, 17 bytes. Units are decimal, as on a disk."""
    if octets is None:
        return "–"
    for unit, step in STEPS:
        if octets >= step:
            share = octets / step
            return f"{share:.0f} {unit}" if share >= 99.5 else f"{share:.1f} {unit}"
    return gettext("%(n)d bytes") % {"n": octets}


@register.filter
def percent(share: float) -> int:
    """Return a share of one as whole per cent, rounded down: 100 is only said of what is done."""
    return int(share * 100)


@register.filter
def up_to(limit: int, exact: bool) -> str:
    """Return a bounded count: the number, or that there are more."""
    return number(limit) if exact else gettext("more than %(n)s") % {"n": number(limit)}
