"""From one source to the plain streams in it: gzip, bzip2, xz, zstd, zip and tar, by content and within limits.

Names of members are labels. Nothing is ever written under them or opened by them.
"""

import contextlib
import io
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final, Self, cast

from ingest.engine.codecs import inflate
from ingest.engine.source import MIB, Damaged, Limits, Source

CHUNK: Final = 1 * MIB
BLOCK: Final = 512
LABEL_LENGTH: Final = 255
MAGIC: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A plain stream; iterating ``chunks`` raises `Damaged` where it ends early. Use it up before the next one."""

    label: str
    chunks: Iterator[bytes]
    packed: bool


@dataclass(slots=True)
class Meter:
    """What a source has cost so far: bytes taken from the file, bytes unpacked from them, entries met."""

    limits: Limits
    size: int
    consumed: int = 0
    unpacked: int = 0
    entries: int = 0

    def entry(self) -> bool:
        """Count an entry of an archive; True when there are more than the limit allows."""
        self.entries += 1
        return self.entries > self.limits.entries

    def unpack(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass chunks on and count them; `Damaged` when the source unpacks to more than its size allows."""
        bound, reason = self._bound()
        for chunk in chunks:
            allowed = bound - self.unpacked
            self.unpacked += len(chunk)
            if len(chunk) > allowed:
                yield chunk[: max(0, allowed)]
                raise Damaged(reason)
            yield chunk

    def _bound(self) -> tuple[int, str]:
        by_ratio = max(self.limits.ratio_floor, self.limits.ratio * self.size)
        if self.limits.total_bytes < by_ratio:
            return self.limits.total_bytes, f"it unpacks to more than the limit of {self.limits.total_bytes} bytes"
        return by_ratio, f"it unpacks to more than {self.limits.ratio} times its size (a bomb?)"


@dataclass(slots=True)
class Peeked:
    """The first bytes of a stream, and the stream with them put back, error and all."""

    chunks: Iterator[bytes]
    head: bytes = b""
    fault: Damaged | None = None
    taken: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        try:
            while len(self.head) < BLOCK and (chunk := next(self.chunks, None)) is not None:
                self.taken.append(chunk)
                self.head += chunk
        except Damaged as fault:
            self.fault = fault

    def whole(self) -> Iterator[bytes]:
        """The stream from its beginning."""
        yield from self.taken
        if self.fault:
            raise self.fault
        yield from self.chunks


def members(source: Source, meter: Meter, handle: IO[bytes]) -> Iterator[Member]:
    """Every plain stream of an open source; a member that cannot be opened comes as a stream that raises `Damaged`."""
    yield from _expand(source.label, _file_chunks(handle, meter), 0, meter, handle)


def open_source(source: Source) -> tuple[IO[bytes], int]:
    """Open the file of a source: handle and size. Raises `Damaged` for what is no readable regular file."""
    try:
        if not stat.S_ISREG(source.path.stat().st_mode):
            raise Damaged("it is no regular file")
        handle = source.path.open("rb")
    except OSError as error:
        raise Damaged(f"it cannot be opened ({error.strerror})") from error
    return handle, source.path.stat().st_size


def sniff(head: bytes) -> str | None:
    """The container that the first bytes announce, or None for plain content."""
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    return "tar" if _is_tar(head) else None


def _is_tar(head: bytes) -> bool:
    """Whether the first block is a tar header: its checksum fits (old archives have no magic word)."""
    if len(head) < BLOCK or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, OverflowError):
        return False
    return True


def _file_chunks(handle: IO[bytes], meter: Meter) -> Iterator[bytes]:
    try:
        while chunk := handle.read(CHUNK):
            meter.consumed += len(chunk)
            yield chunk
    except OSError as error:
        raise Damaged(f"the file cannot be read further ({error.strerror})") from error


def _refuse(label: str, reason: str) -> Member:
    return Member(label, failing(Damaged(reason)), packed=True)


def failing(fault: Damaged) -> Iterator[bytes]:
    """A stream of which nothing can be read."""
    raise fault
    yield b""


def _expand(
    label: str, chunks: Iterator[bytes], depth: int, meter: Meter, handle: IO[bytes] | None
) -> Iterator[Member]:
    """Look at the first bytes and unpack; ``handle`` is the seekable file when the chunks are a whole file."""
    peeked = Peeked(chunks)
    name = sniff(peeked.head)
    if name is None:
        yield Member(label, peeked.whole(), packed=depth > 0)
    elif depth >= meter.limits.depth:
        yield _refuse(label, f"containers in containers are read {meter.limits.depth} deep, not deeper")
    elif name == "zip":
        yield from _zip(label, peeked, depth, meter, handle)
    elif name == "tar":
        yield from _tar(label, peeked.whole(), depth, meter)
    else:
        inner = Peeked(meter.unpack(inflate(name, peeked.whole(), meter.limits)))
        if _is_tar(inner.head):  # a compressed tar is one container
            yield from _tar(label, inner.whole(), depth, meter)
        else:
            yield from _expand(label, inner.whole(), depth + 1, meter, None)


class _Stream(io.RawIOBase):
    """Chunks as a file that `tarfile` can read in one direction."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes: as many as wanted, fewer only at the end."""
        parts, wanted = [], size
        while wanted > 0:
            if not self._held and not (held := next(self._chunks, b"")):
                break
            self._held = self._held or held
            parts.append(self._held[:wanted])
            self._held = self._held[wanted:]
            wanted -= len(parts[-1])
        return b"".join(parts)


class _StrictHeader(tarfile.TarInfo):
    """A header for which only a block of zeros ends the archive: `tarfile` ends quietly on what it cannot read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header of a block."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as fault:
            raise tarfile.ReadError(str(fault)) from fault


def _tar(label: str, chunks: Iterator[bytes], depth: int, meter: Meter) -> Iterator[Member]:
    met = 0
    try:
        with tarfile.open(
            fileobj=_Stream(chunks), mode="r|", bufsize=CHUNK, errors="surrogateescape", tarinfo=_StrictHeader
        ) as archive:
            for entry in archive:
                met += 1
                if entry.isdir():
                    continue
                inner = f"{label}!/{member_name(entry.name)}"
                if meter.entry():
                    yield _refuse(label, f"it has more than {meter.limits.entries} entries: the rest is not read")
                    return
                stream = archive.extractfile(entry) if entry.isreg() else None
                if stream is None:
                    yield _refuse(inner, "it is no regular file inside the archive")
                    continue
                yield from _expand(inner, meter.unpack(_guarded(stream)), depth + 1, meter, None)
            if reason := _behind_the_end(cast("IO[bytes] | None", archive.fileobj)):
                yield _refuse(label, f"the tar is cut off or damaged after {met} entries ({reason})")
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as fault:
        yield _refuse(label, f"the tar is cut off or damaged after {met} entries ({fault})")
    except Damaged as fault:
        yield _refuse(label, str(fault))


def _behind_the_end(rest: IO[bytes] | None) -> str | None:
    """What is wrong behind the first block of zeros: a second one has to follow, and nothing but zeros after it."""
    length = 0
    while rest and (chunk := rest.read(CHUNK)):
        length += len(chunk)
        if chunk.count(0) < len(chunk):
            return "more data stands behind its end, which is not read"
    return None if length >= BLOCK else "the mark of its end is not whole"


def _zip(label: str, peeked: Peeked, depth: int, meter: Meter, handle: IO[bytes] | None) -> Iterator[Member]:
    """Every entry of a zip; one inside another container is first put where it can be sought."""
    with contextlib.ExitStack() as closing:
        try:
            file = handle or _spool(peeked.whole(), closing)
            archive = closing.enter_context(zipfile.ZipFile(file))
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                inner = f"{label}!/{member_name(entry.filename)}"
                if meter.entry():
                    yield _refuse(label, f"it has more than {meter.limits.entries} entries: the rest is not read")
                    return
                if entry.flag_bits & 1:
                    yield _refuse(inner, "it is encrypted")
                    continue
                chunks = meter.unpack(_opened(archive, entry, meter, handle))
                yield from _expand(inner, chunks, depth + 1, meter, None)
            if min((entry.header_offset for entry in archive.infolist()), default=archive.start_dir):
                yield _refuse(label, "something stands before its first entry (another archive?), which is not read")
        except (zipfile.BadZipFile, OSError, ValueError, OverflowError) as fault:
            yield _refuse(label, f"the zip archive is cut off or damaged ({fault})")
        except Damaged as fault:
            yield _refuse(label, str(fault))


def _opened(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, meter: Meter, handle: IO[bytes] | None
) -> Iterator[bytes]:
    try:
        with archive.open(entry) as stream:
            for chunk in _guarded(stream):
                meter.consumed = handle.tell() if handle else meter.consumed
                yield chunk
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
        raise Damaged(f"the member cannot be unpacked ({fault})") from fault


def _guarded(stream: IO[bytes]) -> Iterator[bytes]:
    """Chunks of a member; every way in which the standard library fails on it becomes `Damaged`."""
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as fault:
        raise Damaged(f"the member is cut off or damaged ({fault})") from fault


def _spool(chunks: Iterator[bytes], closing: contextlib.ExitStack) -> IO[bytes]:
    """Chunks as a file that can be sought: kept in memory, when large in the temporary folder."""
    spool = tempfile.SpooledTemporaryFile(max_size=16 * MIB)  # noqa: SIM115 - closed with the archive
    closing.callback(spool.close)
    for chunk in chunks:
        spool.write(chunk)
    spool.seek(0)
    return spool


def member_name(name: str) -> str:
    """A member's name as a label: printable, bounded, and only ever shown."""
    shown = "".join(c if c.isprintable() else "�" for c in name[: LABEL_LENGTH + 1])
    return shown if len(shown) <= LABEL_LENGTH else shown[:LABEL_LENGTH] + "…"
