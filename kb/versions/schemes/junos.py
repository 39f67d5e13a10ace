"""Junos OS and Junos OS Evolved: 21.4R3 · 21.4R3.8 (the spin: a build) · 21.4R3-S5.4 · 15.1X49-D170.

15.1X49 is a train of its own and no later 15.1.
"""

from kb.versions import keys
from kb.versions.keys import Atoms
from kb.versions.scheme import Scheme, rewriting
from kb.versions.tokens import Unreadable
from kb.versions.version import Span
from kb.versions.words import BUILD, DROP

X = "x"


def is_bare(main: Atoms) -> bool:
    """21.4 and 15.1X49 are trains; a version has R, F or D."""
    return len(main) <= 2 or (len(main) <= 4 and main[2] == X)


def train_of(main: Atoms) -> int:
    """15.1X49, else 21.4."""
    return 4 if len(main) > 2 and main[2] >= X else 2


def train_span(main: Atoms) -> Span:
    """15.1 without 15.1X49, which is not a later 15.1."""
    plain = keys.write(main) + keys.AFTER_HOTFIXES + X
    return Span(keys.first(main), keys.last(main) if len(main) > 2 else plain)


def with_letter(main: Atoms, *, series: bool) -> Atoms:
    """Refuse 21.4.3 and 15.1X-D90: behind 21.4 comes a letter with its number."""
    letter, count = main[2:3], main[3:4]
    if letter and (keys.is_number(letter[0]) or not (series or (count and keys.is_number(count[0])))):
        raise Unreadable("no release of Junos is written like this: name it like 21.4R3")
    return main


JUNOS = Scheme(
    slug="junos",
    title="Junos OS",
    products=("junos-os", "junos", "junos-os-evolved", "junos-evolved", "juniper-junos-os", "juniper-junos"),
    rewrite=rewriting((r"((?<=[0-9])[rf][0-9]+|-[sd][0-9]+)\.([0-9]+)", r"\1 build \2")),
    words={"evo": DROP, "junos": DROP, "build": BUILD, "domestic": DROP, "signed": DROP, "tgz": DROP},
    tight={"s": "5a", "b": "1d"},
    finish=with_letter,
    train_of=train_of,
    bare=is_bare,
    train_span=train_span,
)
