"""What is noted about one stream while it is read: counts, unread lines by example, warnings, times."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.encodings import DAMAGED
from ingest.engine.event import Event
from ingest.engine.reader import LineReader
from ingest.engine.result import FileReport, UnreadLine
from ingest.engine.times import read_zone, rfc3339

EXAMPLES: Final = 10
EXAMPLES_PER_REASON: Final = 3
EXAMPLE_LENGTH: Final = 512
MOST_DEVICES: Final = 20
NO_LINES: Final = "it is empty"


@dataclass(slots=True)
class Tally:
    """One stream's notes; `report` turns them into data."""

    label: str
    device: str | None
    zone: dt.tzinfo | None
    format: str | None = None
    lines: int = 0
    blank: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[UnreadLine] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None
    offsets: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)

    def unread(self, line: int, text: str, reason: str) -> None:
        """Count a line that could not be read, and keep some."""
        self.reasons[reason] += 1
        if self.reasons[reason] <= EXAMPLES_PER_REASON and len(self.examples) < EXAMPLES:
            self.examples.append(UnreadLine(line, show(text, EXAMPLE_LENGTH), reason))

    def see(self, event: Event) -> None:
        """Note the times of an event, and its warning."""
        stamp = event.stamp
        if stamp is not None:
            if self.first is None or stamp < self.first:
                self.first = stamp
            if self.last is None or stamp > self.last:
                self.last = stamp
        if event.warning:
            self.warnings[event.warning] += 1
        if event.zone and len(self.offsets) < 2:
            self.offsets.add(event.zone)
        if event.device and len(self.devices) < MOST_DEVICES:
            self.devices.add(event.device)

    def report(self, reader: LineReader) -> FileReport:
        """The notes as data."""
        zone = self.zone or line_zone(next(iter(self.offsets))) if len(self.offsets) == 1 else self.zone
        warnings = [f"{_lines(count)}: {warning}" for warning, count in sorted(self.warnings.items())]
        if damaged := reader.encodings[DAMAGED]:
            warnings.append(f"{_lines(damaged)}: bytes that no encoding explains, shown as \\xNN")
        if reader.damage:
            warnings.insert(0, f"reading ended early: {reader.damage}")
        elif not self.lines:
            warnings.insert(0, NO_LINES)
        return FileReport(
            path=self.label,
            format=self.format,
            encoding=reader.encoding,
            bytes=reader.bytes,
            lines=self.lines,
            blank_lines=self.blank,
            unread_lines=self.reasons.total(),
            unread_examples=tuple(self.examples),
            unread_reasons=dict(self.reasons),
            warnings=tuple(warnings),
            first_time=rfc3339(self.first, zone),
            last_time=rfc3339(self.last, zone),
            device=self.device,
            named_devices=tuple(sorted(self.devices)),
            complete=reader.damage is None,
        )


def line_zone(offset: str) -> dt.tzinfo | None:
    """The zone that a line names (``+0900``), or None where the words are no offset."""
    try:
        return read_zone(offset)
    except ValueError:
        return None


def show(text: str, length: int) -> str:
    """Text for results, bounded."""
    return text[:length]


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
