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
    def __init__(self, names: dict[str, str], machines: dict[str, str]) -> None:
        self._names = {one.casefold(): original for one, original in names.items() if len(one) >= _SHORTEST}
        self._names |= {
            quote(one, safe="").casefold(): quote(self._names[one], safe="") for one in list(self._names) if "@" in one
        }
        self._machines = machines
        longest = sorted(self._names, key=len, reverse=True)
        words = "|".join(map(re.escape, longest))
        self._words = (
            re.compile(rf"(?<![0-9A-Za-z_-])(?<!\d\.)(?:{words})(?![0-9A-Za-z_-])(?!\.\d)", re.IGNORECASE)
            if words
            else None
        )

    def restore(self, text: str) -> tuple[str, int]:
        """Return a text with names put back, and how many."""
        told, inside = self._in_base64(text)
        told, machines = _count(_MACHINE, self._machine, told)
        if self._words is None:
            return told, inside + machines
        told, words = self._words.subn(lambda found: self._names[found[0].casefold()], told)
        return told, inside + machines + words

    def _machine(self, found: re.Match[str]) -> str:
        """Return what an IPv6 address stands for, in whichever way it is written."""
        address = as_ip(found[0])
        return self._machines.get(str(address), found[0]) if address else found[0]

    def _in_base64(self, text: str) -> tuple[str, int]:
        if self._words is None:
            return text, 0
        return _count(_BASE64, self._from_base64, text)

    def _from_base64(self, found: re.Match[str]) -> str:
        inner = read_base64(found[0])
        if inner is None or self._words is None or not self._words.search(inner):
            return found[0]
        return as_base64(self._words.sub(lambda one: self._names[one[0].casefold()], inner), found[0])


def _count(pattern: re.Pattern[str], change: Callable[[re.Match[str]], str], text: str) -> tuple[str, int]:
    """Change what a pattern finds; return how often that was a change."""
    changes = 0

    def told(found: re.Match[str]) -> str:
        nonlocal changes
        new = change(found)
        changes += new != found[0]
        return new

    return pattern.sub(told, text), changes
