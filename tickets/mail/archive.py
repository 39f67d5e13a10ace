"""A file of mail, whatever it is: one message, an mbox, a message of Outlook; plain or packed by gzip."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any

from tickets.mail.mbox import KEPT, Piece, split_mbox

EML, MBOX, MSG = "eml", "mbox", "msg"
RATIO_ALLOWED = 200
UNPACKED_ALLOWED = 64 * 1024**3
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_GZIP = b"\x1f\x8b"
_READ = 256 * 1024
BEGINNING = 64  # bytes by which a file of mail is known


@dataclass(slots=True)
class Archive:
    """An opened file: what form it has, and what was wrong with it, once all was read."""

    form: str
    stream: IO[bytes]
    raw: IO[bytes]
    packed: "Unpacked | None" = None

    @property
    def taken(self) -> int:
        """How many bytes of the file were read."""
        return self.raw.tell()

    @property
    def damage(self) -> str:
        """What ended the reading early; empty where nothing did."""
        return self.packed.damage if self.packed else ""

    def pieces(self) -> Iterator[Piece]:
        """Yield the messages, each with its place."""
        if self.form == MBOX:
            yield from self._marked(split_mbox(self.stream))
            return
        raw = self.stream.read(KEPT + 1)
        yield Piece(0, "", raw[:KEPT], whole=len(raw) <= KEPT and not self.damage)

    def _marked(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Yield pieces; the last one is not whole where the stream broke within it."""
        held: Piece | None = None
        for piece in pieces:
            if held:
                yield held
            held = piece
        if held:
            yield Piece(held.offset, held.envelope, held.raw, whole=held.whole and not self.damage)


class Unpacked(RawIOBase):
    """A gzip stream of one or more members, read until its end or to where it breaks; bombs are stopped."""

    def __init__(self, raw: IO[bytes]) -> None:
        super().__init__()
        self._raw: IO[bytes] | _Joined = raw
        self._inflate = zlib.decompressobj(wbits=31)
        self._ready = b""
        self._in = self._out = 0
        self._ended = False
        self.damage = ""

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end."""
        while not self._ready and not self._ended:
            self._step()
        given = self._ready[: len(buffer)]
        buffer[: len(given)] = given
        self._ready = self._ready[len(given) :]
        return len(given)

    def _step(self) -> None:
        """Unpack a little more."""
        packed = self._inflate.unconsumed_tail or self._take()
        if not packed:
            self._end("" if self._inflate.eof or not self._in else "the packed file ends early")
            return
        before = self._inflate.copy()
        try:
            self._ready = self._inflate.decompress(packed, _READ)
        except zlib.error:
            self._ready = _up_to_damage(before, packed)
            self._end("the packed file is damaged")
            return
        self._out += len(self._ready)
        if self._out > UNPACKED_ALLOWED or (self._out > 64 * _READ and self._out > RATIO_ALLOWED * self._in):
            self._end(f"unpacked it is more than {RATIO_ALLOWED} times as large, and was read no further")
        elif self._inflate.eof:
            self._next_member()

    def _take(self) -> bytes:
        """Read packed bytes."""
        packed = self._raw.read(_READ)
        self._in += len(packed)
        return packed

    def _next_member(self) -> None:
        """Go on behind the end of a member: with another one, or not at all."""
        rest = (self._inflate.unused_data or self._take()).lstrip(b"\x00")
        if not rest:
            self._ended = True
            return
        if not rest.startswith(_GZIP[: len(rest)]):
            self._end("behind the packed file stand other bytes")
            return
        self._inflate = zlib.decompressobj(wbits=31)
        self._raw = _Joined(rest, self._raw)
        self._in -= len(rest)

    def _end(self, damage: str) -> None:
        self._ended, self.damage = True, damage


def _up_to_damage(inflate: Any, packed: bytes) -> bytes:
    """Return what can be unpacked before the byte that breaks a stream."""
    out = []
    for at in range(len(packed)):
        try:
            out.append(inflate.decompress(packed[at : at + 1]))
        except zlib.error:
            break
    return b"".join(out)


class _Joined(RawIOBase):
    """Bytes that were read already, and the stream behind them."""

    def __init__(self, head: bytes, rest: "IO[bytes] | _Joined") -> None:
        super().__init__()
        self._head, self._rest = head, rest

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if self._head:
            given, self._head = self._head, b""
            return given
        return self._rest.read(size)


def form_of(beginning: bytes) -> str:
    """Return what form a file of mail has, by its first bytes (unpacked): never by its name."""
    return MSG if beginning.startswith(_OUTLOOK) else MBOX if beginning.lstrip().startswith(b"From ") else EML


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a file of mail; its form is told by its bytes, never by its name."""
    with path.open("rb") as raw:
        packed = Unpacked(raw) if _peek(raw).startswith(_GZIP) else None
        stream = BufferedReader(packed, _READ) if packed else raw
        yield Archive(form_of(_peek(stream)), stream, raw, packed)


def _peek(stream: "BufferedReader[Any]") -> bytes:
    """Return the first bytes of a stream, which stay to be read."""
    return stream.peek(BEGINNING)[:BEGINNING]
