"""The list of all schemes. A new one is named here; two that serve one product stop the program at its start."""

from typing import Final

from kb.versions.scheme import Scheme
from kb.versions.schemes.aruba import AOS_CX, ARUBAOS
from kb.versions.schemes.barracuda import BARRACUDA
from kb.versions.schemes.bigip import BIG_IP
from kb.versions.schemes.checkpoint import CHECK_POINT
from kb.versions.schemes.cisco_ios import IOS, IOS_XE
from kb.versions.schemes.cisco_more import ASA, ASYNCOS, FTD, IOS_XR, NX_OS
from kb.versions.schemes.eos import EOS
from kb.versions.schemes.exchange import EXCHANGE
from kb.versions.schemes.fortinet import FORTINET
from kb.versions.schemes.general import GENERAL
from kb.versions.schemes.ivanti import IVANTI
from kb.versions.schemes.junos import JUNOS
from kb.versions.schemes.netscaler import NETSCALER
from kb.versions.schemes.panos import PANOS
from kb.versions.schemes.postfix import POSTFIX
from kb.versions.schemes.routeros import ROUTEROS
from kb.versions.schemes.sense import OPNSENSE, PFSENSE
from kb.versions.schemes.sonicos import SONICOS
from kb.versions.schemes.sophos import SOPHOS
from kb.versions.schemes.vmware import VMWARE
from kb.versions.schemes.watchguard import WATCHGUARD
from kb.versions.schemes.zyxel import ZYXEL

__all__ = ["BY_PRODUCT", "BY_SLUG", "GENERAL", "SCHEMES", "get_scheme", "scheme_for"]

SCHEMES: Final = (
    *(AOS_CX, ARUBAOS, ASA, ASYNCOS, BARRACUDA, BIG_IP, CHECK_POINT, EOS, EXCHANGE, FORTINET, FTD, GENERAL, IOS),
    *(IOS_XE, IOS_XR, IVANTI, JUNOS, NETSCALER, NX_OS, OPNSENSE, PANOS, PFSENSE, POSTFIX, ROUTEROS, SONICOS),
    *(SOPHOS, VMWARE, WATCHGUARD, ZYXEL),
)


def _by_slug(schemes: tuple[Scheme, ...]) -> dict[str, Scheme]:
    found: dict[str, Scheme] = {}
    for scheme in schemes:
        if found.setdefault(scheme.slug, scheme) is not scheme:
            raise ValueError(f"two version schemes are called {scheme.slug!r}")
    return found


def _by_product(schemes: tuple[Scheme, ...]) -> dict[str, Scheme]:
    found: dict[str, Scheme] = {}
    for scheme in schemes:
        for product in scheme.products:
            if found.setdefault(product, scheme) is not scheme:
                raise ValueError(f"{product!r} is served by {found[product].slug!r} and by {scheme.slug!r}")
    return found


BY_SLUG: Final = _by_slug(SCHEMES)
BY_PRODUCT: Final = _by_product(SCHEMES)


def scheme_for(product_slug: str) -> Scheme | None:
    """The scheme of a product; None for one that no scheme serves: use `GENERAL`, and say so."""
    return BY_PRODUCT.get(product_slug)


def get_scheme(scheme_slug: str) -> Scheme:
    """The scheme of that name; raise `KeyError` with the names that there are."""
    try:
        return BY_SLUG[scheme_slug]
    except KeyError:
        raise KeyError(f"no version scheme {scheme_slug!r}; there are {', '.join(sorted(BY_SLUG))}") from None
