"""Other writings of a value, read and looked for: percent, base64, punycode, integers of addresses of machines."""

import base64
import binascii
import html
import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote

from tickets.redact.values import Address, Entry, ascii_host, folded

LEAST_INTEGER: Final = 1 << 24  # below it an address is a number like any other
LEAST_ENCODED: Final = 6  # characters of a value whose base64 is looked for: a shorter one is met by chance
BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_MAC: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_PRINTABLE: Final = 0.95


def read_base64(token: str) -> str | None:
    """Return the text that a token holds in base64, either alphabet; None where it holds none that people write."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except ValueError:  # of the letters, of the padding, of UTF-8
        return None
    return text if text and all(one.isprintable() or one in "\r\n\t" for one in text) else None


def as_base64(text: str, like: str) -> str:
    """Return a text in base64, in the alphabet and with the padding of a token."""
    encode = base64.urlsafe_b64encode if set(like) & set("-_") else base64.b64encode
    told = encode(text.encode()).decode("ascii")
    return told if like.endswith("=") else told.rstrip("=")


def read_percent(token: str) -> str | None:
    """Return the text that a token holds in percent-encoding; None where it is no UTF-8."""
    try:
        return unquote(token, errors="strict")
    except UnicodeDecodeError:
        return None


def as_percent(text: str) -> str:
    """Return a text in percent-encoding."""
    return quote(text, safe="")


def machine_writings(address: Address) -> Iterator[str]:
    """Yield the writings of an IP address in which it could stand in a text, folded, each once."""
    number = int(address)
    if number >= LEAST_INTEGER:
        yield str(number)
        yield f"{number:0{address.max_prefixlen // 4}x}"
    yield str(address)
    if isinstance(address, ipaddress.IPv4Address):
        parts = str(address).split(".")
        for separator in ("-", "_"):
            yield separator.join(parts)
        yield ".".join(reversed(parts))
        yield ".".join(f"{int(part):03d}" for part in parts)
        yield "::ffff:" + ":".join(f"{number >> shift & 0xFFFF:x}" for shift in (16, 0))
    else:
        yield address.exploded
        yield str(address.reverse_pointer).removesuffix(".ip6.arpa")


def writings(entry: Entry) -> Iterator[str]:
    """Yield the writings of a value in which it could stand in a text, folded."""
    if entry.kind == "ip":
        yield from machine_writings(ipaddress.ip_address(entry.canonical))
        return
    yield entry.canonical
    if entry.kind == "host":
        yield ascii_host(entry.canonical)
    elif entry.kind == "address":
        local, _, domain = entry.canonical.rpartition("@")
        yield f"{local}@{ascii_host(domain)}"
    elif _MAC.fullmatch(entry.canonical):
        bare = entry.canonical.replace(":", "")
        yield from (entry.canonical.replace(":", "-"), bare, f"{bare[:4]}.{bare[4:8]}.{bare[8:]}")


def encoded_writings(value: str) -> Iterator[str]:
    """Yield what any text that holds a value in base64 must hold: one string for each place in which it can begin."""
    raw = value.encode("utf-8", "surrogatepass")
    if len(raw) < LEAST_ENCODED:
        return
    for shift in range(3):
        first = -(-8 * shift // 6)  # letters that also hold bits of what stands before
        whole = (8 * (shift + len(raw))) // 6
        yield base64.b64encode(b"\x00" * shift + raw).decode("ascii")[first:whole]


def readings(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text in all the ways in which somebody could read it: how, and what it then says."""
    yield "as it stands", text
    for how, read in (
        ("percent-encoded", unquote(text)),
        ("percent-encoded twice", unquote(unquote(text))),
        ("with HTML's entities", html.unescape(text)),
        ("with escapes of JSON", _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)),
        ("in quoted-printable", _quoted_printable(text)),
        ("with punycode", _XN.sub(_from_punycode, folded(text))),
    ):
        if read != text:
            yield how, read
    inner = [told for found in BASE64.finditer(text) for told in _all_base64(found[0])]
    inner += [told for found in _HEX.finditer(text) if (told := _from_hex(found[0]))]
    if inner:
        yield "in base64 or hexadecimal", "\n".join(inner)


_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")
_XN: Final = re.compile(r"xn--[a-z0-9-]+")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){5,}")


def _from_punycode(found: re.Match[str]) -> str:
    try:
        return found[0][4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return found[0]


def _quoted_printable(text: str) -> str:
    return binascii.a2b_qp(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


def _all_base64(token: str) -> Iterator[str]:
    """Yield what a run of letters may hold, from each of the four places at which its groups can begin."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        part = body[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")


def _from_hex(token: str) -> str | None:
    told = bytes.fromhex(token).decode("utf-8", "replace")
    return told if sum(map(str.isprintable, told)) >= _PRINTABLE * len(told) else None
