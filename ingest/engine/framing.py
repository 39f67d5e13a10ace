"""Make files of frames (`ingest/engine/frames.py`): of streams that are packed, and the index alone of plain ones.

It unpacks hostile bytes, so a worker has it done by its child. A file is given its name only when the stream was read
back from it and was the same.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import zstandard

from ingest.engine.containers import Member, Meter, members, open_source
from ingest.engine.encodings import sniff_utf16
from ingest.engine.frames import (
    ENCODINGS,
    ENTRY,
    FRAME,
    HEAD,
    HERE,
    IN_BLOB,
    SKIPPABLE,
    TAIL,
    VERSION,
    About,
    Entry,
    Frames,
    NoFrames,
    count_ends,
    file_name,
    line_ends,
    name_hash,
    seal,
)
from ingest.engine.source import MIB, Damaged, Limits, Source

PLAIN_FROM: Final = 8 * MIB  # a shorter plain file is read to its end in the time that a look at the index takes
LEVEL: Final = 3
ROOM: Final = 64 * MIB
ROOM_TIMES: Final = 4  # frames of a blob take at most so many times its size, and ROOM: a cache must not fill the disk


class NotFramed(Exception):
    """A stream got no frames; the message says why in one clause."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A file of frames that was made, and verified."""

    path: Path
    name: str
    stream: int
    bytes: int
    lines: int


@dataclass(slots=True)
class _Writer:
    """Cuts a stream into frames, and writes them where the text is to stand in the file."""

    file: IO[bytes]
    packs: bool
    room: int
    utf16: str | None = None
    ended: int = 0
    size: int = 0
    at: int = 0
    goes_on: bool = False
    entries: list[bytes] = field(default_factory=list)

    def add(self, text: bytes) -> None:
        """Write one frame."""
        ends = count_ends(text, self.utf16)
        first = self.ended + 1 + self.goes_on
        packed = zstandard.ZstdCompressor(level=LEVEL).compress(text) if self.packs else text
        self.entries.append(
            ENTRY.pack(*Entry(self.at, self.size, first, len(packed), zlib.crc32(text), int(self.goes_on)))
        )
        if self.packs:
            if self.at + len(packed) > self.room:
                raise NotFramed("they would take too much of the disk")
            self.file.write(packed)
        self.at += len(packed)
        self.size += len(text)
        self.ended += ends
        self.goes_on = not _ends_a_line(text, self.utf16)

    def cut(self, held: bytearray) -> int:
        """Where to end the next frame of what is held: behind the last line end of the second half, if there is one."""
        half = FRAME // 2
        if self.utf16 is None:
            at = held.rfind(b"\n", half, FRAME)
            return at + 1 if at >= 0 else FRAME
        return half + max(line_ends(bytes(held[half:FRAME]), self.utf16), default=half)


def make_frames(
    source: Source, *, blob: str, folder: Path, limits: Limits, wanted: Collection[str] | None = None
) -> list[Framed]:
    """Make the frames of the streams of a source whose SHA-256 is ``blob``, into a folder that is there.

    ``wanted`` are names of streams inside the source (`frames.name_hash`); None is each that is packed or large. Of
    two streams with one name the first is meant, as it is where lines are looked for. What cannot be framed is left
    out, and its lines are read as if there were no frames. Raises `OSError` where the folder cannot be written to.
    """
    made: list[Framed] = []
    seen: set[str] = set()
    try:
        handle, size = open_source(source)
    except Damaged:
        return made
    room = ROOM + ROOM_TIMES * size
    with handle:
        for stream, member in enumerate(members(source, Meter(limits, size), handle)):
            name = member.label.removeprefix(source.label)
            if name in seen or not (member.packed or size >= PLAIN_FROM) or (wanted is not None and name not in wanted):
                _use_up(member)
                continue
            seen.add(name)
            path = folder / file_name(stream, name)
            try:
                made.append(_frame(source.path, member, path, _Facts(blob, name, stream, room)))
                room -= path.stat().st_size
            except (NotFramed, NoFrames):
                path.unlink(missing_ok=True)
                _use_up(member)
            if wanted is not None and seen.issuperset(wanted):
                break
    return made


def _use_up(member: Member) -> None:
    """Read on to the end of a member, as those behind it need."""
    try:
        for _ in member.chunks:
            pass
    except Damaged:
        return


@dataclass(frozen=True, slots=True)
class _Facts:
    blob: str
    name: str
    stream: int
    room: int


def _frame(source: Path, member: Member, path: Path, facts: _Facts) -> Framed:
    """Frame one stream into a file that is only called ``path`` when it was read back."""
    unverified = path.with_suffix(".new")
    try:
        with unverified.open("wb") as file:
            about = _write(file, member, facts)
        with Frames(unverified, name=facts.name, blob=source, sha256=facts.blob) as frames:
            verify(frames, about)
        unverified.rename(path)
    finally:
        unverified.unlink(missing_ok=True)
    return Framed(path, facts.name, facts.stream, about.size, about.lines)


def _write(file: IO[bytes], member: Member, facts: _Facts) -> About:
    writer = _Writer(file, member.packed, facts.room)
    digest, whole, held = sha256(), True, bytearray()
    try:
        for number, chunk in enumerate(member.chunks):
            if not number:
                writer.utf16 = sniff_utf16(chunk)  # of the first chunk, as `LineReader` does
            digest.update(chunk)
            held += chunk  # in place: a hostile stream may come a byte at a time
            while len(held) >= FRAME:
                end = writer.cut(held)
                writer.add(bytes(held[:end]))
                del held[:end]
    except Damaged as fault:
        if isinstance(fault.__cause__, OSError) and fault.__cause__.errno:
            raise NotFramed("the disk failed while it was read") from fault  # next time there may be more to read
        whole = False
    if held:
        writer.add(bytes(held))
    if not writer.size:
        raise NotFramed("nothing stands in it")
    index = b"".join(writer.entries)
    about = About(
        blob=bytes.fromhex(facts.blob),
        name=name_hash(facts.name),
        text=digest.digest(),
        size=writer.size,
        lines=writer.ended + writer.goes_on,
        stream=facts.stream,
        entries=len(writer.entries),
        index_crc=zlib.crc32(index),
        version=VERSION,
        place=HERE if member.packed else IN_BLOB,
        encoding=ENCODINGS.index(writer.utf16),
        whole=int(whole),
    )
    file.write(HEAD.pack(SKIPPABLE, len(index) + TAIL) + index + seal(about))
    return about


def verify(frames: Frames, written: About) -> None:
    """Read all back: the same text byte for byte, and every number of a line as it is counted. Else `NoFrames`."""
    if frames.about != written:
        raise NoFrames("the trailer reads otherwise than it was written")
    digest, begin, ended, goes_on = sha256(), 0, 0, False
    for number, text in enumerate(frames.texts()):
        entry = frames.entry(number)
        if (entry.begin, entry.line, entry.goes_on) != (begin, ended + 1 + goes_on, goes_on):
            raise NoFrames("the index reads otherwise than it was written")
        digest.update(text)
        begin += len(text)
        ended += count_ends(text, frames.utf16)
        goes_on = not _ends_a_line(text, frames.utf16)
    if (digest.digest(), begin, ended + goes_on) != (written.text, written.size, written.lines):
        raise NoFrames("the text reads otherwise than it was written")


def _ends_a_line(text: bytes, utf16: str | None) -> bool:
    width = 2 if utf16 else 1
    return not len(text) % width and bool(count_ends(text[-width:], utf16))
