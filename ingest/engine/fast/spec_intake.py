"""Reads logs of formats that are data in compiled blocks, and each line that does not fit there the plain way.

What lines leave for later ones is kept in the order of the lines, whichever way they are read: the year, what is
remembered, and which ids belong together.
"""

from bisect import bisect_right
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.engine.containers import Member, Meter
from ingest.engine.encodings import sniff_utf16
from ingest.engine.event import Event, Kind
from ingest.engine.fast.blocks import Block, Blocks
from ingest.engine.fast.compiled import NotCompiled, compiled_formats
from ingest.engine.fast.intake import MOST_NUMBERS, FastIntake, NotForThis, Stream
from ingest.engine.fast.joined import Joint
from ingest.engine.fast.leads import LEADS_ON, PLAIN, Lead, leads_of
from ingest.engine.fast.learned import MOST, family_of, hash_text
from ingest.engine.fast.pipeline import MOST_LINES
from ingest.engine.fast.plans import Plan, plan_of
from ingest.engine.fast.pure import fold, mix
from ingest.engine.fast.rows import ALONE, BLANK, FAST, LOOSE, ROW, ROW_BYTES, SAID, SLOW, WRITTEN
from ingest.engine.fast.spec_pipeline import SpecAsked, SpecPart, SpecPipeline, SpecSlot
from ingest.engine.fast.store import Store
from ingest.engine.fast.told import Told
from ingest.engine.formats import REGISTRY, make_format
from ingest.engine.intake import Place, pick_format
from ingest.engine.logformats.reader import DataFormat
from ingest.engine.reader import CUT, Line, LineReader
from ingest.engine.result import OnProgress, Options
from ingest.engine.source import Source
from ingest.engine.tally import MOST_DEVICES, Tally
from ingest.engine.times import DAY_MS, read_zone

_LOW: Final = (1 << 32) - 1
SURE: Final = 28  # the last day that every month has


class SpecStream(NamedTuple):
    """A stream with its plan, and the reader for what goes the plain way; ``zones`` are those that it has named.

    ``leads`` are for each rule what later lines need of its lines; ``columns`` those of notes that have it.
    """

    here: Stream
    plan: Plan
    reading: DataFormat
    leads: tuple[Lead, ...]
    columns: list[int]
    zones: set[int]


def digest_of(event: Event) -> int:
    """The digest that the compiled reader gives a line."""
    time = dict(zip(event.keys, event.values, strict=True)).get("time", "")
    return mix(fold(hash_text(time), hash_text(event.message or "")))


class SpecIntake(FastIntake):
    """Reads sources as `FastIntake` does; ``links`` are ids that belong together."""

    def __init__(self, options: Options, on_progress: OnProgress | None, store: Store) -> None:
        super().__init__(options, on_progress, store)
        self.links: list[Joint] = []
        self._pipeline = SpecPipeline(self._compiled)
        self._devices: dict[int, int] = {}

    def _read_stream(self, number: int, stream: int, source: Source, member: Member, meter: Meter | None) -> None:
        reader = LineReader(member.chunks, self.options.limits)
        tally = Tally(member.label, source.device, read_zone(source.zone))
        if len(self.places) > MOST_NUMBERS or source.reference is None:
            raise NotForThis(member.label)
        self.places.append(Place(number, stream, member.label, None))
        here = Stream(reader, tally, source, number, len(self.places) - 1, self.unit(source.device, number))
        blocks = Blocks(reader.guarded(), self.options.limits.line_bytes, self._pipeline.memories)
        log: SpecStream | None = None

        def ask() -> Any:
            return self._asked(log) if log and self._is_learned else None

        for item, slot, part in self._pipeline.through(blocks, ask):
            if log is None:
                log = self._begin(item if isinstance(item, Block) else None, here)
            if isinstance(item, Block):
                self._read_spec_block(item, slot, part, log)  # type: ignore[arg-type]
                self._tell(tally.label, meter, item.offset, tally.lines)
            else:
                self._skip(item.line(here.next_line()), tally)
        if log is None:
            raise NotForThis(member.label)
        self.bytes += reader.bytes
        self.lines += tally.lines
        self.reports.append(tally.report(reader))
        self._tell(member.label, meter, 0, 0)

    def _begin(self, block: Block | None, here: Stream) -> SpecStream:
        """What a stream is read by, as the plain intake finds it; raises `NotForThis`."""
        name = self._format_of(block) if block else None
        entry = REGISTRY.get(name or "")
        plan = plan_of(entry.spec) if entry and entry.spec else None
        if name is None or plan is None:
            raise NotForThis(here.tally.label)
        try:
            compiled_formats()  # only now: where it was not compiled yet, that takes longer than to read a small log
        except NotCompiled as fault:
            raise NotForThis(name) from fault
        here.tally.format = name
        self.places[here.place] = self.places[here.place]._replace(format=name)
        reading = make_format(name, here.source.reference, self._memory(name, here.number, here.source))
        if not isinstance(reading, DataFormat):
            raise NotForThis(name)
        leads, columns = leads_of(plan)
        return SpecStream(here, plan, reading, leads, columns, set())

    def _format_of(self, block: Block) -> str | None:
        """The format of a stream that begins so, None where something stands in front of it."""
        skipped: list[Line] = []
        raw = block.line(0, block.size)
        name, _ = pick_format(iter(LineReader(iter([raw]), self.options.limits)), self.options.format, skipped.append)
        lines = [line for line in skipped if line.text and not line.text.isspace()]
        return None if lines or sniff_utf16(raw) else name

    def _asked(self, log: SpecStream) -> SpecAsked:
        devices = sorted(self._devices)
        return SpecAsked(
            plan=log.plan,
            devices=np.array(devices, np.uint64),
            numbers=np.array([self._devices[one] for one in devices], np.int64),
            zones=np.array(sorted(log.zones), np.uint64),
            place=log.here.place,
            silent=log.here.silent,
            units=len(self.units),
        )

    def _read_spec_block(self, block: Block, slot: SpecSlot, part: SpecPart | None, log: SpecStream) -> None:
        at = 0
        while at < block.size:
            if part is None:
                part = slot.read(block, at, self._at_once, self._asked(log))
                self._at_once = min(4 * self._at_once, MOST_LINES)
            self._take(block, part, log)
            at, part = part.next_, None

    def _take(self, block: Block, part: SpecPart, log: SpecStream) -> None:
        """Take in what was read of a block; lines that were left over are read the plain way."""
        here, rows, states = log.here, part.rows, part.states
        before = here.next_line(part.lines) - 1
        rows["line"] += np.uint32(before)
        broken = part.next_ > block.size and block.open and here.reader.damage is not None
        if broken:
            states[-1], part.dates[-1] = SLOW, 0
            part = part._replace(notes=part.notes[part.notes[:, 0] < part.lines - 1])
        taking = _Taking(self, block, part, log, before, broken=broken)
        taking.run()
        here.tally.lines += part.lines - taking.plain
        here.tally.blank += int(np.count_nonzero(states == BLANK))
        named = [(int(part.seen[unit]) + before, unit) for unit in np.flatnonzero(part.seen).tolist()]
        for _, name in sorted([(line, self.units[unit].device.name or "") for line, unit in named] + taking.named):
            if len(here.tally.devices) < MOST_DEVICES:
                here.tally.devices.add(name)
        read = states == FAST
        found = rows.view(ROW_BYTES)[read].view(ROW)
        self._note(found, here.tally)
        self._note_others(rows, states, here.tally)
        self.store.add(found)

    def _note_others(self, rows: Any, states: Any, tally: Tally) -> None:
        """The times of lines that name no message, and those of them that say something that nobody can judge."""
        stamps = rows["stamp"][(states == SAID) | (states == LOOSE)]
        stamps = stamps[stamps >= 0]
        if len(stamps):
            first, last = int(stamps.min()), int(stamps.max())
            tally.first = first if tally.first is None else min(tally.first, first)
            tally.last = last if tally.last is None else max(tally.last, last)
        loose = rows[states == LOOSE]
        for unit in np.unique(loose["unit"]).tolist():
            digests = loose["digest"][loose["unit"] == unit].tolist()
            self.units[unit].device.loose.update(dict.fromkeys(digests))

    def read_plain(self, line: Line, log: SpecStream, row: Any) -> tuple[int, str | None]:
        """Read a line the plain way; its state then, and the device that it names."""
        here = log.here
        if not line.text or line.quality == CUT or line.text.isspace():
            self._skip(line, here.tally)
            return SLOW, None
        here.tally.lines += 1
        event = log.reading.read(line.text)
        if not isinstance(event, Event):
            here.tally.unread(line.number, line.text, event.reason)
            return SLOW, None
        here.tally.see(event._replace(device=None))
        unit = self.unit(event.device or here.source.device, here.number)
        if event.device and len(self._devices) < MOST:
            self._devices.setdefault(hash_text(event.device), unit)
        if event.zone and len(log.zones) < MOST:
            log.zones.add(hash_text(event.zone))
        stored = self._fill(row, event, digest=digest_of(event), unit=unit, place=here.place, line=line)
        if stored and (event.kind is not Kind.OTHER or event.flags):
            row["flags"] |= WRITTEN
        for link in log.reading.links:
            recipient = None
            if link.handover and stored and len(event.recipients) == 1 and not int(row["flags"]) & ALONE:
                recipient = int(row["recipient"])
            of = self.unit(link.device or here.source.device, here.number)
            parent, child = (family_of(hash_text(key), of) for key in (link.parent, link.child))
            self.links.append(Joint(of, parent, child, int(row["digest"]), recipient, link))
        log.reading.links.clear()
        return FAST if stored else SLOW, event.device


class _Taking:
    """Takes in what depends on the lines before, of one part: dates, what is remembered, and the plain way."""

    def __init__(
        self, intake: SpecIntake, block: Block, part: SpecPart, log: SpecStream, before: int, *, broken: bool
    ) -> None:
        self._intake = intake
        self._block = block
        self._part = part
        self._log = log
        self._before = before
        self._broken = broken
        self._leads = log.leads
        self._memory = log.reading.memory
        # Notes are of lines of ASCII: a byte is a character.
        self._text = str(memoryview(block.raw)[: block.size], "latin-1")
        self._read: set[int] = set()
        self._runs: list[tuple[int, int, str | None]] = []  # where a date begins, its day, what was assumed for it
        self.named: list[tuple[int, str]] = []

    @property
    def plain(self) -> int:
        """How many lines were read the plain way."""
        return len(self._read)

    def run(self) -> None:
        """Go through the lines that matter, in their order; or all of a kind at once, where that is the same."""
        others, at = self._others(), 0
        note: list[int]
        if not any(is_slow or self._part.dates[index] & 31 > SURE for index, is_slow in others):
            told = Told(self._part, self._leads, self._text)
            if told.is_simple and not told.asks_for_itself(self._memory):
                for index, _ in others:
                    self._begin(index)
                told.keep(self._memory)
                for note in self._notes(told.inside):
                    self._lead_on(note)
                self._date()
                return
        for note in self._notes(np.ones(len(self._part.notes), bool)):
            while at < len(others) and others[at][0] <= note[0]:
                if not self._other(*others[at]):
                    at = len(others)
                    break
                at += 1
            if note[0] not in self._read:
                self._take(note)
        while at < len(others) and self._other(*others[at]):
            at += 1
        self._date()

    def _take(self, note: list[int]) -> None:
        """Take in what later lines need of a line, and where it leads."""
        lead = self._leads[note[1]]
        answer = lead.take(note, self._text, self._memory)
        if answer == PLAIN:
            self._read_plain(note[0])
        elif answer == LEADS_ON:
            self._lead_on(note)

    def _lead_on(self, note: list[int]) -> None:
        """Note the link of a delivery to this unit itself."""
        row, day = self._part.rows[note[0]], 0
        if self._part.dates[note[0]]:
            _, day, _ = self._runs[bisect_right(self._runs, note[0], key=lambda run: run[0]) - 1]
        link = self._leads[note[1]].link(note, self._text, int(row["stamp"]) + day * DAY_MS, self._memory)
        if link:
            unit, child = int(row["unit"]), (note[-2] & _LOW) | (note[-1] & _LOW) << 32
            ends = int(row["family"]), family_of(child, unit)
            self._intake.links.append(Joint(unit, *ends, int(row["digest"]), int(row["recipient"]), link))

    def _notes(self, which: Any) -> list[list[int]]:
        """Some notes as `leads.Note`, with the hash of the id that a line leads to behind each."""
        notes = self._part.notes[which]
        lines = notes[:, 0]
        done, flags = self._part.rows["done"][lines], self._part.rows["flags"][lines]
        columns = [notes[:, :2], done[:, None], flags[:, None], notes[:, self._log.columns], notes[:, -2:]]
        return np.concatenate(columns, axis=1, dtype=np.int64).tolist() if len(lines) else []

    def _others(self) -> list[tuple[int, bool]]:
        """Lines with a new date, and (True) those that go the plain way, in the order of the lines."""
        part = self._part
        slow = np.flatnonzero(part.states == SLOW)
        dated = np.flatnonzero(part.dates)
        others = [(index, True) for index in slow.tolist()]
        if len(dated):  # a line that is read the plain way may have another date, and the one behind it its own again
            new = np.flatnonzero(np.diff(part.dates[dated], prepend=0))
            after = np.searchsorted(dated, slow, side="right")
            others += [(index, False) for index in dated[np.union1d(new, after[after < len(dated)])].tolist()]
        return sorted(others)

    def _other(self, index: int, is_slow: bool) -> bool:
        """Take in one of `_others`; False where that was the last one."""
        if index in self._read:
            return True
        if not is_slow:
            return self._begin(index)
        self._read_plain(index)
        return True

    def _begin(self, index: int) -> bool:
        """Begin with a date; where there is no such day in that year, the rest of the part goes the plain way."""
        date = int(self._part.dates[index])
        day, assumed = self._log.reading.years.day(date >> 5, date & 31)
        if day is None:
            for rest in range(index, self._part.lines):
                if self._part.states[rest] != BLANK and rest not in self._read:
                    self._read_plain(rest)
            return False
        self._runs.append((index, day, assumed))
        return True

    def _read_plain(self, index: int) -> None:
        part, reader = self._part, self._log.here.reader
        begin, end = part.bounds[index].tolist()
        line = reader.line(self._before + index + 1, self._block.offset + begin, self._block.line(begin, end))
        if self._broken and index == part.lines - 1:
            line = line._replace(quality=CUT)
        state, device = self._intake.read_plain(line, self._log, part.rows[index])
        part.states[index], part.dates[index] = state, 0
        self._read.add(index)
        if device:
            self.named.append((line.number, device))

    def _date(self) -> None:
        """Give the lines of each date their day."""
        if not self._runs:
            return
        rows, dates = self._part.rows, self._part.dates
        dated = np.flatnonzero(dates)
        begins = np.array([begin for begin, _, _ in self._runs])
        days = np.array([day for _, day, _ in self._runs], np.int64)
        run = np.searchsorted(begins, dated, side="right") - 1
        rows["stamp"][dated] += days[run] * DAY_MS
        warnings = self._log.here.tally.warnings
        for (_, _, assumed), count in zip(self._runs, np.bincount(run, minlength=len(begins)).tolist(), strict=True):
            if assumed and count:
                warnings[assumed] += count
