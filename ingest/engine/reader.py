"""A plain stream to lines: number, byte offset in that stream, text, encoding. Any bytes can be read."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from ingest.engine.encodings import DAMAGED, UTF8, decode_line, sniff_utf16
from ingest.engine.source import Damaged, Limits

BOM: Final = "\ufeff"
SHOWN: Final = 4096
TOO_LONG: Final = "too long"
CUT: Final = "cut"


class Line(NamedTuple):
    """One line. ``offset`` counts bytes of the decompressed stream, before any change of encoding.

    ``quality`` is the name of the encoding, or `DAMAGED`, `TOO_LONG` (text is its beginning), `CUT` (the stream
    broke inside this line). A `NamedTuple`, since millions are made and a frozen dataclass costs five times as much.
    """

    number: int
    offset: int
    text: str
    quality: str


class LineReader:
    """Iterate once over the lines of a stream; afterwards it says what was met on the way.

    Lines end with LF; CRs before it are taken off. A stream that breaks off (`Damaged`) ends the iteration, and
    ``damage`` then holds the reason.
    """

    def __init__(self, chunks: Iterator[bytes], limits: Limits) -> None:
        self._chunks = chunks
        self._limits = limits
        self.damage: str | None = None
        self.bytes = 0
        self.encodings: Counter[str] = Counter()

    @property
    def encoding(self) -> str:
        """The encoding of most lines that are not plain ASCII; ``utf-8`` where all are."""
        named = [(count, name) for name, count in self.encodings.items() if name != DAMAGED]
        return max(named)[1] if named else UTF8

    def __iter__(self) -> Iterator[Line]:
        chunks = self.guarded()
        first = next(chunks, b"")
        yield from self._lines(itertools.chain((first,), chunks), sniff_utf16(first))

    def guarded(self) -> Iterator[bytes]:
        """Chunks up to the damage; counts bytes."""
        try:
            for chunk in self._chunks:
                self.bytes += len(chunk)
                yield chunk
        except Damaged as fault:
            self.damage = str(fault)

    def _lines(self, chunks: Iterator[bytes], utf16: str | None) -> Iterator[Line]:
        """Cut at line ends; a line beyond the limit is passed over without being held."""
        width, limit = 2 if utf16 else 1, self._limits.line_bytes
        number, start, tail, skipped, begin = 0, 0, b"", 0, ""
        for chunk in chunks:
            data = tail + chunk
            if not skipped and utf16 is None and len(data) <= limit and (texts := _plain(data)) is not None:
                for text in texts:
                    number += 1
                    size = len(text) if text.isascii() else self._count_utf8(text)
                    yield Line(number, start, text.lstrip(BOM).rstrip("\r"), UTF8)
                    start += size + 1
                tail = data[data.rfind(b"\n") + 1 :]
                continue
            parts = _split16(data, utf16) if utf16 else data.split(b"\n")
            tail = parts.pop()
            for part in parts:
                number += 1
                yield Line(number, start, begin, TOO_LONG) if skipped else self.line(number, start, part, utf16)
                start += skipped + len(part) + width
                skipped = 0
            if skipped or len(tail) > limit:
                begin = begin if skipped else self._text(tail[:SHOWN], utf16)[0]
                keep = len(tail) % width
                skipped += len(tail) - keep
                tail = tail[len(tail) - keep :]
        if skipped:
            yield Line(number + 1, start, begin, TOO_LONG)
        elif tail:
            line = self.line(number + 1, start, tail, utf16)
            yield line._replace(quality=CUT) if self.damage else line

    def _count_utf8(self, text: str) -> int:
        self.encodings[UTF8] += 1
        return len(text.encode())

    def line(self, number: int, offset: int, raw: bytes, utf16: str | None = None) -> Line:
        """A line by its bytes without the feed; counts its encoding."""
        if len(raw) > self._limits.line_bytes:
            return Line(number, offset, self._text(raw[:SHOWN], utf16)[0], TOO_LONG)
        if utf16 is None and raw.isascii() and b"\x1b" not in raw:
            return Line(number, offset, show_nul(raw.rstrip(b"\r").decode()), UTF8)
        text, quality = self._text(raw, utf16)
        self.encodings[quality] += 1
        return Line(number, offset, show_nul(text.lstrip(BOM).rstrip("\r")), quality)

    def _text(self, raw: bytes, utf16: str | None) -> tuple[str, str]:
        if utf16 is None:
            return decode_line(raw)
        try:
            return raw.decode(utf16), utf16
        except UnicodeDecodeError:
            return raw.decode(utf16, errors="replace"), DAMAGED


def show_nul(text: str) -> str:
    """NUL as its visible sign, one character for one: no database takes it, and no field of a log means it."""
    return text.replace("\0", "\u2400") if "\0" in text else text


def _plain(data: bytes) -> list[str] | None:
    """The whole lines of a piece that is UTF-8 throughout, or None: then each line is looked at alone."""
    if b"\x1b" in data or b"\0" in data:
        return None
    try:
        return data[: data.rfind(b"\n") + 1].decode().split("\n")[:-1]
    except UnicodeDecodeError:
        return None


def _split16(data: bytes, utf16: str) -> list[bytes]:
    """Cut UTF-16 at line feeds that stand on a character, not across two; the data begins on a character."""
    feed = "\n".encode(utf16)
    parts, begin, at = [], 0, data.find(feed)
    while at >= 0:
        if (at - begin) % 2:
            at = data.find(feed, at + 1)
            continue
        parts.append(data[begin:at])
        begin = at + 2
        at = data.find(feed, begin)
    parts.append(data[begin:])
    return parts
