"""Reads FortiMail logs in compiled blocks, and each line that does not fit there the plain way."""

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.engine.containers import Member, Meter
from ingest.engine.encodings import UTF8, sniff_utf16
from ingest.engine.event import DONE, TOLD, Event, Flag, Kind
from ingest.engine.fast.blocks import Block, Blocks
from ingest.engine.fast.compiled import compiled
from ingest.engine.fast.learned import Learned, digest_of, family_of, hash_text
from ingest.engine.fast.rows import ALONE, BLANK, FAST, SLOW
from ingest.engine.fast.store import MOST_LINES, Store
from ingest.engine.fortimail.lines import FortiMail
from ingest.engine.fortimail.session import is_queue_id
from ingest.engine.fortimail.tokens import Tokeniser
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
SHORT_LINE: Final = 64  # bytes, fewer than most lines have: room for so many rows is asked for
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


class Stream(NamedTuple):
    """What is being read: ``number`` is that of the source, ``silent`` that of the device of lines that name none."""

    reader: LineReader
    tally: Tally
    source: Source
    number: int
    place: int
    silent: int


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
        self._tokenise = Tokeniser()

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
        blocks = Blocks(reader.guarded(), self.options.limits.line_bytes)
        first = True
        for block in blocks:
            if first and not (isinstance(block, Block) and self._fits(block)):
                raise NotForThis(member.label)
            first = False
            if isinstance(block, Line):
                self._skip(block, tally)
                continue
            blocks.took(self._read_block(block, here))
            self._tell(tally.label, meter, block.offset, tally.lines)
        if first:
            raise NotForThis(member.label)
        self.bytes += reader.bytes
        self.lines += tally.lines
        self.reports.append(tally.report(reader))
        self._tell(member.label, meter, 0, 0)

    def _fits(self, block: Block) -> bool:
        """Whether a stream that begins so is a FortiMail log from its first lines on, as the plain intake finds."""
        skipped: list[Line] = []
        name, _ = pick_format(
            iter(LineReader(iter([block.raw[: block.size]]), self.options.limits)), self.options.format, skipped.append
        )
        lines = [line for line in skipped if line.text and not line.text.isspace()]
        return name == FORMAT and not lines and sniff_utf16(block.raw[: block.size]) is None

    def _read_block(self, block: Block, stream: Stream) -> int:
        """Read the lines of a block, and return their number. Few at a time at first, to learn from them."""
        at = done = 0
        while at < block.size:
            room = (block.size - at) // SHORT_LINE + 1
            count, at = self._read_part(block, at, done, min(self._at_once, room), stream)
            done += count
            self._at_once = min(4 * self._at_once, MOST_LINES)
        return done

    def _read_part(self, block: Block, at: int, done: int, most: int, stream: Stream) -> tuple[int, int]:
        """Read some lines of a block; returns how many, and where the next one begins."""
        tally, reader = stream.tally, stream.reader
        rows, states, shapes = self.store.room(most), np.empty(most, np.uint8), np.empty(most, np.uint64)
        bounds, seen = np.empty((most, 2), np.int64), np.zeros(max(1, len(self.units)), np.int64)
        first = block.first + done
        count, other, next_ = self._compiled.read_lines(
            (block.data, at, block.size, most),
            self._learned.known,
            (stream.place, first, block.offset, stream.silent),
            (rows, states, shapes, bounds),
            seen,
        )
        if other:
            reader.encodings[UTF8] += other
        broken = next_ > block.size and block.open and reader.damage is not None
        if broken:
            states[count - 1] = SLOW
        states = states[:count]
        named = [(int(seen[unit]), self.units[unit].device.name or "") for unit in np.flatnonzero(seen).tolist()]
        tally.lines += int(np.count_nonzero(states))
        tally.blank += int(np.count_nonzero(states == BLANK))
        for index in np.flatnonzero(states == SLOW).tolist():
            begin, end = bounds[index].tolist()
            line = reader.line(first + index, block.offset + begin, block.raw[begin:end])
            if broken and index == count - 1:
                line = line._replace(quality=CUT)
            event = self._read_line(line, tally)
            if event is None:
                continue
            unit = self.unit(event.device or stream.source.device, stream.number)
            if event.device:
                named.append((line.number, event.device))
            tokens = self._tokenise(line.text)
            if isinstance(tokens, str):
                continue  # it was read as an event, so there are tokens
            self._learned.learn(block.raw[begin:end].rstrip(b"\r"), int(shapes[index]), tokens, event, unit)
            if self._fill(rows[index], event, digest=digest_of(tokens), unit=unit, place=stream.place, line=line):
                states[index] = FAST
        read = states == FAST
        found = rows[:count] if read.all() else rows[:count][read]
        self._note(found, tally)
        for _, name in sorted(named):
            if len(tally.devices) < MOST_DEVICES:
                tally.devices.add(name)
        self.store.add(found)
        return count, next_

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
        counts = np.bincount(rows["unit"], minlength=1)
        for number in np.flatnonzero(counts).tolist():
            self.units[number].rows += int(counts[number])
        spans = np.full((max(1, len(self.units)), 2), -1, np.int64)
        days = np.empty((len(rows), 2), np.int64)
        first, last, noted = self._compiled.span_of(rows, _EVENT_KINDS, UNDATED // 2, spans, days)
        if first >= 0:
            tally.first = first if tally.first is None else min(tally.first, first)
            tally.last = last if tally.last is None else max(tally.last, last)
        for number in np.flatnonzero(spans[:, 0] >= 0).tolist():
            unit, (begin, end) = self.units[number], spans[number].tolist()
            unit.first = begin if unit.first is None else min(unit.first, begin)
            unit.last = end if unit.last is None else max(unit.last, end)
        for number, day in days[:noted].tolist():
            self.units[number].days.add(day)
