"""Fortinet: 7.0.2 · v7.0.2,build0163,220101 (GA) · 7.0.7.0345 (FortiClient: the fourth number is the build)."""

import re

from kb.versions.scheme import Scheme, at_most_two
from kb.versions.words import BUILD, DROP, TIGHT, WORDS

FAMILY = (
    "authenticator analyzer manager mail os web proxy client sandbox gate adc ddos nac siem soar switch ap voice edr"
    " deceptor isolator pam tester ndr portal recorder extender wlc camera tokencloud cache balancer aiops sase"
    " analyzer-cloud client-ems os-6k7k"
)
OLD = re.compile(
    r"(?<![0-9.])([0-9]+\.[0-9]+)[ ,]*mr ?([0-9]+)(?:[ ,]*(?:patch|p) ?([0-9]+))?"
)  # 4.0 MR3 Patch 5 is 4.3.5
PATCH = re.compile(r"(?<![0-9.])([0-9]+\.[0-9]+)(?:\.0)?[ ,]+patch ?([0-9]+)")  # 5.0 Patch 3 is 5.0.3
FOURTH = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+)[.-]([0-9]+)")
DATE = re.compile(r"(build ?-?[0-9]+),[0-9]{6,8}\b")


def rewrite(text: str) -> str:
    """Old names to numbers; the fourth number and what follows a dash to the build."""
    if found := OLD.search(text):
        number = f"{found[1].split('.')[0]}.{found[2]}.{found[3] or 0}"
        text = text[: found.start()] + number + text[found.end() :]
    text = PATCH.sub(r"\1.\2", text, count=1)
    return FOURTH.sub(r"\1 build \2", DATE.sub(r"\1", text), count=1)


FORTINET = Scheme(
    slug="fortinet",
    title="Fortinet",
    products=tuple(f"forti{name}" for name in FAMILY.split()),
    rewrite=rewrite,
    words={**WORDS, **dict.fromkeys(("m", "f", "fortinet", "out", "interim"), DROP)},
    tight={**TIGHT, "b": BUILD},
    bare=at_most_two,
)
