"""Where the blocks of a zstd frame begin (RFC 8878, §3.1.1), so that what one step unpacks to is bounded.

A block holds at most 128 KiB, be it of three bytes; the library itself has no bound on what one call gives back.
"""

from typing import Final

MAGIC: Final = b"\x28\xb5\x2f\xfd"
BLOCKS: Final = 8  # in one step: at most 1 MiB, and what was left of one before
_BLOCK_HEADER: Final = 3
_RLE, _RESERVED = 1, 3  # kinds of blocks: one byte for all of it, and none that there is
_DICTIONARY: Final = (0, 1, 2, 4)  # bytes of its id
_CONTENT_SIZE: Final = (0, 2, 4, 8)  # bytes of it; of the first kind one where the window is not given
_CHECKSUM: Final = 4


class ZstdBlocks:
    """Goes along one frame. ``lost`` is whether it is none that can be walked: then only small steps are bounded."""

    def __init__(self) -> None:
        self.lost = False
        self._begun = False
        self._ended = False
        self._left = 0  # bytes up to the next header
        self._checksum = 0

    def reach(self, data: bytes, at: int) -> int:
        """The place up to which data may be unpacked at once; ``at`` where a header is not there whole yet."""
        if not self._begun and not self._begin(data, at):
            return at
        blocks, size = 0, len(data)
        while True:
            step = min(self._left, size - at)
            self._left -= step
            at += step
            if self._left or self._ended or blocks == BLOCKS or size - at < _BLOCK_HEADER or self.lost:
                return at
            self._next(int.from_bytes(data[at : at + _BLOCK_HEADER], "little"))
            blocks += 1

    def _begin(self, data: bytes, at: int) -> bool:
        """Read the frame's header; False where it is not whole."""
        head = data[at : at + len(MAGIC) + 1]
        if not MAGIC.startswith(head[: len(MAGIC)]):
            self.lost = True
        if len(head) <= len(MAGIC) or self.lost:
            return False
        flags = head[-1]
        alone = flags >> 5 & 1  # all of it is the window, whose size is then not said
        sizes = len(head) + (1 - alone) + _DICTIONARY[flags & 3] + (_CONTENT_SIZE[flags >> 6] or alone)
        self._checksum = _CHECKSUM * (flags >> 2 & 1)
        self._begun, self._left = True, sizes
        return True

    def _next(self, header: int) -> None:
        kind, size = header >> 1 & 3, header >> 3
        if kind == _RESERVED:
            self.lost = True
            return
        self._left = _BLOCK_HEADER + (1 if kind == _RLE else size)
        if header & 1:
            self._ended = True
            self._left += self._checksum
