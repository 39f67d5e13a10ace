"""What is replaced: kinds of values, and when two writings are the same value."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["address", "host", "ip", "serial", "name", "session", "encoded", "text", "number", "word", "detector"]
# From the surest to the least sure: what is decided once, by position or shape, holds for all of a pack.
KINDS: Final[tuple[Kind, ...]] = (
    "address", "ip", "host", "serial", "name", "session", "encoded", "text", "number", "word", "detector",
)  # fmt: skip
SEARCHED: Final[frozenset[Kind]] = frozenset({"address", "host", "ip", "serial", "name"})
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and its pseudonym. `canonical` makes two writings the same value, `original` is its first writing."""

    kind: Kind
    canonical: str
    original: str
    pseudonym: str


def plain(text: str) -> str:
    """Return a text in one writing: compatibility forms folded (full-width digits too), invisible characters gone."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFKC", text)
    kept = "".join(one for one in composed if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", kept)


def folded(text: str) -> str:
    """Return a text for comparison: in one writing and in one case."""
    return plain(plain(text).casefold())


def canonical_host(raw: str) -> str:
    """Return a host name for comparison: folded, without a last dot, punycode read."""
    return ".".join(_label(label) for label in folded(raw).strip(".").split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return folded(label[4:].encode("ascii").decode("punycode"))
    except (UnicodeError, ValueError):
        return label


def ascii_host(host: str) -> str:
    """Return a host name with its labels in punycode where they need it."""
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in host.split(".")
    )


def canonical_address(raw: str) -> str:
    """Return a mail address for comparison. Case of the local part is folded: gateways write it as they like."""
    local, _, domain = raw.rpartition("@")
    inner = domain.strip("[]")
    machine = as_ip(inner.removeprefix("IPv6:").removeprefix("ipv6:")) if domain.startswith("[") else None
    return f"{folded(local.strip(chr(34)))}@{canonical_ip(machine) if machine else canonical_host(domain)}"


def as_ip(raw: str) -> Address | None:
    """Return an IP address of a text, in whichever writing, leading zeros allowed; None for what is none."""
    text = raw.partition("%")[0]
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", text):
        numbers = [int(part) for part in text.split(".")]
        if max(numbers) > 255:
            return None
        return ipaddress.IPv4Address(bytes(numbers))
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def canonical_ip(address: Address) -> str:
    """Return an IP address for comparison: an IPv4 address that is written in IPv6 is that IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def canonical(kind: Kind, raw: str) -> str:
    """Return what makes two writings the same value."""
    if kind == "ip":
        address = as_ip(plain(raw))
        return canonical_ip(address) if address else folded(raw)
    if kind == "host":
        return canonical_host(raw)
    if kind in {"text", "encoded", "detector"}:
        return f"{kind}\x1f{folded(raw)}"  # a whole text that looks like a host is no host
    return canonical_address(plain(raw)) if kind == "address" else folded(raw)
