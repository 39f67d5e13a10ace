"""Lines of logs for packs, and a search for values that knows nothing of the product's own."""

import base64
import gzip
import io
import ipaddress
import re
import zipfile
from urllib.parse import quote, unquote

from tickets.redact.pack import Order, Original, Pack, make_pack
from tickets.redact.proof import CitedLine, Point

SECRET = bytes(range(32))
SESSION = "25809Eex009534-25809Ef0009534"


def cited(text: str, number: int = 1, says: str = "matched", log: str = "piece-1") -> CitedLine:
    """Return a line as a finding cites it."""
    return CitedLine(log, "", number, 0, says, text, SESSION, truncated=False)


def order_of(*texts: str, questions: str = "", rule: str = "a-detector", recipient: str = "") -> Order:
    """Return the order of a pack that holds these lines, each of them."""
    lines = tuple(cited(text, number) for number, text in enumerate(texts, 1))
    point = Point(rule, "high", SESSION, recipient, "2022-06-08T00:09:14Z", lines)
    originals = (Original("piece-1", "ab" * 32, 10_000_000),)
    return Order("CASE-0001", "Fortinet", "FortiMail", "7.0.2", "en", questions, (point,), originals)


def pack_of(*texts: str, questions: str = "") -> Pack:
    """Return the pack of these lines."""
    return make_pack(order_of(*texts, questions=questions), secret=SECRET)


def members(archive: bytes) -> dict[str, bytes]:
    """Return every exported byte: the members of a zip, unpacked, and the zip itself."""
    found = {"the zip": archive}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            data = opened.read(name)
            found[name] = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    return found


def exported(pack: Pack) -> str:
    """Return the exported lines."""
    return members(pack.archive)["lines/log-01.log"].decode()


def forms(value: str) -> set[str]:
    """Return the writings of a value that are looked for, in small letters where case does not count."""
    told = {value, quote(value, safe=""), "".join(f"%{byte:02x}" for byte in value.encode()), value.encode().hex()}
    try:
        address = ipaddress.ip_address(value)
        told |= {str(int(address)), f"{int(address):x}", address.exploded, address.compressed}
    except ValueError:
        local, at, host = value.rpartition("@")
        told.add(local + at + host.encode("idna").decode() if host else value)
    return {one.casefold() for one in told}


def found_in(pack: Pack, value: str) -> list[str]:
    """Return where a value stands in what is exported, in any of its writings."""
    hits = []
    for name, data in members(pack.archive).items():
        text = data.decode("utf-8", "replace")
        for read in (text, unquote(text)):
            hits += [f"{name}: {one}" for one in forms(value) if _stands(one, read.casefold())]
        for run in re.findall(r"[A-Za-z0-9+/_-]{6,}", text):
            body = run.replace("-", "+").replace("_", "/")
            for start in range(4):
                part = body[start:]
                part = part[: len(part) - (len(part) % 4 == 1)]
                inner = base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace").casefold()
                hits += [f"{name} in base64: {one}" for one in forms(value) if _stands(one, inner)]
    return hits


def _stands(value: str, text: str) -> bool:
    """Whether a value stands in a text, and is not part of a longer number or word."""
    return value in text and re.search(rf"(?<![0-9a-z]){re.escape(value)}(?![0-9a-z])", text) is not None
