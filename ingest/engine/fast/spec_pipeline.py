"""Blocks of formats that are data through the compiled part: `pipeline` with what lines leave for later ones."""

from typing import Any, NamedTuple

import numpy as np

from ingest.engine.fast.blocks import Block
from ingest.engine.fast.compiled import Compiled, CompiledFormats, compiled_formats
from ingest.engine.fast.pipeline import MOST_LINES, SLOTS, Pipeline
from ingest.engine.fast.plans import Plan
from ingest.engine.fast.rows import NOTE, ROW

MOST_NOTES = MOST_LINES // 4  # at a time


class SpecPart(NamedTuple):
    """What the compiled part made of some lines of a block (`kernel.spec_lines.read_spec_lines`)."""

    lines: int
    next_: int
    rows: Any
    states: Any
    dates: Any
    bounds: Any
    seen: Any
    notes: Any


class SpecAsked(NamedTuple):
    """What is known when lines are read: the hashes of devices with their numbers, and those of zones, in order.

    ``place`` is that of the stream, ``silent`` the device of lines that name none, ``units`` how many there are.
    """

    plan: Plan
    devices: Any
    numbers: Any
    zones: Any
    place: int
    silent: int
    units: int


class SpecSlot:
    """Memory for what is read from one block at a time; the compiled part is asked for with the first one."""

    def __init__(self) -> None:
        self._compiled: CompiledFormats | None = None
        self._rows = np.empty(MOST_LINES, ROW)
        self._states = np.empty(MOST_LINES, np.uint8)
        self._dates = np.empty(MOST_LINES, np.int32)
        self._bounds = np.empty((MOST_LINES, 2), np.int64)
        self._notes = np.empty((MOST_NOTES, NOTE), np.int32)

    def read(self, block: Block, at: int, most: int, asked: SpecAsked) -> SpecPart:
        """Read lines of a block from a place on, at most so many. The part is there until the next one is read."""
        if self._compiled is None:
            self._compiled = compiled_formats().again()
        most = min(most, MOST_LINES)
        seen = np.zeros(max(1, asked.units), np.int64)
        rows, states, dates, bounds = self._rows[:most], self._states[:most], self._dates[:most], self._bounds[:most]
        plan = asked.plan
        count, noted, next_ = self._compiled.read_lines(
            (block.data, at, block.size, most),
            (plan.table, plan.code, plan.sets, plan.words),
            (asked.devices, asked.numbers, asked.zones),
            (asked.place, block.offset, asked.silent),
            (rows, states, dates, bounds, seen, self._notes),
        )
        return SpecPart(
            count, next_, rows[:count], states[:count], dates[:count], bounds[:count], seen, self._notes[:noted]
        )


class SpecPipeline(Pipeline):
    """Reads blocks ahead by a plan."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(compiled)
        self._slots = [SpecSlot() for _ in range(SLOTS)]  # type: ignore[misc]
