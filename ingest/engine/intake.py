"""Read every source into the ledger, and note for every stream what was read and what was not."""

import itertools
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, Self

from ingest.engine.containers import Member, Meter, failing, members, open_source
from ingest.engine.event import Event
from ingest.engine.findings.coverage import Context
from ingest.engine.findings.whole import Totals
from ingest.engine.formats import detect, make_format, misfit
from ingest.engine.judge import Judgement, judge
from ingest.engine.logformats.memory import Memory
from ingest.engine.logformats.reader import DataFormat
from ingest.engine.reader import CUT, TOO_LONG, Line, LineReader
from ingest.engine.result import FileReport, OnProgress, Options, Progress
from ingest.engine.source import Damaged, Limits, Source
from ingest.engine.tally import Tally
from ingest.engine.times import read_zone
from ingest.engine.transactions import Ledger

SAMPLE_LINES: Final = 200
MOST_HELD: Final = 2 * SAMPLE_LINES  # with lines that are too long among them
PROGRESS_LINES: Final = 4096
BROKEN_OFF: Final = "the stream breaks off inside this line"
_UNREADABLE: Final = frozenset({TOO_LONG, CUT})


class Place(NamedTuple):
    """Where records of a number come from: the source, and the how-manieth stream of it.

    ``format`` is what `make_format` needs to read a line of it once more.
    """

    source: int
    stream: int
    label: str
    format: str | None


def pick_format(
    lines: Iterator[Line], forced: str | None, skip: Callable[[Line], None]
) -> tuple[str | None, list[Line]]:
    """The format of a stream, and the lines looked at for it that are still to be read.

    Lines before the first block that some format fits go to ``skip``; so garbage in front hides nothing.
    """
    if forced:
        return forced, []
    block: list[Line] = []
    texts: list[str] = []
    for line in lines:
        if not line.text or line.text.isspace():
            skip(line)
            continue
        block.append(line)
        if line.quality not in _UNREADABLE:
            texts.append(line.text)
        if len(texts) == SAMPLE_LINES or len(block) == MOST_HELD:
            if matches := detect(texts):
                return matches[0].name, block
            for one in block:
                skip(one)
            block, texts = [], []
    if matches := detect(texts):
        return matches[0].name, block
    for one in block:
        skip(one)
    return None, []


def broken(line: Line, limits: Limits) -> str | None:
    """Why a line is not even looked at, or None."""
    if line.quality == TOO_LONG:
        return f"it is longer than {limits.line_bytes} bytes"
    return BROKEN_OFF if line.quality == CUT else None


class Intake:
    """Reads sources one after the other; ``places`` and ``reports`` grow by one per stream."""

    def __init__(self, options: Options, on_progress: OnProgress | None) -> None:
        self.ledger = Ledger()
        self.places: list[Place] = []
        self.reports: list[FileReport] = []
        self.texts: dict[tuple[int, int], str] = {}  # of lines that were read more than once, by place and number
        self.lines = 0
        self.bytes = 0
        self.options = options
        self._report = on_progress
        self._done = 0
        self._whole = 1
        self._memories: dict[tuple[str, str | int], Memory] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up what was taken to hold what was read."""

    def judge(self, context: Context, baseline: Totals | None, _: list[Source]) -> Judgement:
        """Judge what was read; ``baseline`` are the totals of another log."""
        return judge(self.ledger, context, baseline)

    def read(self, sources: list[Source]) -> None:
        """Read all sources."""
        self._whole = max(1, sum(size_of(source) for source in sources))
        for number, source in enumerate(sources):
            self._read_source(number, source)
        self.ledger.join()

    def _read_source(self, number: int, source: Source) -> None:
        try:
            handle, size = open_source(source)
        except Damaged as fault:
            self._read_stream(number, 0, source, Member(source.label, failing(fault), packed=False), None)
            return
        meter = Meter(self.options.limits, size)
        with handle:
            for stream, member in enumerate(members(source, meter, handle)):
                self._read_stream(number, stream, source, member, meter)
        self._done += size

    def _read_stream(self, number: int, stream: int, source: Source, member: Member, meter: Meter | None) -> None:
        reader = LineReader(member.chunks, self.options.limits)
        tally = Tally(member.label, source.device, read_zone(source.zone))
        lines = iter(reader)
        tally.format, held = pick_format(lines, self.options.format, lambda line: self._skip(line, tally))
        self.places.append(Place(number, stream, member.label, tally.format))
        if tally.format:
            self._read_lines(number, source, itertools.chain(held, lines), tally, meter)
        self.bytes += reader.bytes
        self.lines += tally.lines
        self.reports.append(tally.report(reader))
        self._tell(member.label, meter, 0, 0)

    def _skip(self, line: Line, tally: Tally, reason: str = "") -> None:
        tally.lines += 1
        if not line.text or line.text.isspace():
            tally.blank += 1
        else:
            tally.unread(line.number, line.text, broken(line, self.options.limits) or reason or misfit(line.text))

    def _read_lines(
        self, number: int, source: Source, lines: Iterator[Line], tally: Tally, meter: Meter | None
    ) -> None:
        place, ledger, see = len(self.places) - 1, self.ledger, tally.see
        reading = make_format(tally.format or "", source.reference, self._memory(tally.format or "", number, source))
        read = reading.read
        device, name = ledger.device(source.device, number), source.device
        for line in lines:
            number_, offset, text, quality = line
            if not text or quality in _UNREADABLE or text.isspace():
                self._skip(line, tally)
                continue
            tally.lines += 1
            event = read(text)
            if not isinstance(event, Event):
                tally.unread(number_, text, event.reason)
                continue
            see(event)
            if (said := event.device or source.device) != name:
                name = said
                device = ledger.device(name, number)
            ledger.add(event, device, place, number_, offset)
            if not number_ % PROGRESS_LINES:
                self._tell(tally.label, meter, offset, tally.lines)
        if isinstance(reading, DataFormat):
            self.places[place] = self.places[place]._replace(format=reading.recipe)
            for link in reading.links:
                ledger.link(ledger.device(link.device or source.device, number), link)

    def _memory(self, name: str, number: int, source: Source) -> Memory:
        """What lines of a format and a device said so far; where nobody names the device, those of one source."""
        return self._memories.setdefault((name, source.device or number), Memory())

    def _tell(self, label: str, meter: Meter | None, read_bytes: int, read_lines: int) -> None:
        if self._report:
            fraction = min(1.0, (self._done + (meter.consumed if meter else 0)) / self._whole)
            self._report(Progress(fraction, self.bytes + read_bytes, self.lines + read_lines, 0, label))


def size_of(source: Source) -> int:
    """The bytes of a source on the disk; 0 where that cannot be said."""
    try:
        return source.path.stat().st_size
    except OSError:
        return 0
