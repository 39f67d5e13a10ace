"""Which scanner wrote a spam line, by the words its message begins with: one table, and the order is the number.

Sources: FortiMail Log Reference 7.4.0, "Antispam logs" (which says that no list of them is complete), and the story.
Only the beginning counts, and all of it is the gateway's own text: what follows (a URL, a file name) is the sender's.
"""

import re
from typing import Final, NamedTuple


class Scanner(NamedTuple):
    """A scanner, and the expression that its messages begin with."""

    name: str
    begins: str


# Numbers stand in no file: rows may be put anywhere. A scan that found nothing ("clean") is no verdict.
SCANNERS: Final = (
    Scanner("FortiGuard AntiSpam URL", r"FortiGuard-AntiSpam identified spam URL\b"),
    Scanner("FortiGuard AntiSpam IP", r"FortiGuard-AntiSpam identified spam IP\b"),
    Scanner("FortiGuard WebFilter", r"FortiGuard-WebFilter identified "),
    Scanner("banned word", r"Detected by BannedWord test\b"),
    Scanner("DMARC and SPF", r"DMARC SPF Result\b"),
    Scanner("antivirus scanner", r"File name: .{0,1024}, scanned by Antivirus Scanner\(detected\)\W*$"),
)
UNKNOWN: Final = 0
_BEGINS: Final = re.compile("|".join(f"({scanner.begins})" for scanner in SCANNERS))


def scanner_of(message: str) -> int:
    """The number of a spam line's scanner, from 1; 0 where nobody can say."""
    found = _BEGINS.match(message)
    return found.lastindex or UNKNOWN if found else UNKNOWN


def scanner_name(number: int) -> str:
    """The name of a scanner by its number."""
    return SCANNERS[number - 1].name
