"""Blocks go through the compiled part in threads, since it runs without the interpreter; answers come in their order.

What a line means does not depend on what was learned before it, only how fast it is read. So blocks may be read ahead,
with what is known by then.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np

from ingest.engine.fast.blocks import SIZE, Block, TooLong, make_memories
from ingest.engine.fast.compiled import Compiled
from ingest.engine.fast.rows import ROW, Known

THREADS: Final = 2
AHEAD: Final = 3  # blocks that are being read while another one is taken in
SLOTS: Final = AHEAD + 1  # of memory, for blocks and for what is read from them
SHORT_LINE: Final = 64  # bytes, fewer than most lines have
MOST_LINES: Final = 2 * SIZE // SHORT_LINE  # at a time


class Part(NamedTuple):
    """What the compiled part made of some lines of a block: ``lines`` of them, the next one begins at ``next_``.

    ``rows``, ``states``, ``shapes`` and ``bounds`` have one for each line; lines are numbered from 1. ``seen`` has for
    each device the first line that names it, 0 for none; ``other`` is the number of lines beyond ASCII.
    """

    lines: int
    other: int
    next_: int
    rows: Any
    states: Any
    shapes: Any
    bounds: Any
    seen: Any


class Asked(NamedTuple):
    """What is known when lines are read: the place, the device of lines that name none, and how many devices."""

    known: Known
    place: int
    silent: int
    devices: int


class Slot:
    """Memory for what is read from one block at a time."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._rows = np.empty(MOST_LINES, ROW)
        self._states = np.empty(MOST_LINES, np.uint8)
        self._shapes = np.empty(MOST_LINES, np.uint64)
        self._bounds = np.empty((MOST_LINES, 2), np.int64)

    def read(self, block: Block, at: int, most: int, asked: Asked) -> Part:
        """Read lines of a block from a place on, at most so many. The part is there until the next one is read."""
        most = min(most, MOST_LINES)
        seen = np.zeros(max(1, asked.devices), np.int64)
        rows, states, shapes, bounds = self._rows[:most], self._states[:most], self._shapes[:most], self._bounds[:most]
        count, other, next_ = self._compiled.read_lines(
            (block.data, at, block.size, most),
            asked.known,
            (asked.place, 1, block.offset, asked.silent),
            (rows, states, shapes, bounds),
            seen,
        )
        return Part(count, other, next_, rows[:count], states[:count], shapes[:count], bounds[:count], seen)


Entry = tuple[Block | TooLong, Slot, Part | None]


class Pipeline:
    """Reads blocks ahead, of one stream after the other. Used as a context: its end waits for the threads.

    The blocks lie in its ``memories``.
    """

    def __init__(self, compiled: Compiled) -> None:
        self._slots = [Slot(compiled.again()) for _ in range(SLOTS)]
        self._threads = ThreadPoolExecutor(THREADS, "blocks")
        self.memories = make_memories(SLOTS)
        self._turn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)

    def through(self, items: Iterable[Block | TooLong], ask: Callable[[], Asked | None]) -> Iterator[Entry]:
        """Each item in its order, with the slot to read it by, and what was read of it ahead.

        ``ask`` gives what is known now, or None while blocks are not to be read ahead. What it gave for one block must
        stay true until that is taken in.
        """
        waiting: deque[tuple[Block | TooLong, Slot, Future[Part] | None]] = deque()
        for item in items:
            slot, future = self._slots[self._turn % SLOTS], None
            self._turn += 1
            if isinstance(item, Block) and (asked := ask()):
                future = self._threads.submit(slot.read, item, 0, MOST_LINES, asked)
            waiting.append((item, slot, future))
            while waiting and (future is None or len(waiting) > AHEAD):
                yield _finished(*waiting.popleft())
        while waiting:
            yield _finished(*waiting.popleft())


def _finished(item: Block | TooLong, slot: Slot, future: "Future[Part] | None") -> Entry:
    return item, slot, future.result() if future else None
