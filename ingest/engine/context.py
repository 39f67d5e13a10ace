"""The lines around a cited line, and cited lines themselves; bounded in bytes whatever the file is.

Where frames were made of a stream (`ingest/engine/frames.py`) only those are unpacked that hold the lines. A plain file
is read where the line stands. All else is read from its beginning.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from ingest.engine.containers import Member, Meter, members, open_source
from ingest.engine.encodings import sniff_utf16
from ingest.engine.frames import Frames, NoFrames, find, line_ends
from ingest.engine.reader import TOO_LONG, Line, LineReader
from ingest.engine.source import KIB, MIB, Damaged, Limits, Source
from ingest.engine.tally import show

WINDOW: Final = 1 * MIB  # lines are shown that begin less than this before or behind the cited one
FIRST_LOOK: Final = 16 * KIB
TEXT_LENGTH: Final = 4096
MOST_LINES: Final = 200
HEAD: Final = 512
COSTLY: Final = 64 * KIB  # guessing the encoding of 1 MiB takes half a second
NOWHERE: Final = "no line of that number begins at that offset"


class NoSuchLine(LookupError):
    """The place names no line of the source; the message says why in one clause."""


class Costly(NoFrames):
    """There are frames, and what they hold takes long to decode."""


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One line near a cited one; ``cited`` marks that one. Text is cut at 4,096 characters."""

    line: int
    offset: int
    text: str
    truncated: bool
    cited: bool


@dataclass(frozen=True, slots=True)
class Cache:
    """Where the frames of a source's streams lie, and the SHA-256 of the source that they must be of."""

    folder: Path
    sha256: str


class Text(Protocol):
    """A stream of which any part can be read."""

    @property
    def utf16(self) -> str | None:
        """Its flavour of UTF-16; None where line ends are single bytes."""
        ...

    @property
    def size(self) -> int:
        """Its length in bytes."""
        ...

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from ``begin`` up to ``end`` or to its end."""
        ...


def lines_around(
    source: Source, *, label: str, line: int, offset: int, context: int, limits: Limits, cache: Cache | None = None
) -> tuple[ContextLine, ...]:
    """The line that begins at ``offset``, with up to ``context`` lines on both sides (fewer where they are huge).

    ``label`` names the stream as results do. Raises `NoSuchLine` where nothing of that number begins there.
    """
    context = max(0, min(context, MOST_LINES))
    if cache:
        try:
            name = label.removeprefix(source.label)
            return around_by_frames(source.path, cache, name, line=line, offset=offset, context=context, limits=limits)
        except NoFrames:
            pass  # a cache is never missed
    try:
        handle, size = open_source(source)
        with handle:
            for member in members(source, Meter(limits, size), handle):
                if member.label == label:
                    file = _PlainFile(handle, size)
                    if not member.packed and (lines := _from_file(file, line, offset, context, limits)):
                        return lines
                    return _from_stream(member, line, offset, context, limits)
    except Damaged as fault:
        raise NoSuchLine(str(fault)) from fault
    raise NoSuchLine(f"there is no stream called “{label}” in it")


def around_by_frames(
    blob: Path,
    cache: Cache,
    name: str,
    *,
    line: int,
    offset: int,
    context: int,
    limits: Limits,
    quick: bool = False,
) -> tuple[ContextLine, ...]:
    """`lines_around` by frames alone. ``name`` is the stream's inside its source; raises `NoFrames` too.

    It unpacks nothing but what this program packed, each frame within its bound. With ``quick`` it raises `Costly`
    where the encoding of much has to be guessed, so that a server can ask it without a child.
    """
    with _open(blob, cache, name) as frames:
        _check(frames, line, offset)
        raw = _raw(frames, offset, context, limits)
        if quick and _guesses(raw, frames.utf16, limits) > COSTLY:
            raise Costly("the encoding of long lines has to be guessed", broken=False)
        return _shown_lines(raw, line, offset, frames.utf16, limits)


def cited_by_frames(
    blob: Path, cache: Cache, name: str, places: Iterable[tuple[int, int]], limits: Limits, *, quick: bool = False
) -> tuple[ContextLine, ...]:
    """Lines by their numbers and offsets, such as all of a transaction, in their order. Raises as above."""
    with _open(blob, cache, name) as frames:
        found: list[ContextLine] = []
        dear = 0
        for line, offset in sorted(set(places)):
            _check(frames, line, offset)
            raw = _raw(frames, offset, 0, limits)
            dear += _guesses(raw, frames.utf16, limits) if quick else 0
            if dear > COSTLY:
                raise Costly("the encoding of long lines has to be guessed", broken=False)
            found += _shown_lines(raw, line, offset, frames.utf16, limits)
        return tuple(found)


def _open(blob: Path, cache: Cache, name: str) -> Frames:
    path = find(cache.folder, name)
    if path is None:
        raise NoFrames("none were made", broken=False)
    return Frames(path, name=name, blob=blob, sha256=cache.sha256)


def _check(frames: Frames, line: int, offset: int) -> None:
    """Raise `NoSuchLine` where another line begins at the offset, or none."""
    if frames.line_at(offset) == line:
        return
    if not frames.about.whole and offset >= frames.size:
        raise NoFrames("they end where the stream broke off", broken=False)
    raise NoSuchLine(NOWHERE)


@dataclass(frozen=True, slots=True)
class _PlainFile:
    """A file as it lies on the disk."""

    handle: IO[bytes]
    size: int
    utf16: str | None = None

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from ``begin`` up to ``end`` or to its end."""
        self.handle.seek(begin)
        return self.handle.read(end - begin)


def _from_file(
    file: _PlainFile, line: int, offset: int, context: int, limits: Limits
) -> tuple[ContextLine, ...] | None:
    """Read where the line stands; None for UTF-16, whose line ends are no single byte."""
    at = file.handle.tell()
    if sniff_utf16(file.read(0, HEAD)):
        file.handle.seek(at)  # `members` reads on from here
        return None
    if offset >= file.size or (offset and file.read(offset - 1, offset) != b"\n") or (not offset) != (line == 1):
        raise NoSuchLine(NOWHERE)
    return _shown_lines(_raw(file, offset, context, limits), line, offset, None, limits)


Raw = list[tuple[int, bytes]]  # offset and bytes of each line


def _raw(text: Text, offset: int, context: int, limits: Limits) -> Raw:
    """The lines around the one that begins at an offset, each as long as the limit of a line lets it be known."""
    return [*_before(text, offset, context), *_after(text, offset, context, limits)]


def _shown_lines(raw: Raw, line: int, offset: int, utf16: str | None, limits: Limits) -> tuple[ContextLine, ...]:
    reader = LineReader(iter(()), limits)
    cited = next(number for number, (begin, _) in enumerate(raw) if begin == offset)
    return tuple(
        _shown(reader.line(line - cited + number, begin, data, utf16), cited=number == cited)
        for number, (begin, data) in enumerate(raw)
    )


def _guesses(raw: Raw, utf16: str | None, limits: Limits) -> int:
    """How many bytes of lines are not what they should be, UTF-8 or UTF-16."""
    total = 0
    for _, data in raw:
        try:
            data.decode(utf16 or "utf-8")
            total += len(data) if b"\x1b" in data and not utf16 else 0
        except UnicodeDecodeError:
            total += len(data) if len(data) <= limits.line_bytes else 0  # of a longer one only the beginning is decoded
    return total


def _before(text: Text, offset: int, context: int) -> Raw:
    """Up to so many lines before an offset, with theirs: those that begin within the window."""
    look = FIRST_LOOK
    while context and offset:
        begin = max(0, offset - look)
        lines = _split(text.read(begin, offset), text.utf16, begin)[bool(begin) :]  # one may have begun before
        if len(lines) >= context or not begin or look >= WINDOW:
            return lines[-context:]
        look *= 4
    return []


def _after(text: Text, offset: int, context: int, limits: Limits) -> Raw:
    """The line at an offset and up to so many behind it, with theirs: those that begin within the window."""
    look, most = FIRST_LOOK, WINDOW + limits.line_bytes + 2  # one more byte, or character, than a line may have
    while True:
        end = min(offset + look, text.size)
        enough = end == text.size or look >= most
        lines = _split(text.read(offset, end), text.utf16, offset, whole=enough)
        if len(lines) > context or enough:
            return [(begin, data) for begin, data in lines[: context + 1] if begin < offset + WINDOW]
        look = 4 * look if look < WINDOW else most


def _split(data: bytes, utf16: str | None, at: int, *, whole: bool = False) -> Raw:
    """The lines of data that begins with one, with their offsets; one without an end counts where ``whole``."""
    lines, begin, width = [], 0, 2 if utf16 else 1
    for end in line_ends(data, utf16):
        lines.append((at + begin, data[begin : end - width]))
        begin = end
    if whole and begin < len(data):
        lines.append((at + begin, data[begin:]))
    return lines


def _shown(line: Line, *, cited: bool) -> ContextLine:
    truncated = len(line.text) > TEXT_LENGTH or line.quality == TOO_LONG
    return ContextLine(line.number, line.offset, show(line.text, TEXT_LENGTH), truncated, cited)


def _from_stream(member: Member, line: int, offset: int, context: int, limits: Limits) -> tuple[ContextLine, ...]:
    """Read a packed stream up to the line, keeping the last few."""
    kept: deque[ContextLine] = deque(maxlen=context + 1)
    after: list[ContextLine] = []
    begin = max(0, offset - WINDOW)
    for one in LineReader(member.chunks, limits):
        cited = one.number == line
        if one.offset >= offset + WINDOW or (cited and one.offset != offset):
            break
        if one.number > line:
            after.append(_shown(one, cited=False))
        elif cited or (one.number >= line - context and (one.offset > begin or not begin)):
            kept.append(_shown(one, cited=cited))
        if one.number >= line + context:
            break
    if not kept or not kept[-1].cited:
        raise NoSuchLine(NOWHERE)
    return (*kept, *after)
