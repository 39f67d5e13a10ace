"""Numbers of several parts: what is a version, a date or a share stays; addresses and telephone numbers do not."""

import re
from collections.abc import Sequence
from typing import Final

from tickets.redact.keys import HOST_KEYS, NUMBER_KEYS, VERSION_KEYS

_LEAST_TELEPHONE: Final = 9  # digits
_SHARE: Final = 7  # digits of a number with a fraction
# What begins with a number and is read by rules of its own: an address, a status, a date, a time.
_OTHER: Final = r"(?!\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|[245]\d\d[- ][245]\.\d|(?:19|20)\d\d[-/]\d|\d{1,2}:\d\d)"
_ENDS: Final = r"(?!\w|[.:]\d)"
# Four or more with the same between them: 203,0,113,9 or 4111 1111 1111 1111. With dots or hyphens they are one word.
_LIKE: Final = re.compile(
    rf"(?<!\w)\d{{1,4}}((?![._-]\d)[ \t.,:;/|_-]{{1,3}})\d{{1,4}}(?:\1{_OTHER}\d{{1,4}}){{2,}}{_ENDS}", re.ASCII
)
_TELEPHONE: Final = re.compile(
    rf"(?<!\w){_OTHER}\d{{1,4}}(?:(?:[ ./]|\) ?| ?\(| ?- ?){_OTHER}\d{{1,4}})+{_ENDS}", re.ASCII
)
_GROUPS: Final = re.compile(r"(?<!\w)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){3,7}(?!\w|:\w)", re.ASCII)
_PASSIVE: Final = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})((?:,\d{1,3}){2})?", re.ASCII)
_DATE: Final = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:19|20)\d\d|(?:19|20)\d\d\.(?:0?[1-9]|1[0-2])\.(?:[0-2]?\d|3[01])",
    re.ASCII,
)
_NAMED: Final = re.compile(r"(?:versions?|release|build|firmware|ver|rev)\W{1,3}$", re.ASCII | re.IGNORECASE)
_BEFORE: Final = 16


def run_at(text: str, at: int, key: str) -> str | None:
    """Return the row of short numbers that begins at a place and that may be an address or a telephone number."""
    if key == "delays":
        return None
    if found := _LIKE.match(text, at) or _GROUPS.match(text, at):
        return found[0]
    found = _TELEPHONE.match(text, at)
    return found[0] if found and sum(map(str.isdigit, found[0])) >= _LEAST_TELEPHONE else None


def passive_address(run: str) -> tuple[str, str] | None:
    """Return the IPv4 address that a row of numbers with commas is, as FTP writes it, and the port behind it."""
    found = _PASSIVE.fullmatch(run)
    return (".".join(found.group(1, 2, 3, 4)), found[5] or "") if found else None


def is_named_version(text: str, at: int) -> bool:
    """Whether the words before a place, or its first letter, say that a version stands there."""
    return text[at : at + 1] in {"v", "V"} or _NAMED.search(text, max(at - _BEFORE, 0), at) is not None


def tells_nothing(parts: Sequence[str], key: str, *, named: bool, prose: bool = False) -> bool:
    """Whether a number of two or three parts with dots is a version, a status, a date or a share, and no address.

    `named`: a version is said to stand there. What three parts are in prose, whoever wrote them is asked to look at.
    """
    digits = sum(map(len, parts))
    if len(parts) > 3 or not all(part.isascii() for part in parts):
        return False
    if key in HOST_KEYS or "ip" in key.split("_") or key.endswith("ip"):
        return False
    if len(parts) < 3:
        return digits <= _SHARE or (key in NUMBER_KEYS and digits <= 2 * _SHARE)
    if _DATE.fullmatch(".".join(parts)):
        return True
    if digits >= _LEAST_TELEPHONE and not (named or key in VERSION_KEYS):
        return False
    return named or key in VERSION_KEYS or len(parts[0]) <= 1 + prose


def is_plain_number(digits: str, key: str) -> bool:
    """Whether a long number behind a key is a count, a size, a time or a number of a process."""
    most = NUMBER_KEYS.get(key, 0)
    return len(digits) <= most and (digits[0] != "0" or key in {"log_id", "logid"})
