"""A plain stream as blocks of whole lines, in an array with a little to spare behind its end."""

from collections.abc import Generator, Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.engine.encodings import decode_line
from ingest.engine.fast.rows import PADDING
from ingest.engine.reader import SHOWN, TOO_LONG, Line
from ingest.engine.source import MIB

SIZE: Final = 1 * MIB
_SPARE: Final = bytes(PADDING)


class Block(NamedTuple):
    """Whole lines, in the first ``size`` bytes of ``data``; the last one of a stream may lack its feed (``open``).

    ``offset`` is its place in the stream. The bytes are there until as many blocks were asked for as there are
    memories.
    """

    raw: bytearray
    data: Any
    size: int
    offset: int
    open: bool

    def line(self, begin: int, end: int) -> bytes:
        """The bytes of a line that lies between two places."""
        return bytes(self.raw[begin:end])


class TooLong(NamedTuple):
    """A line that is longer than the limit: its beginning, and where it begins in the stream."""

    begin: bytes
    offset: int

    def line(self, number: int) -> Line:
        """The line, which is the stream's so many-th."""
        return Line(number, self.offset, decode_line(self.begin)[0], TOO_LONG)


def make_memories(number: int) -> list[bytearray]:
    """Memories for `Blocks`, which one stream after the other may use."""
    return [bytearray(2 * SIZE + PADDING) for _ in range(number)]


class Blocks:
    """Cuts a stream into blocks that lie in some memories by turns; lines beyond the limit stand alone."""

    def __init__(self, chunks: Iterator[bytes], line_bytes: int, memories: list[bytearray]) -> None:
        self._chunks = chunks
        self._limit = line_bytes
        self._offset = 0
        self._memories = memories
        self._turn = 0
        self._raw = memories[0]
        self._held = 0  # bytes at the beginning of the memory that belong to no block yet

    def __iter__(self) -> Iterator[Block | TooLong]:
        for chunk in self._chunks:
            self._hold(chunk)
            if self._held < SIZE:
                continue
            end = self._raw.rfind(b"\n", 0, self._held) + 1
            if not end and self._held <= self._limit:
                continue  # a long line, which the memory grows with
            if end:
                yield from self._parts(self._raw, end, open_=False)
            rest = self._raw[end : self._held]
            if len(rest) > self._limit:
                rest = yield from self._long(rest)
            if end:  # only a memory that was given out may make its turn: the next one may still be looked into
                self._turn = (self._turn + 1) % len(self._memories)
            self._raw, self._held = self._memories[self._turn], 0
            self._hold(rest)
        if self._held:
            yield from self._parts(self._raw, self._held, open_=self._raw[self._held - 1] != ord("\n"))

    def _hold(self, chunk: bytes | bytearray) -> None:
        """Put a chunk behind what is held; where it does not fit, in larger memory: others may look into this one."""
        size = self._held + len(chunk)
        if size + PADDING > len(self._raw):
            larger = bytearray(2 * size + PADDING)
            larger[: self._held] = self._raw[: self._held]
            self._raw = self._memories[self._turn] = larger
        self._raw[self._held : size] = chunk
        self._held = size

    def _parts(self, raw: bytearray, size: int, *, open_: bool) -> Iterator[Block | TooLong]:
        """A block of some lines; where one of them may be beyond the limit, several with those lines between."""
        if not self._has_long(raw, size):
            yield self._block(raw, size, open_=open_)
            return
        begin = 0
        while begin < size:
            stop = begin
            while stop < size:
                end = raw.find(b"\n", stop, size) + 1 or size
                if end - stop > self._limit + 1 or (stop > begin and end - begin > self._limit):
                    break
                stop = end
            if stop == begin:
                end = raw.find(b"\n", begin, size) + 1 or size
                yield self._too_long(bytes(raw[begin : begin + SHOWN]), end - begin)
                begin = end
                continue
            yield self._block(raw[begin:stop] + _SPARE, stop - begin, open_=open_ and stop == size)
            begin = stop

    def _has_long(self, data: bytearray, size: int) -> bool:
        """Whether some line is longer than the limit: where none is, a feed stands in every stretch of that length."""
        at = 0
        while size - at > self._limit + 1:
            feed = data.rfind(b"\n", at, at + self._limit + 1)
            if feed < 0:
                return True
            at = feed + 1
        return False

    def _block(self, raw: bytearray, size: int, *, open_: bool) -> Block:
        block = Block(raw, np.frombuffer(raw, dtype=np.uint8), size, self._offset, open_)
        self._offset += size
        return block

    def _long(self, data: bytearray) -> Generator[TooLong, None, bytearray]:
        """Pass over a line that is longer than the limit without holding it; returns what comes behind it."""
        begin, skipped = bytes(data[:SHOWN]), len(data)
        for chunk in self._chunks:
            feed = chunk.find(b"\n")
            if feed >= 0:
                yield self._too_long(begin, skipped + feed + 1)
                return bytearray(chunk[feed + 1 :])
            skipped += len(chunk)
        yield self._too_long(begin, skipped)
        return bytearray()

    def _too_long(self, begin: bytes, size: int) -> TooLong:
        line = TooLong(begin, self._offset)
        self._offset += size
        return line
