"""NetScaler ADC: 13.1-51.15 = 13.1 Build 51.15 = NS13.1: Build 51.15.nc.

13.1-FIPS and 12.1-NDcPP are trains of their own.
"""

import re

from kb.versions import keys
from kb.versions.keys import Atoms
from kb.versions.scheme import Scheme, at_most_two

NUMBER = re.compile(
    r"(?<![0-9.])([0-9]+\.[0-9]+)(?: ?[-:] ?(?:build[ :]*)?|[ ,]+build[ :]*)([0-9]+\.[0-9]+)(?:\.(?:nc|cl)\b)?"
)
TWICE = re.compile(r"\b([0-9]+\.[0-9]+)[ -]*(?:fips|ndcpp) (?=\1)")
VARIANT = re.compile(r"[ -]*\b(fips|ndcpp)\b")


def rewrite(text: str) -> str:
    """13.1-fips 13.1-37.159 to 13.1.fips37.159."""
    variant = VARIANT.search(text)
    text = NUMBER.sub(r"\1.\2", VARIANT.sub("", TWICE.sub("", text)), count=1)
    return re.sub(r"([0-9]+\.[0-9]+)", rf"\1.{variant[1]}", text, count=1) if variant else text


def with_variant(main: Atoms, *, series: bool) -> Atoms:
    """The variant behind 13.1; the empty word is the ordinary one."""
    if len(main) <= 2:
        return main if series else (*main, "")
    return main if main[2] in {"fips", "ndcpp"} else (*main[:2], "", *main[2:])


def show(main: Atoms) -> str:
    """13.1 or 13.1-FIPS."""
    return keys.show(main[:2]) + (f"-{main[2].upper()}" if any(main[2:]) else "")


NETSCALER = Scheme(
    slug="netscaler",
    title="NetScaler ADC and Gateway",
    products=("netscaler", "citrix-netscaler", "netscaler-adc", "netscaler-gateway", "citrix-adc", "citrix-gateway"),
    rewrite=rewrite,
    finish=with_variant,
    train_of=lambda main: 3,
    bare=lambda main: at_most_two(main) or (len(main) == 3 and main[2] in {"fips", "ndcpp"}),
    show=show,
)
