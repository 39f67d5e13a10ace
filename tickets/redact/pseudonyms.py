"""Pseudonyms: the same value has the same one in all packs of a case, different values have different ones.

A pseudonym is drawn from the value by HMAC-SHA256 with the secret of the case, so that whoever has no secret cannot try
values out; two that would be equal are told apart by a counter, against those that the case knows already. IP addresses
are replaced by Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", ICNP 2002), so that two
that share their first n bits still do.
"""

import hmac
import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from yacryptopan import CryptoPAn

from tickets.redact.values import KINDS, Address, Entry, Kind, as_ip, canonical, plain

SECRET_BYTES: Final = 32
LETTERS: Final = 8  # 40 bits
MOST_LABELS: Final = (
    20  # a name of more (of a reversed IPv6 address, of a hostile line) is one word: its zones do not count
)
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_PREFIX: Final[dict[Kind, str]] = {
    "serial": "serial", "name": "name", "session": "id", "encoded": "code", "text": "text", "number": "number",
    "word": "word", "detector": "detector",
}  # fmt: skip
_LETTERS: Final = re.compile(rf"-([{_ALPHABET}]{{{LETTERS}}})(?![{_ALPHABET}])")
TOP: Final = "example"  # reserved by RFC 2606: a mail to it reaches nobody


def strongest(one: Kind, other: Kind | None) -> Kind:
    """Return the surer of two kinds."""
    return one if other is None else min(one, other, key=KINDS.index)


class Pseudonyms:
    """The pseudonyms of a case: those it has (`known`), and those that are drawn now.

    `kinds` says of values that were met before as what: a word that is a serial number elsewhere is one.
    """

    def __init__(self, secret: bytes, known: Iterable[Entry] = (), kinds: Mapping[str, Kind] | None = None) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"a secret has {SECRET_BYTES} bytes")
        self._secret = secret
        self._drawer = CryptoPAn(hmac.digest(secret, b"zenrei/crypto-pan", "sha256"))
        self._drawn_machines: dict[Address, Address] = {}
        self._entries = {entry.canonical: entry for entry in known}
        self._taken = {
            letters: entry.canonical
            for entry in self._entries.values()
            for letters in _LETTERS.findall(entry.pseudonym)[:1]
        }
        self._kinds = dict(kinds or {})
        self._used: dict[str, Entry] = {}
        self.counts: Counter[str] = Counter()

    @property
    def used(self) -> list[Entry]:
        """The entries that were asked for, in their order, each with the surest kind as which it was met."""
        return list(self._used.values())

    @property
    def kinds(self) -> dict[str, Kind]:
        """As what each value that was asked for was met."""
        return {entry.canonical: entry.kind for entry in self._used.values()}

    def of(self, kind: Kind, raw: str) -> str:
        """Return the pseudonym of a value in the writing in which it is exported."""
        value = canonical(kind, raw)
        if kind == "address":
            pseudonym = self._address(value, raw)
        elif kind == "host":
            pseudonym = self._host(value, raw)
        elif kind == "ip" and (machine := as_ip(plain(raw))):
            return self._machine_as_written(value, raw, machine)
        else:
            pseudonym = self._drawn(kind, value, raw, _PREFIX.get(kind, "word"))
        self.counts[value] += 1
        return pseudonym

    def machine(self, address: Address) -> Address:
        """Return the pseudonym of an IP address."""
        told = self._drawn_machines.get(address)
        if told is None:  # a hundred thousandth of a second for each of its bits
            number: int = self._drawer.anonymize_bin(int(address), address.version)
            told = self._drawn_machines[address] = type(address)(number)
        return told

    def knows(self, value: str) -> Entry | None:
        """Return the entry of a value that this pack or an earlier one of the case replaced."""
        return self._used.get(value) or self._entries.get(value)

    def _machine_as_written(self, value: str, raw: str, machine: Address) -> str:
        """Return the pseudonym of an IP address; IPv4 inside IPv6 stays so, a zone (`%eth0`) goes."""
        plain_machine = ipaddress.ip_address(value)
        other = self.machine(plain_machine)
        self._keep("ip", value, raw, str(other))
        self.counts[value] += 1
        return f"::ffff:{other}" if machine.version > plain_machine.version else str(other)

    def _address(self, value: str, raw: str) -> str:
        known = self.knows(value)
        if known and "@" not in known.pseudonym:
            self._keep("address", value, raw, known.pseudonym)
            return known.pseudonym
        local, _, domain = value.rpartition("@")
        machine = as_ip(domain)
        at = f"[{self.of('ip', domain)}]" if machine else self._host(domain, raw.rpartition("@")[2])
        pseudonym = f"{self._draw(value, 'user')}@{at}"
        self._keep("address", value, raw, pseudonym)
        return pseudonym if local else f"@{at}"

    def _host(self, value: str, raw: str) -> str:
        """Return a host name whose labels are drawn each with all that stands behind it: zones stay zones."""
        labels, known = value.split("."), self.knows(value)
        if len(labels) == 1 or len(labels) > MOST_LABELS or (known and not known.pseudonym.endswith(TOP)):
            return self._drawn("host", value, raw, "host")
        told = TOP
        for place in range(len(labels) - 2, -1, -1):
            suffix = ".".join(labels[place:])
            prefix = "site" if place == len(labels) - 2 else "host"
            told = f"{self._draw(suffix, prefix)}.{told}"
            if place:
                self._keep("host", suffix, suffix, told)
        self._keep("host", value, raw.strip("."), told)
        return told

    def _drawn(self, kind: Kind, value: str, raw: str, prefix: str) -> str:
        known = self.knows(value)
        pseudonym = known.pseudonym if known else self._draw(value, prefix)
        self._keep(kind, value, raw, pseudonym)
        return pseudonym

    def _draw(self, value: str, prefix: str) -> str:
        """Return a pseudonym that no other value has."""
        for counter in range(1000):
            digest = hmac.digest(self._secret, f"{counter}\x00{value}".encode("utf-8", "surrogatepass"), "sha256")
            number = int.from_bytes(digest[:8], "big")
            letters = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(LETTERS))
            pseudonym = f"{prefix}-{letters}"
            if self._taken.setdefault(letters, value) == value:
                return pseudonym
        raise ValueError("no free pseudonym in a thousand draws")

    def _keep(self, kind: Kind, value: str, raw: str, pseudonym: str) -> None:
        known = self.knows(value)
        surest = strongest(strongest(kind, self._kinds.get(value)), known.kind if known else None)
        self._used[value] = Entry(surest, value, known.original if known else raw, pseudonym)
