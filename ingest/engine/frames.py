"""Any place of a long stream at once: its text in frames of 1 MiB, each with its offset and the number of its line.

A file of frames is a cache: derived from evidence, never evidence. Whatever is wrong with it is `NoFrames`, and the
evidence itself is read instead. `ingest/engine/framing.py` writes it, version 1, little-endian:

    frame      0 or more zstd frames, each with its content size, of at most 1 MiB of text; cut behind a line end where
               one stands in the second half of that MiB, else in the middle of the line
    skippable  uint32 0x184D2A5D, uint32 size of all that follows: so `zstd -d` gives the text of a file of frames
    index      one entry a frame: uint64 offset in the file, uint64 offset in the stream, uint64 number of the first
               line that begins in it or behind it, uint32 size packed, uint32 CRC-32 of the text, uint32 1 where the
               frame goes on with the line of the one before, else 0
    trailer    `_TRAILER`: SHA-256 of the blob, of the stream's name and of the text; bytes, lines, number of the
               stream, entries; CRC-32 of the index; version, place of the text (0 here, 1 in the blob, where it stands
               at the same offset: of a plain file only the index is kept), encoding (0 bytes, 1 UTF-16-LE, 2
               UTF-16-BE), 1 where the stream did not end early; CRC-32 of all of this; the magic word
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Final, NamedTuple, Self

import zstandard

from ingest.engine.source import KIB, MIB

FRAME: Final = 1 * MIB
PACKED: Final = FRAME + 8 * KIB  # zstd adds less than that to what it cannot pack
INDEX: Final = 8 * MIB  # more than 64 GiB of text need, the most that a source may unpack to
MAGIC: Final = b"ZENREI\x1aF"
VERSION: Final = 1
SKIPPABLE: Final = 0x184D2A5D
HERE: Final = 0
IN_BLOB: Final = 1
ENCODINGS: Final = (None, "utf-16-le", "utf-16-be")
KEPT: Final = 4  # frames that a reader holds unpacked

ENTRY: Final = struct.Struct("<QQQIII")
HEAD: Final = struct.Struct("<II")
_TRAILER: Final = struct.Struct("<32s32s32sQQIIIHBBB3x")
_END: Final = struct.Struct("<I8s")
TAIL: Final = _TRAILER.size + _END.size


class NoFrames(Exception):
    """The frames cannot be used, and why, in one clause: the evidence has to be read instead.

    ``broken`` where the file is no good to anybody, so that it may be removed and made anew.
    """

    def __init__(self, reason: str, *, broken: bool = True) -> None:
        super().__init__(reason)
        self.broken = broken


class Entry(NamedTuple):
    """Where a frame stands: in the file, in the stream, among the lines."""

    at: int
    begin: int
    line: int
    packed: int
    crc: int
    goes_on: int


class About(NamedTuple):
    """What a file of frames says of its stream (the fields of `_TRAILER`)."""

    blob: bytes
    name: bytes
    text: bytes
    size: int
    lines: int
    stream: int
    entries: int
    index_crc: int
    version: int
    place: int
    encoding: int
    whole: int


def name_hash(name: str) -> bytes:
    """The hash of a stream's name inside its source: empty for a file itself, ``!/x`` for a member."""
    return sha256(name.encode("utf-8", "surrogatepass")).digest()


def file_name(stream: int, name: str) -> str:
    """What a file of frames is called in the folder of its blob."""
    return f"{stream}-{_short(name)}"


def find(folder: Path, name: str) -> Path | None:
    """The file of frames of a stream, by the name of the stream; None where there is none."""
    return min(folder.glob(f"*-{_short(name)}"), default=None)


def _short(name: str) -> str:
    return name_hash(name).hex()[:16]


def seal(about: About) -> bytes:
    """The end of a file of frames."""
    body = _TRAILER.pack(*about)
    return body + _END.pack(zlib.crc32(body), MAGIC)


def line_ends(data: bytes, utf16: str | None) -> Iterator[int]:
    """Where the next line begins, behind each line end in data that begins on a character."""
    feed = "\n".encode(utf16) if utf16 else b"\n"
    width, at = len(feed), data.find(feed)
    while at >= 0:
        if at % width:  # a line feed in UTF-16 stands on a character, not across two
            at = data.find(feed, at + 1)
            continue
        yield at + width
        at = data.find(feed, at + width)


def count_ends(data: bytes, utf16: str | None) -> int:
    """How many lines end in data."""
    return sum(1 for _ in line_ends(data, utf16)) if utf16 else data.count(b"\n")


class Frames:
    """Reads a file of frames; a context. ``blob`` is the file of evidence that it was made of, ``sha256`` its hash."""

    def __init__(self, path: Path, *, name: str, blob: Path, sha256: str) -> None:
        try:
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise NoFrames(f"they cannot be opened ({error.strerror})", broken=False) from error
        self._texts: dict[int, bytes] = {}
        self._blob: IO[bytes] | None = None
        try:
            self.about = self._read_about(path.stat().st_size)
            if (self.about.blob, self.about.name) != (bytes.fromhex(sha256), name_hash(name)):
                raise NoFrames("they are of another stream")
            if self.about.place == IN_BLOB:
                self._blob = blob.open("rb")
        except OSError as error:
            self.close()
            raise NoFrames(f"they cannot be read ({error.strerror})", broken=False) from error
        except BaseException:
            self.close()
            raise
        self.utf16 = ENCODINGS[self.about.encoding]
        self.size = self.about.size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._blob:
            self._blob.close()

    def _read_about(self, size: int) -> About:
        """The trailer, and the index into memory; sizes are held against the file before anything is read."""
        if size < HEAD.size + TAIL:
            raise NoFrames("they are cut off")
        tail = self._at(self._file, size - TAIL, TAIL)
        crc, magic = _END.unpack_from(tail, _TRAILER.size)
        if magic != MAGIC or crc != zlib.crc32(tail[: _TRAILER.size]):
            raise NoFrames("they are cut off or damaged")
        about = About(*_TRAILER.unpack_from(tail))
        if about.version != VERSION:
            raise NoFrames(f"they are of version {about.version}")
        length = about.entries * ENTRY.size
        self._end = size - TAIL - length - HEAD.size
        if self._end < 0 or length > INDEX or about.place > IN_BLOB or about.encoding >= len(ENCODINGS):
            raise NoFrames("their trailer contradicts itself")
        raw = self._at(self._file, self._end, HEAD.size + length)
        if HEAD.unpack_from(raw) != (SKIPPABLE, length + TAIL) or zlib.crc32(raw[HEAD.size :]) != about.index_crc:
            raise NoFrames("their index is damaged")
        self._index = raw[HEAD.size :]
        return about

    @staticmethod
    def _at(file: IO[bytes], offset: int, size: int) -> bytes:
        file.seek(offset)
        data = file.read(size)
        if len(data) != size:
            raise NoFrames("they are cut off")
        return data

    def __len__(self) -> int:
        return self.about.entries

    def entry(self, number: int) -> Entry:
        """The entry of a frame."""
        return Entry(*ENTRY.unpack_from(self._index, number * ENTRY.size))

    def text(self, number: int) -> bytes:
        """The text of a frame, checked against the index; nothing is unpacked beyond what the index may promise."""
        if number in self._texts:
            return self._texts[number]
        entry = self.entry(number)
        end = self.entry(number + 1).begin if number + 1 < len(self) else self.size
        size = end - entry.begin
        if not 0 < size <= FRAME:
            raise NoFrames("their index contradicts itself")
        try:
            data = self._at(self._blob, entry.begin, size) if self._blob else self._unpack(entry, size)
        except OSError as error:
            raise NoFrames(f"they cannot be read ({error.strerror})", broken=False) from error
        if zlib.crc32(data) != entry.crc:
            raise NoFrames("the text of a frame is damaged")
        while len(self._texts) >= KEPT:
            del self._texts[next(iter(self._texts))]
        self._texts[number] = data
        return data

    def _unpack(self, entry: Entry, size: int) -> bytes:
        if entry.packed > PACKED or entry.at + entry.packed > self._end:
            raise NoFrames("their index contradicts itself")
        packed = self._at(self._file, entry.at, entry.packed)
        try:
            # The library would make room for what the frame says of itself, whatever bound it is called with.
            if zstandard.frame_content_size(packed) != size:
                raise NoFrames("a frame is of another size than its index says")
            return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size, allow_extra_data=False)
        except zstandard.ZstdError as fault:
            raise NoFrames("a frame is damaged") from fault

    def texts(self) -> Iterator[bytes]:
        """The whole text, frame by frame."""
        for number in range(len(self)):
            yield self.text(number)

    def read(self, begin: int, end: int) -> bytes:
        """The bytes of the stream from ``begin`` up to ``end`` or to its end."""
        parts, end = [], min(end, self.size)
        while begin < end:
            number = self._holding(begin)
            start, text = self.entry(number).begin, self.text(number)
            part = text[begin - start : end - start]
            if not part:
                raise NoFrames("their index contradicts itself")
            parts.append(part)
            begin += len(part)
        return b"".join(parts)

    def _holding(self, offset: int) -> int:
        """The frame that holds a byte of the stream."""
        return self._last(lambda number: self.entry(number).begin, offset)

    def _last(self, key: Callable[[int], int], value: int) -> int:
        number = bisect_right(range(len(self)), value, key=key) - 1
        if number < 0:
            raise NoFrames("their index contradicts itself")
        return number

    def line_at(self, offset: int) -> int | None:
        """The number of the line that begins at an offset; None where none does."""
        if not 0 <= offset < self.size:
            return None
        number = self._holding(offset)
        entry, text = self.entry(number), self.text(number)
        before = text[: offset - entry.begin]
        ends = count_ends(before, self.utf16)
        if not before:
            return None if entry.goes_on else entry.line
        width = 2 if self.utf16 else 1
        if len(before) % width or not count_ends(before[-width:], self.utf16):
            return None
        return entry.line + ends - entry.goes_on

    def offset_of(self, line: int) -> int | None:
        """Where a line begins; None where there is no line of that number."""
        if not 1 <= line <= self.about.lines:
            return None
        number = self._last(lambda number: self.entry(number).line, line)
        entry = self.entry(number)
        left = line - entry.line + entry.goes_on
        if not left:
            return entry.begin
        for count, begin in enumerate(line_ends(self.text(number), self.utf16), 1):
            if count == left:
                return entry.begin + begin
        raise NoFrames("their index contradicts itself")
