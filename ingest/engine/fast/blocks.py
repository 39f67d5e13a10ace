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

    ``first`` is the number of the first line, ``offset`` its place in the stream.
    """

    raw: bytes
    data: Any
    size: int
    first: int
    offset: int
    open: bool

    def line(self, begin: int, end: int) -> bytes:
        """The bytes of a line that lies between two places."""
        return self.raw[begin:end]


class Blocks:
    """Cuts a stream. Iterating gives blocks, and a `Line` for each one that is longer than the limit.

    The caller says by `took` how many lines a block had, before it asks for the next one.
    """

    def __init__(self, chunks: Iterator[bytes], line_bytes: int) -> None:
        self._chunks = chunks
        self._limit = line_bytes
        self._first = 1
        self._offset = 0

    def took(self, lines: int) -> None:
        """Note how many lines the last block had."""
        self._first += lines

    def __iter__(self) -> Iterator["Block | Line"]:
        held: list[bytes] = []
        size = 0
        for chunk in self._chunks:
            held.append(chunk)
            size += len(chunk)
            if size < SIZE:
                continue
            rest = yield from self._whole(b"".join((*held, _SPARE)), size)
            if len(rest) > self._limit:
                rest = yield from self._long(rest)
            held, size = [rest], len(rest)
        if size:
            yield from self._last(b"".join((*held, _SPARE)), size)

    def _whole(self, data: bytes, size: int) -> Generator["Block | Line", None, bytes]:
        """The whole lines of some data; returns what is left behind the last feed."""
        end = data.rfind(b"\n", 0, size) + 1
        if end:
            yield from self._parts(data, end, open_=False)
        return data[end:size]

    def _last(self, data: bytes, size: int) -> Iterator["Block | Line"]:
        yield from self._parts(data, size, open_=data[size - 1] != ord("\n"))

    def _parts(self, data: bytes, size: int, *, open_: bool) -> Iterator["Block | Line"]:
        """A block of some lines; where one of them may be beyond the limit, several with those lines between."""
        if not self._has_long(data, size):
            yield self._block(data, size, open_=open_)
            return
        begin = 0
        while begin < size:
            stop = begin
            while stop < size:
                end = data.find(b"\n", stop, size) + 1 or size
                if end - stop > self._limit + 1 or (stop > begin and end - begin > self._limit):
                    break
                stop = end
            if stop == begin:
                end = data.find(b"\n", begin, size) + 1 or size
                yield self._too_long(data[begin : begin + SHOWN], end - begin)
                begin = end
                continue
            yield self._block(data[begin:stop] + _SPARE, stop - begin, open_=open_ and stop == size)
            begin = stop

    def _has_long(self, data: bytes, size: int) -> bool:
        """Whether some line is longer than the limit: where none is, a feed stands in every stretch of that length."""
        at = 0
        while size - at > self._limit + 1:
            feed = data.rfind(b"\n", at, at + self._limit + 1)
            if feed < 0:
                return True
            at = feed + 1
        return False

    def _block(self, data: bytes, size: int, *, open_: bool) -> Block:
        block = Block(data, np.frombuffer(data, dtype=np.uint8), size, self._first, self._offset, open_)
        self._offset += size
        return block

    def _long(self, data: bytes) -> Generator[Line, None, bytes]:
        """Pass over a line that is longer than the limit without holding it; returns what comes behind it."""
        begin, skipped = data[:SHOWN], len(data)
        for chunk in self._chunks:
            feed = chunk.find(b"\n")
            if feed >= 0:
                yield self._too_long(begin, skipped + feed + 1)
                return chunk[feed + 1 :]
            skipped += len(chunk)
        yield self._too_long(begin, skipped)
        return b""

    def _too_long(self, begin: bytes, size: int) -> Line:
        line = Line(self._first, self._offset, decode_line(begin)[0], TOO_LONG)
        self._first += 1
        self._offset += size
        return line
