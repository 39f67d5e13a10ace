"""Values of the source, by a search of its own: what the redactor overlooks, the last check is still to find."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tickets.redact.forms import readings
from tickets.redact.values import Entry, Kind, as_ip, canonical, plain

_ADDRESS: Final = re.compile(r"[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z](?:[0-9A-Za-z.-]{0,252}[0-9A-Za-z])?", re.ASCII)
_HOST: Final = re.compile(r"(?<![\w.-])(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])", re.ASCII)
_IPV4: Final = re.compile(
    r"(?<![\d.,])(?=(\d{1,3})(\.|,|, |-|_| |\.? )(\d{1,3})\2(\d{1,3})\2(\d{1,3})(?!\d))", re.ASCII
)
_IPV6: Final = re.compile(
    r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?![\w:])", re.ASCII
)
_MAC: Final = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])", re.ASCII)
_LEAST_GROUPS: Final = 3  # of an IPv6 address: `::` and `::1` stand in texts that hold none


def values_in(texts: Iterable[str]) -> list[Entry]:
    """Return the addresses, hosts, IP addresses and MACs of texts, in any reading of them; they have no pseudonym."""
    found = {
        (kind, canonical(kind, raw)): raw
        for text in texts
        for _, read in readings(plain(text))
        for kind, raw in _values(read)
    }
    return [Entry(kind, value, raw, "") for (kind, value), raw in found.items()]


def _values(text: str) -> Iterator[tuple[Kind, str]]:
    for address in _ADDRESS.finditer(text):
        yield "address", address[0]
    for host in _HOST.finditer(text):
        if max(map(len, host[0].split("."))) > 1:
            yield "host", host[0]
    for quad in _IPV4.finditer(text):
        if machine := as_ip(".".join(quad.group(1, 3, 4, 5))):
            yield "ip", str(machine)
    for written in _IPV6.finditer(text):
        groups = [group for group in written[0].split(":") if group]
        if len(groups) >= _LEAST_GROUPS and as_ip(written[0]):
            yield "ip", written[0]
    for mac in _MAC.finditer(text):
        yield "serial", mac[0].replace("-", ":")
