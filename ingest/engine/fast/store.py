"""The rows of all lines until they are judged: in memory, and beyond some millions on disk, in parts by family."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import numpy as np

from ingest.engine.fast.rows import ROW, ROW_BYTES

MOST_HELD: Final = 2_500_000  # rows in memory, of 74 bytes each; what is not written to takes none
MOST_ADDED: Final = 100_000  # at a time
PARTS: Final = 32  # files at once; half of what a reading may have open
_SHIFT: Final = np.uint64(59)  # the upper 5 bits of a family


class Store:
    """Takes rows in the order of reading; gives them back at once, or by parts of whole families, in the same order."""

    def __init__(self) -> None:
        self._rows = np.empty(MOST_HELD + MOST_ADDED, ROW)
        self._count = 0
        self._files: list[Any] = []
        self._open = ExitStack()

    def close(self) -> None:
        """Give up what lies on the disk."""
        self._open.close()

    def add(self, rows: Any) -> None:
        """Take in rows, which are copied."""
        end = self._count + len(rows)
        self._rows[self._count : end].view(ROW_BYTES)[:] = rows.view(ROW_BYTES)
        self._count = end
        if self._count >= MOST_HELD:
            self._spill()

    def parts(self) -> Iterator[Any]:
        """All rows, or those of some families at a time."""
        if not self._files:
            if self._count:
                yield self._rows[: self._count]
            return
        self._spill()
        self._rows = self._rows[:0].copy()
        for file in self._files:
            file.seek(0)
            rows = np.frombuffer(file.read(), dtype=ROW)
            if len(rows):
                yield rows

    def _spill(self) -> None:
        if not self._files:
            self._files = [self._open.enter_context(tempfile.TemporaryFile()) for _ in range(PARTS)]  # noqa: SIM115
        rows = self._rows[: self._count]
        part = (rows["family"] >> _SHIFT).astype(np.uint8)
        order = np.argsort(part, kind="stable")
        bounds = np.searchsorted(part[order], np.arange(PARTS + 1))
        for file, begin, end in zip(self._files, bounds[:-1], bounds[1:], strict=True):
            file.write(rows.view(ROW_BYTES)[order[begin:end]].tobytes())
        self._count = 0
