"""Putting names back into what a vendor answered."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

from tickets.redact.forms import as_base64, machine_writings, read_base64
from tickets.redact.values import Entry, as_ip

_MACHINE: Final = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f.]*(?![\w:])", re.ASCII)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_SHORTEST: Final = 4
# Pseudonyms are ASCII, and found in either case of it: of other letters no two cases are as long as each other.
_SMALL: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_BEGINNING: Final = re.compile(r"(?<![0-9a-z_-])(?<!\d\.)(?=[!-~])", re.ASCII)
_END: Final = re.compile(r"(?![0-9a-z_-])(?!\.\d)", re.ASCII)


def restore(text: str, entries: Iterable[Entry]) -> tuple[str, int]:
    """Return a text with the pseudonyms of a case replaced by what they stand for, and how many were replaced.

    A pseudonym is found in any case, percent-encoded, as an integer of an address, inside base64; a part of one (the
    site of a host, the user of an address) is found too.
    """
    names, machines = _tables(entries)
    return _Restorer(names, machines).restore(text)


def _tables(entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, str]]:
    """Return originals by pseudonym, and by the canonical text of pseudonyms of IP addresses."""
    names: dict[str, str] = {}
    machines: dict[str, str] = {}
    for entry in entries:
        if entry.kind != "ip":
            names.setdefault(entry.pseudonym, entry.original)
            if entry.kind == "address":
                local, _, _ = entry.original.rpartition("@")
                names.setdefault(entry.pseudonym.partition("@")[0], local)
            continue
        told, own = ipaddress.ip_address(entry.pseudonym), ipaddress.ip_address(entry.canonical)
        machines[str(told)] = str(own)
        for here, there in zip(machine_writings(told), machine_writings(own), strict=False):
            if int(own) >= 1 << 24 and int(told) >= 1 << 24:
                names.setdefault(here, there)
        names[str(told)] = str(own)
    return names, machines


class _Restorer:
    """Finds pseudonyms by their first letters in a dictionary: the time grows with the text, not with their number."""

    def __init__(self, names: dict[str, str], machines: dict[str, str]) -> None:
        self._names = {one.casefold(): original for one, original in names.items() if len(one) >= _SHORTEST}
        self._names |= {
            quote(one, safe="").casefold(): quote(self._names[one], safe="") for one in list(self._names) if "@" in one
        }
        self._machines = machines
        lengths: dict[str, set[int]] = {}
        for one in self._names:
            lengths.setdefault(one[:_SHORTEST], set()).add(len(one))
        self._lengths = {first: sorted(told, reverse=True) for first, told in lengths.items()}

    def restore(self, text: str) -> tuple[str, int]:
        """Return a text with names put back, and how many."""
        told, inside = _count(_BASE64, self._from_base64, text)
        told, machines = _count(_MACHINE, self._machine, told)
        told, words = self._words(told)
        return told, inside + machines + words

    def _words(self, text: str) -> tuple[str, int]:
        """Put the names of words back, each the longest that stands for itself; return how often."""
        small = text.translate(_SMALL)
        told: list[str] = []
        at = count = 0
        for beginning in _BEGINNING.finditer(small):
            start = beginning.start()
            if start >= at and (word := self._word(small, start)):
                told += (text[at:start], self._names[word])
                at, count = start + len(word), count + 1
        return "".join((*told, text[at:])), count

    def _word(self, small: str, start: int) -> str | None:
        for length in self._lengths.get(small[start : start + _SHORTEST], ()):
            word = small[start : start + length]
            if word in self._names and _END.match(small, start + len(word)):
                return word
        return None

    def _machine(self, found: re.Match[str]) -> str:
        """Return what an IPv6 address stands for, in whichever way it is written."""
        address = as_ip(found[0])
        return self._machines.get(str(address), found[0]) if address else found[0]

    def _from_base64(self, found: re.Match[str]) -> str:
        inner = read_base64(found[0])
        told, count = self._words(inner) if inner else ("", 0)
        return as_base64(told, found[0]) if count else found[0]


def _count(pattern: re.Pattern[str], change: Callable[[re.Match[str]], str], text: str) -> tuple[str, int]:
    """Change what a pattern finds; return how often that was a change."""
    changes = 0

    def told(found: re.Match[str]) -> str:
        nonlocal changes
        new = change(found)
        changes += new != found[0]
        return new

    return pattern.sub(told, text), changes
