"""The parts of a message: cut at their boundaries in one pass, bit for bit, to a set depth and number.

Not `email`'s own parser: it goes down nested messages by recursion and looks at each line in Python. Here a part is a
slice of the original, and an attached message stays what it is: an attachment.
"""

import re
from binascii import a2b_qp
from dataclasses import dataclass, replace

from tickets.mail.headers import Head, from_base64, parameters_of, read_head

DEPTH_ALLOWED = 30
PARTS_ALLOWED = 2_000

_BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a message. `parent` is the type of the multipart around it."""

    head: Head
    content_type: str
    parameters: dict[str, str]
    disposition: str
    name: str
    body: bytes
    parent: str

    @property
    def content(self) -> bytes:
        """The bytes that the part carries, its transfer encoding taken off."""
        encoding = self.head.plain("content-transfer-encoding").lower()
        if encoding == "base64":
            return from_base64(self.body)
        if encoding == "quoted-printable":
            return a2b_qp(self.body)
        return self.body


def cut_head(raw: bytes) -> tuple[bytes, bytes]:
    """Return head and body: divided by the first blank line; a message that begins with one has no head."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return b"", raw.split(b"\n", 1)[1]
    match = _BLANK.search(raw)
    return (raw[: match.start()], raw[match.end() :]) if match else (raw, b"")


def parts_of(head: Head, body: bytes) -> tuple[list[Part], list[str]]:
    """Return the leaves of a message in their order, and what was wrong with its structure."""
    found: list[Part] = []
    damage: list[str] = []
    waiting = [(head, body, "", 0)]
    while waiting:
        at_head, at_body, parent, depth = waiting.pop()
        part = _part(at_head, at_body, parent)
        boundary = part.parameters.get("boundary", "")
        if part.content_type.startswith("multipart/") and boundary and depth < DEPTH_ALLOWED:
            inner, closed = _inner(at_body, boundary)
            if not closed:
                damage.append("a part is not closed: the message ends early")
            room = max(PARTS_ALLOWED - len(found) - len(waiting), 0)
            if len(inner) > room:
                damage.append(f"{len(inner) - room} parts beyond {PARTS_ALLOWED} stand in the original only")
            slices = [cut_head(piece) for piece in inner[:room]]
            waiting += [(read_head(top), rest, part.content_type, depth + 1) for top, rest in reversed(slices)]
            continue
        if part.content_type.startswith("multipart/"):
            damage.append("parts within parts beyond what is read" if boundary else "a part names no boundary")
            part = part if boundary else replace(part, content_type="text/plain")
        found.append(part)
    return found, list(dict.fromkeys(damage))


def _part(head: Head, body: bytes, parent: str) -> Part:
    """Return what stands between two boundaries, with what its head says of it."""
    default = "message/rfc822" if parent == "multipart/digest" else "text/plain"
    content_type, parameters = parameters_of(head.plain("content-type") or default)
    disposition, words = parameters_of(head.plain("content-disposition"))
    name = words.get("filename") or parameters.get("name") or ""
    if content_type.count("/") != 1:
        content_type = default
    return Part(head, content_type, parameters, disposition, name, body, parent)


def _inner(body: bytes, boundary: str) -> tuple[list[bytes], bool]:
    """Return the pieces between the lines of a boundary, and whether the last one is closed."""
    mark = b"--" + boundary.encode("utf-8", "replace")
    line = re.compile(rb"(?:\A|(?<=\n))" + re.escape(mark) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    pieces: list[bytes] = []
    start = None
    for match in line.finditer(body):
        if start is not None:
            pieces.append(_without_end(body[start : match.start()]))
        if match[1]:
            return pieces, True
        start = match.end()
    if start is not None:
        pieces.append(body[start:])
    return pieces, False


def _without_end(piece: bytes) -> bytes:
    """Return a piece without the line end that belongs to the boundary behind it."""
    return piece[:-2] if piece.endswith(b"\r\n") else piece.removesuffix(b"\n")
