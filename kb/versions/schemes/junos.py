"""Junos OS and Junos OS Evolved: 21.4R3 · 21.4R3.8 (the spin: a build) · 21.4R3-S5.4 · 15.1X49-D170.

15.1X49 is a train of its own and no later 15.1.
"""

from kb.versions import keys
from kb.versions.keys import Atoms
from kb.versions.scheme import Scheme, rewriting
from kb.versions.version import Span
from kb.versions.words import BUILD, DROP

X = "x"


def is_bare(main: Atoms) -> bool:
    """21.4 and 15.1X49 are trains; a version has R, F or D."""
    return all(keys.is_number(atom) or atom == X for atom in main)


def train_of(main: Atoms) -> int:
    """15.1X49, else 21.4."""
    return 4 if main[2:3] == (X,) else 2


def train_span(main: Atoms) -> Span:
    """15.1 without 15.1X49, which is not a later 15.1."""
    plain = keys.write(main) + keys.AFTER_HOTFIXES + X
    return Span(keys.first(main), keys.last(main) if X in main else plain)


JUNOS = Scheme(
    slug="junos",
    title="Junos OS",
    products=("junos-os", "junos", "junos-os-evolved", "junos-evolved"),
    rewrite=rewriting((r"((?<=[0-9])[rf][0-9]+|-[sd][0-9]+)\.([0-9]+)", r"\1 build \2")),
    words={"evo": DROP, "junos": DROP, "build": BUILD, "domestic": DROP, "signed": DROP, "tgz": DROP},
    tight={"s": "5a", "b": "1d"},
    train_of=train_of,
    bare=is_bare,
    train_span=train_span,
)
