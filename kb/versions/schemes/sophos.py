"""Sophos Firewall: 19.5.1 MR-1-Build278 = 19.5.1 = 19.5 MR1; 19.5 GA; 17.5.14 MR-14-1 is a rebuild of 17.5.14."""

import re

from kb.versions.scheme import Scheme, rewriting

RELEASE = re.compile(
    r"([0-9]+)\.([0-9]+)(?:\.([0-9]+))?[ ,-]*mr[ -]?([0-9]+)(?:-([0-9]{1,2})(?![0-9.]))?(?: ?\(\1\.\2\.\4\))?"
)
tidy = rewriting(
    (r"([0-9]+\.[0-9]+) ?ga ?\(\1\.0\)", r"\1"),
    (r"\b([0-9]+\.[0-9]+\.[0-9]+)\.([0-9]{3,})\b", r"\1 build \2"),
    (r"\b([0-9]+\.[0-9]+\.[0-9]+) ?\(\1\)", r"\1"),
    (r"[ -]ga\b", " ga "),
)


def rewrite(text: str) -> str:
    """The maintenance release is the third number."""
    if found := RELEASE.search(text):
        major, minor, third, release, rebuild = found.groups()
        if third in {None, release} or int(third) == int(release):
            number = f"{major}.{minor}.{release}" + (f".{rebuild}" if rebuild else "")
            text = text[: found.start()] + number + text[found.end() :]
    return tidy(text)


SOPHOS = Scheme(
    slug="sophos",
    title="Sophos Firewall",
    products=("sophos", "sophos-firewall", "sfos", "xg-firewall", "sophos-xg", "sophos-xg-firewall"),
    rewrite=rewrite,
)
