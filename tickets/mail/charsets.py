"""Bytes to text, whatever their charset says: what cannot be read stays visible, and is told, never dropped.

Japanese mail names `iso-2022-jp` and `shift_jis` and means Microsoft's larger sets (①, ㈱, 髙): those are read first.
"""

import codecs
import re
from collections.abc import Iterator

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# What a name means in mail, where that is more than Python takes it for.
_MEANT = {
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "gb2312": "gb18030",
    "gbk": "gb18030", "us-ascii": "ascii", "ansi_x3.4-1968": "ascii", "utf8": "utf-8", "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252", "latin1": "cp1252",
}  # fmt: skip
_ISO_2022_JP = frozenset({"iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-ms", "cp50220", "cp50221"})
_GUESSED = ("utf-8", "cp932", "euc_jp")
_NO_TEXT = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # what no text has: the bytes were of another charset
_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([@BD]|\([BJIH])")


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates, which no database holds, as U+FFFD."""
    return text.replace("\x00", REPLACEMENT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decode(raw: bytes, charset: str) -> tuple[str, str]:
    """Return the text of bytes, and what was wrong with them: empty where they are what `charset` says.

    An empty charset is none: plain ASCII, else what the bytes look like.
    """
    name = charset.strip().strip("\"'").lower()[:60]
    if name in _ISO_2022_JP or (name in {"", "us-ascii", "ascii"} and b"\x1b$" in raw):
        text = _iso_2022_jp(raw)
        return storable(text), _damage(text, "iso-2022-jp")
    try:
        codec = _codec(name)
    except LookupError:
        text, seen = _guess(raw)
        return storable(text), f"the charset {name!r} is not known; read as {seen}"
    if codec == "ascii":
        text, seen = _guess(raw)
        return storable(text), "" if seen == "ascii" else f"bytes beyond ASCII without a charset; read as {seen}"
    try:
        return storable(raw.decode(codec)), ""
    except UnicodeError:
        pass
    text, seen = _guess(raw)
    if seen in _GUESSED[:1] and seen != codec:
        return storable(text), f"not {name}, as it says; read as {seen}"
    text = raw.decode(codec, "replace")
    return storable(text), _damage(text, name)


def _codec(name: str) -> str:
    """Return Python's name of a charset; LookupError where there is none that turns bytes into text."""
    if not name:
        return "ascii"
    if not name.isascii() or not name.isprintable():
        raise LookupError(name)
    found = codecs.lookup(_MEANT.get(name, name))
    if not getattr(found, "_is_text_encoding", True) or found.name.replace("-", "_") in _NO_TEXT:
        raise LookupError(name)
    return found.name


def _guess(raw: bytes) -> tuple[str, str]:
    """Return the text of bytes whose charset nobody knows, and what they were taken for."""
    if raw.isascii():
        return (_iso_2022_jp(raw), "iso-2022-jp") if b"\x1b$" in raw else (raw.decode("ascii"), "ascii")
    for codec in _GUESSED:
        try:
            text = raw.decode(codec)
        except UnicodeError:
            continue
        if not _PRIVATE.search(text):
            return text, codec
    return raw.decode("cp1252", "replace"), "windows-1252"


def _damage(text: str, name: str) -> str:
    """Return how much of a text could not be read."""
    lost = text.count(REPLACEMENT)
    return f"{lost} characters are not {name}" if lost else ""


def _iso_2022_jp(raw: bytes) -> str:
    """Return the text of ISO-2022-JP, with the rows that Microsoft added (Python's own codec refuses those)."""
    return "".join(_runs(raw))


def _runs(raw: bytes) -> Iterator[str]:
    """Yield the text of each run between two escape sequences."""
    mode, start = b"(B", 0
    for escape in [*_ESCAPE.finditer(raw), None]:
        end = escape.start() if escape else len(raw)
        yield _run(raw[start:end], mode)
        if escape:
            mode, start = escape[1], escape.end()


def _run(raw: bytes, mode: bytes) -> str:
    """Return the text of one run: of two bytes a character, of half-width kana, or of ASCII."""
    if mode in {b"$@", b"$B", b"$(@", b"$(B"}:
        return "".join(_double(line) for line in re.split(rb"([\r\n]+)", raw))
    if mode == b"$(D":
        return b"".join(
            b"\x8f" + bytes(byte | 0x80 for byte in raw[at : at + 2]) for at in range(0, len(raw), 2)
        ).decode("euc_jp", "replace")
    if mode == b"(I":
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in raw).decode("cp932", "replace")
    return raw.decode("ascii" if raw.isascii() else "cp932", "replace")


def _double(raw: bytes) -> str:
    """Return characters of two JIS bytes each, by way of Shift_JIS; line ends stand as they are."""
    if raw[:1] in {b"\r", b"\n", b""}:
        return raw.decode("ascii", "replace")
    out = bytearray()
    for first, second in zip(raw[::2], raw[1::2], strict=False):
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            out += b"\x81"  # half a character: decodes to U+FFFD
            continue
        row = (first - 0x21) // 2
        lead = row + (0x81 if row < 0x1F else 0xC1)
        trail = second + ((0x1F if second < 0x60 else 0x20) if first % 2 else 0x7E)
        out += bytes((lead, trail))
    return out.decode("cp932", "replace") + (REPLACEMENT if len(raw) % 2 else "")
