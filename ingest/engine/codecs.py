"""Compressed streams, piece by piece: what stands before damage is kept, and no step unpacks without a bound."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol, cast

import zstandard
from isal import isal_zlib

from ingest.engine.source import KIB, MIB, Damaged, Limits
from ingest.engine.zstd_blocks import ZstdBlocks

PIECE: Final = 1 * MIB
GZIP_MARK: Final = b"\x1f\x8b"
ZSTD_FEED: Final = 1 * KIB  # of what is no frame that we know, or broken: at most 256 blocks of 128 KiB


class Engine(Protocol):
    """One member or frame of a compressed stream, as `bz2` and `lzma` of the standard library shape it."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What was given and stands behind the member."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more to get without more input."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take input, give at most so many bytes."""
        ...


class Gzip:
    """`isal` in the shape of `Engine`. It looks at a header once it is whole; so its mark is looked at here."""

    __slots__ = ("_full", "_held", "_started", "_zlib")

    def __init__(self) -> None:
        self._zlib = isal_zlib.decompressobj(wbits=31)
        self._held = b""
        self._full = False
        self._started = False

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        """What was given and stands behind the member."""
        return self._zlib.unused_data

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more to get without more input."""
        return not (self._held or self._full)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take input, give at most so many bytes."""
        if data and not self._started:
            self._started = True
            if not GZIP_MARK.startswith(data[: len(GZIP_MARK)]):
                raise zlib.error("incorrect header check")
        out = self._zlib.decompress(self._held + data, max(max_length, 0))
        self._held = self._zlib.unconsumed_tail
        self._full = len(out) == max_length
        return out


class Zstd:
    """`zstandard` in the shape of `Engine`: fed some blocks at a time, since one call is not bounded."""

    __slots__ = ("_at", "_blocks", "_held", "_stuck", "_zstd")

    def __init__(self, window: int) -> None:
        self._zstd = zstandard.ZstdDecompressor(max_window_size=window).decompressobj()
        self._blocks = ZstdBlocks()
        self._held = b""
        self._at = 0
        self._stuck = False

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        return self._zstd.eof

    @property
    def unused_data(self) -> bytes:
        """What was given and stands behind the member."""
        return self._zstd.unused_data + self._held[self._at :]

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more to get without more input."""
        return self._stuck or self._at == len(self._held)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take input, give what some blocks of it hold."""
        if data:
            self._held, self._at = self._held[self._at :] + data, 0
        begin = self._at
        self._at = self._blocks.reach(self._held, begin)
        if self._blocks.lost:
            self._at = min(begin + ZSTD_FEED, len(self._held))
        self._stuck = self._at == begin
        return self._zstd.decompress(self._held[begin : self._at]) if self._at > begin else b""


def engines(limits: Limits) -> dict[str, Callable[[], Engine]]:
    """The codecs by name, each a maker of one fresh member."""
    return {
        "gzip": Gzip,
        "bzip2": bz2.BZ2Decompressor,
        "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limits.xz_memory),
        "zstd": lambda: Zstd(limits.zstd_window),
    }


# isal's own stubs take its class of errors for one of its errors.
FAULTS: Final = (
    zlib.error,
    cast("type[Exception]", isal_zlib.error),
    OSError,
    EOFError,
    lzma.LZMAError,
    zstandard.ZstdError,
)


def inflate(name: str, chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """Unpack a stream of one or several members; raises `Damaged` where it is cut off, broken or followed by junk."""
    make = engines(limits)[name]
    engine, fresh, members = make(), True, 0
    for chunk in chunks:
        data = chunk
        while data or not (fresh or engine.needs_input):
            if fresh and members and not (data := data.lstrip(b"\0")):
                break
            try:
                out = engine.decompress(data, PIECE)
            except FAULTS as fault:
                raise Damaged(_fault(name, fresh, members, fault)) from fault
            fresh, data = False, b""
            if out:
                yield out
            if engine.eof:
                data, members = engine.unused_data, members + 1
                engine, fresh = make(), True
    if not fresh:
        raise Damaged(f"the {name} stream is cut off")


def _fault(name: str, fresh: bool, members: int, fault: Exception) -> str:
    """The clause for a fault: junk behind whole members is another thing than a broken member."""
    if fresh and members:
        return f"bytes after the end of the {name} stream are no {name}"
    return f"the {name} stream is damaged ({str(fault)[:120]})"
