"""F5 BIG-IP: 15.1.5.1 · 15.1.5.1 Build 0.0.14 · Hotfix-BIGIP-14.1.5.6.0.11.11-ENG.iso, an engineering hot-fix.

The build has three numbers; where the middle one is not 0 it is that of an engineering hot-fix.
"""

import re

from kb.versions.scheme import Scheme, at_most_two, rewriting
from kb.versions.words import DROP, WORDS

BUILT = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:-|,? ?build ?)([0-9]+)\.([0-9]+)\.([0-9]+)")
DOTTED = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)")
tidy = rewriting(
    (r"point release [0-9]+", ""),
    (r"\bengineering hotfix\b|\b(?:eng|ehf)\b(?= ?[0-9])", "engineering"),
    (r"[-.](?:eng|iso)\b", " "),
)


def rewrite(text: str) -> str:
    """The three numbers behind the version to a build or an engineering hot-fix."""
    for pattern in (BUILT, DOTTED):
        if found := pattern.search(text):
            fixed = found[3].strip("0") or re.search(r"\beng\b", text)
            word = "engineering" if fixed else "build"
            rest = text[found.end() :]
            return tidy(f"{found[1]} {word} {found[2]}.{found[3]}.{found[4]}{rest}")
    return tidy(text)


BIG_IP = Scheme(
    slug="f5-big-ip",
    title="F5 BIG-IP",
    products=("big-ip", "bigip", "f5-big-ip", "big-iq"),
    rewrite=rewrite,
    words={**WORDS, "engineering": "5b", "edition": DROP},
    bare=at_most_two,
)
