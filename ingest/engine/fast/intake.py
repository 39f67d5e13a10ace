"""Reads FortiMail logs in compiled blocks, and each line that does not fit there the plain way."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from ingest.engine.containers import Member, Meter
from ingest.engine.encodings import UTF8, sniff_utf16
from ingest.engine.event import DONE, TOLD, Event, Flag, Kind
from ingest.engine.fast.blocks import Block, Blocks
from ingest.engine.fast.compiled import compiled
from ingest.engine.fast.learned import Learned, digest_of, family_of, hash_text
from ingest.engine.fast.pipeline import MOST_LINES, Asked, Part, Pipeline, Slot
from ingest.engine.fast.rows import ALONE, BLANK, FAST, ROW, ROW_BYTES, SLOW
from ingest.engine.fast.store import Store
from ingest.engine.fortimail.lines import FortiMail
from ingest.engine.fortimail.session import is_queue_id
from ingest.engine.intake import Intake, Place, pick_format
from ingest.engine.reader import CUT, Line, LineReader
from ingest.engine.records import UNDATED
from ingest.engine.result import OnProgress, Options
from ingest.engine.source import Source
from ingest.engine.tally import MOST_DEVICES, Tally
from ingest.engine.times import read_zone
from ingest.engine.transactions import QUEUE_ID_AT, Device
from ingest.engine.truth import EVENT_KINDS

FORMAT: Final = "fortimail"
FIRST_LINES: Final = 250  # read at once at the beginning, then four times as many, and so on
MOST_NUMBERS: Final = 65_535  # a device's and a stream's have two bytes of a row
_EVENT_KINDS: Final = sum(1 << kind for kind in EVENT_KINDS)


class NotForThis(Exception):
    """What the compiled engine does not read: another format or encoding, garbage in front, too many devices."""


@dataclass(slots=True)
class Unit:
    """A device: what its lines cover, and what must be known of it to judge one of its families alone."""

    device: Device
    days: set[int] = field(default_factory=set)
    first: int | None = None
    last: int | None = None
    own: dict[int, str] = field(default_factory=dict)
    rows: int = 0


@dataclass(slots=True)
class Stream:
    """What is being read: ``number`` is that of the source, ``silent`` that of the device of lines that name none."""

    reader: LineReader
    tally: Tally
    source: Source
    number: int
    place: int
    silent: int
    line: int = 1  # the number of the next one

    def next_line(self, count: int = 1) -> int:
        """The number of the next line, where so many are taken."""
        number = self.line
        self.line += count
        return number


class FastIntake(Intake):
    """Reads sources as `Intake` does; rows of lines go to ``store`` instead of the ledger."""

    def __init__(self, options: Options, on_progress: OnProgress | None, store: Store) -> None:
        super().__init__(options, on_progress)
        self.store = store
        self.units: list[Unit] = []
        self._numbers: dict[tuple[str | None, int | None], int] = {}
        self._at_once = FIRST_LINES
        self._compiled = compiled()
        self._learned = Learned(self.ledger.tables, self._compiled)
        self._reading = FortiMail()
        self._pipeline = Pipeline(self._compiled)

    def read(self, sources: list[Source]) -> None:
        """Read all sources; raises `NotForThis`."""
        with self._pipeline:
            super().read(sources)

    def unit(self, name: str | None, source: int) -> int:
        """The number of a device, as `Ledger.device` tells them apart."""
        key = (name, None) if name else (None, source)
        number = self._numbers.get(key)
        if number is None:
            if len(self.units) > MOST_NUMBERS:
                raise NotForThis(f"more than {MOST_NUMBERS} devices")
            number = self._numbers[key] = len(self.units)
            self.units.append(Unit(self.ledger.device(name, source)))
        return number

    def _read_stream(self, number: int, stream: int, source: Source, member: Member, meter: Meter | None) -> None:
        reader = LineReader(member.chunks, self.options.limits)
        tally = Tally(member.label, source.device, read_zone(source.zone))
        tally.format = FORMAT
        if len(self.places) > MOST_NUMBERS:
            raise NotForThis(f"more than {MOST_NUMBERS} streams")
        self.places.append(Place(number, stream, member.label, FORMAT))
        here = Stream(reader, tally, source, number, len(self.places) - 1, self.unit(source.device, number))
        blocks = Blocks(reader.guarded(), self.options.limits.line_bytes, self._pipeline.memories)
        first = True
        for item, slot, part in self._pipeline.through(blocks, lambda: self._ask(here) if self._is_learned else None):
            if first and not (isinstance(item, Block) and self._fits(item)):
                raise NotForThis(member.label)
            first = False
            if isinstance(item, Block):
                self._read_block(item, slot, part, here)
                self._tell(tally.label, meter, item.offset, tally.lines)
            else:
                self._skip(item.line(here.next_line()), tally)
        if first:
            raise NotForThis(member.label)
        self.bytes += reader.bytes
        self.lines += tally.lines
        self.reports.append(tally.report(reader))
        self._tell(member.label, meter, 0, 0)

    @property
    def _is_learned(self) -> bool:
        """Whether most kinds of lines are known, so that blocks may be read ahead."""
        return self._at_once >= MOST_LINES

    def _ask(self, stream: Stream) -> Asked:
        return Asked(self._learned.known, stream.place, stream.silent, len(self.units))

    def _fits(self, block: Block) -> bool:
        """Whether a stream that begins so is a FortiMail log from its first lines on, as the plain intake finds."""
        skipped: list[Line] = []
        raw = block.line(0, block.size)
        name, _ = pick_format(iter(LineReader(iter([raw]), self.options.limits)), self.options.format, skipped.append)
        lines = [line for line in skipped if line.text and not line.text.isspace()]
        return name == FORMAT and not lines and sniff_utf16(raw) is None

    def _read_block(self, block: Block, slot: Slot, part: Part | None, stream: Stream) -> None:
        """Read the lines of a block, but for those that were read ahead. Few at a time at first, to learn from them."""
        at = 0
        while at < block.size:
            if part is None:
                part = slot.read(block, at, self._at_once, self._ask(stream))
                self._at_once = min(4 * self._at_once, MOST_LINES)
            self._take_in(block, part, stream)
            at, part = part.next_, None

    def _take_in(self, block: Block, part: Part, stream: Stream) -> None:
        """Take in what was read of a block; lines that were left over are read the plain way."""
        tally, reader, before = stream.tally, stream.reader, stream.next_line(part.lines) - 1
        rows, states = part.rows, part.states
        rows["line"] += np.uint32(before)
        if part.other:
            reader.encodings[UTF8] += part.other
        broken = part.next_ > block.size and block.open and reader.damage is not None
        if broken:
            states[-1] = SLOW
        named = [
            (int(part.seen[unit]) + before, self.units[unit].device.name or "")
            for unit in np.flatnonzero(part.seen).tolist()
        ]
        tally.lines += int(np.count_nonzero(states))
        tally.blank += int(np.count_nonzero(states == BLANK))
        for index in np.flatnonzero(states == SLOW).tolist():
            begin, end = part.bounds[index].tolist()
            raw = block.line(begin, end)
            line = reader.line(before + index + 1, block.offset + begin, raw)
            if broken and index == part.lines - 1:
                line = line._replace(quality=CUT)
            event = self._read_line(line, tally)
            if event is None:
                continue
            unit = self.unit(event.device or stream.source.device, stream.number)
            if event.device:
                named.append((line.number, event.device))
            tokens = self._reading.tokens(line.text)
            if isinstance(tokens, str):
                continue  # it was read as an event, so there are tokens
            self._learned.learn(raw.rstrip(b"\r"), int(part.shapes[index]), tokens, event, unit)
            if self._fill(
                rows[index], event, digest=digest_of(self._compiled, tokens), unit=unit, place=stream.place, line=line
            ):
                states[index] = FAST
        read = states == FAST
        found = rows if read.all() else rows.view(ROW_BYTES)[read].view(ROW)
        self._note(found, tally)
        for _, name in sorted(named):
            if len(tally.devices) < MOST_DEVICES:
                tally.devices.add(name)
        self.store.add(found)

    def _read_line(self, line: Line, tally: Tally) -> Event | None:
        """A line the plain way: its event, or None with a note where it has none."""
        if not line.text or line.quality == CUT or line.text.isspace():
            self._skip(line, tally)
            return None
        tally.lines += 1
        event = self._reading.read(line.text)
        if not isinstance(event, Event):
            tally.unread(line.number, line.text, event.reason)
            return None
        tally.see(event._replace(device=None))
        return event

    def _fill(self, row: Any, event: Event, *, digest: int, unit: int, place: int, line: Line) -> bool:
        """Write an event into a row; False where it names no transaction, or says nothing that could be judged."""
        speaks = event.kind is not Kind.OTHER or bool(event.flags)
        key = event.key
        if key is None:
            loose = self.units[unit].device.loose
            if event.kind is Kind.HISTORY:
                loose[digest] = (event.stamp, self.ledger.tables.verdicts((event.verdict, event.verdict_code)))
            elif speaks:
                loose[digest] = None
            return False
        flags = event.flags
        one_or_none = not event.recipients or (len(event.recipients) == 1 and event.recipients[0])
        if not one_or_none or flags & Flag.OWN_ID or event.stamp is None:
            flags |= ALONE
        if flags & Flag.OWN_ID:
            self.units[unit].own[hash_text(event.words[6:20])] = event.words[6:20]
        half = key[QUEUE_ID_AT:]
        verdict = event.envelope
        if event.kind is Kind.HISTORY:
            verdict = self.ledger.tables.verdicts((event.verdict, event.verdict_code))
        row["family"] = family_of(hash_text(key), unit)
        row["digest"], row["words"] = digest, hash_text(event.words)
        row["recipient"] = hash_text(event.recipients[0]) if event.recipients else 0
        row["half"] = hash_text(half) if is_queue_id(half) else 0
        row["stamp"] = UNDATED + (event.clock or 0) if event.stamp is None else event.stamp
        row["offset"], row["line"], row["place"], row["unit"] = line.offset, line.number, place, unit
        row["verdict"], row["flags"], row["kind"] = verdict, flags, event.kind
        row["told"], row["done"] = TOLD.index(event.told), DONE.index(event.done)
        row["child"] = event.child is not None
        return True

    def _note(self, rows: Any, tally: Tally) -> None:
        """The times that rows span, for the stream and for the coverage of their devices."""
        spans = np.full((max(1, len(self.units)), 3), (-1, -1, 0), np.int64)
        days = np.empty((len(rows), 2), np.int64)
        first, last, noted = self._compiled.span_of(rows, _EVENT_KINDS, UNDATED // 2, spans, days)
        if first >= 0:
            tally.first = first if tally.first is None else min(tally.first, first)
            tally.last = last if tally.last is None else max(tally.last, last)
        for number in np.flatnonzero(spans[:, 2]).tolist():
            unit, (begin, end, count) = self.units[number], spans[number].tolist()
            unit.rows += count
            if begin < 0:
                continue
            unit.first = begin if unit.first is None else min(unit.first, begin)
            unit.last = end if unit.last is None else max(unit.last, end)
        for number, day in days[:noted].tolist():
            self.units[number].days.add(day)
