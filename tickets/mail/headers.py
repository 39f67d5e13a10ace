"""The head of a message, or of one of its parts: fields as they stand, words of RFC 2047 and 2231 read, ids, addresses.

Written for bytes that somebody hostile or careless sent: nothing here raises, and nothing takes more than linear time.
"""

import re
import urllib.parse
from binascii import Error as NotBase64
from binascii import a2b_base64, a2b_qp
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import getaddresses

from tickets.mail.charsets import decode

HEAD_READ = 1024 * 1024  # bytes of a head that are read; the original keeps the rest
VALUE_READ = 64 * 1024
IDS_READ = 200  # the first, and the last ones: the nearest
ID_ALLOWED = 998  # bytes: a line of RFC 5322 holds no more, and what is longer is no id
ADDRESSES_READ = 1000

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:", re.MULTILINE)
_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_ID = re.compile(r"<([^<>\s]+)>")
_PARAMETER = re.compile(r""";\s*([^\s=;"]+?)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)""", re.DOTALL)
_CONTINUED = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody's address as a field has it: the name beside it, and the address in lower case."""

    name: str
    address: str


@dataclass(slots=True)
class Head:
    """The fields of a head in their order, by lower-case name; values are unfolded bytes."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    cut: bool = False

    def raw(self, name: str) -> bytes | None:
        """Return the first field of a name as it stands."""
        return next((value for key, value in self.fields if key == name), None)

    def all(self, name: str) -> list[bytes]:
        """Return all fields of a name as they stand."""
        return [value for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        """Return the first field of a name, its words read; empty where there is none."""
        return read_words(self.raw(name) or b"")

    def plain(self, name: str) -> str:
        """Return the first field of a name without reading its words: for ids, dates and types."""
        return decode((self.raw(name) or b"")[:VALUE_READ], "")[0].strip()


def read_head(raw: bytes) -> Head:
    """Return the fields of a head. Lines that are no field are passed over: the original has them."""
    head = Head(cut=len(raw) > HEAD_READ)
    unfolded = re.sub(rb"\r?\n([ \t])", rb"\1", raw[:HEAD_READ].replace(b"\r\n", b"\n"))
    for line in unfolded.split(b"\n"):
        match = _FIELD.match(line)
        if match:
            head.fields.append((match[1].decode("ascii").lower(), line[match.end() :].strip()))
    return head


def read_words(raw: bytes) -> str:
    """Return a field's text, its encoded words read (RFC 2047). Words cut within a character are joined first."""
    text, _ = decode(raw[:VALUE_READ], "")
    if "=?" not in text:
        return text.strip()
    out, at = [], 0
    pending: tuple[str, bytes] | None = None
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        charset, content = word[1].lower(), _content(word[2], word[3])
        if pending and not between.strip() and pending[0] == charset:
            pending = charset, pending[1] + content
        else:
            if pending:
                out.append(decode(pending[1], pending[0])[0])
            if between.strip() or not pending:
                out.append(between)
            pending = charset, content
        at = word.end()
    if pending:
        out.append(decode(pending[1], pending[0])[0])
    return "".join([*out, text[at:]]).strip()


def _content(form: str, text: str) -> bytes:
    """Return the bytes of an encoded word."""
    raw = text.encode("utf-8", "replace")
    return from_base64(raw) if form in "bB" else a2b_qp(raw, header=True)


def from_base64(raw: bytes) -> bytes:
    """Return decoded base64, as far as it can be read: foreign characters are passed over, the end is completed."""
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    clean = clean[:-1] if len(clean) % 4 == 1 else clean
    try:
        return a2b_base64(clean + b"=" * (-len(clean) % 4))
    except NotBase64:
        return b""


def ids_of(text: str) -> tuple[str, ...]:
    """Return the message ids of a field, each once, without their brackets. What is too long is none."""
    found = [one for one in dict.fromkeys(match[1] for match in _ID.finditer(text)) if _is_id(one)]
    return tuple(found if len(found) <= IDS_READ else [found[0], *found[1 - IDS_READ :]])


def own_id(text: str) -> str:
    """Return a message's own id; one without brackets counts as it stands, one that is too long is none."""
    found = ids_of(text)
    bare = text.strip().strip("<>").strip()
    return found[0] if found else bare if _is_id(bare) else ""


def told_of_ids(fields: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the ids in fields, by the fields' names."""
    return [
        f"the {name} has an id of more than {ID_ALLOWED} bytes, which counts for nothing"
        for name, text in fields.items()
        if not all(_is_id(one) for one in _ID.findall(text) or ([text] if name == "message-id" else []))
    ]


def _is_id(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) <= ID_ALLOWED


def addresses_of(values: list[bytes]) -> tuple[Address, ...]:
    """Return the addresses of fields. The address is found before the words are read: a name can look like one."""
    raw = [decode(value[:VALUE_READ], "")[0] for value in values]
    pairs = getaddresses(raw)
    found = [Address(read_words(name.encode()), address.strip().lower()) for name, address in pairs if "@" in address]
    return tuple(dict.fromkeys(found))[:ADDRESSES_READ]


def parameters_of(value: str) -> tuple[str, dict[str, str]]:
    """Return a field like Content-Type as its first word in lower case and its parameters (RFC 2231 read)."""
    first = value.split(";", 1)[0].strip().lower()
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(value[:VALUE_READ], len(value.split(";", 1)[0])):
        name, content = match[1].lower(), _unquoted(match[2])
        continued = _CONTINUED.fullmatch(name)
        if continued is None:
            plain.setdefault(name, content)
        elif continued[2] is None:
            parts.setdefault(continued[1], {})[0] = (content, True)
        else:
            parts.setdefault(continued[1], {})[int(continued[2])] = (content, bool(continued[3]))
    joined = {name: _joined(pieces) for name, pieces in parts.items()}
    return first, {name: _read(content) for name, content in plain.items()} | joined


def _unquoted(text: str) -> str:
    """Return a parameter's value without its quotes."""
    text = text.strip()
    return re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"')) if text.startswith('"') else text


def _read(text: str) -> str:
    """Return a value whose words are encoded, as many mailers write names of files though none should."""
    return read_words(text.encode("utf-8", "replace"))


def _joined(pieces: Mapping[int, tuple[str, bool]]) -> str:
    """Return the pieces of a value as RFC 2231 has them; the first names the charset."""
    charset = ""
    first, encoded = pieces.get(0, ("", False))
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    rest = [(first, encoded), *(pieces[number] for number in sorted(pieces) if number)]
    raw = b"".join(
        urllib.parse.unquote_to_bytes(text) if percent else text.encode("utf-8", "replace") for text, percent in rest
    )
    return decode(raw, charset)[0]
