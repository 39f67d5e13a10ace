"""Line by line, what each says: the rows of `zenrei parse`."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ingest.engine.containers import Member, Meter, members, open_source
from ingest.engine.event import Event
from ingest.engine.formats import make_format, misfit
from ingest.engine.intake import broken, pick_format
from ingest.engine.reader import Line, LineReader
from ingest.engine.source import Damaged, Limits, Source
from ingest.engine.tally import line_zone, show
from ingest.engine.times import read_zone, rfc3339

TEXT_LENGTH: Final = 4096
Row = dict[str, Any]


class Parser:
    """Gives every line of the sources to ``emit`` as a row. ``read``, ``unread`` and ``faults`` sum it up."""

    def __init__(self, emit: Callable[[Row], None], format_name: str | None, limits: Limits) -> None:
        if format_name:
            make_format(format_name)
        self.read = 0
        self.unread = 0
        self.faults: list[tuple[str, str]] = []
        self._emit = emit
        self._format = format_name
        self._limits = limits

    def parse(self, sources: Sequence[Source]) -> None:
        """Read all sources. A stream that breaks off is noted in ``faults`` as (label, reason)."""
        for source in sources:
            try:
                handle, size = open_source(source)
            except Damaged as fault:
                self.faults.append((source.label, str(fault)))
                continue
            with handle:
                for member in members(source, Meter(self._limits, size), handle):
                    self._stream(member, source)

    def _stream(self, member: Member, source: Source) -> None:
        reader = LineReader(member.chunks, self._limits)
        lines = iter(reader)
        name, held = pick_format(lines, self._format, lambda line: self._skip(line, member.label))
        if name:
            self._lines(name, itertools.chain(held, lines), member.label, source)
        if reader.damage:
            self.faults.append((member.label, reader.damage))

    def _lines(self, name: str, lines: Iterator[Line], label: str, source: Source) -> None:
        reading, zone = make_format(name, source.reference), read_zone(source.zone)
        for line in lines:
            if reason := broken(line, self._limits):
                self._skip(line, label, reason)
                continue
            if not line.text or line.text.isspace():
                continue
            event = reading.read(line.text)
            if isinstance(event, Event):
                self.read += 1
                time = rfc3339(event.stamp, zone or (line_zone(event.zone) if event.zone else None))
                self._emit(row(event, line, time, name, label))
            else:
                self._skip(line, label, event.reason)

    def _skip(self, line: Line, label: str, reason: str = "") -> None:
        if line.text and not line.text.isspace():
            self.unread += 1
            text = show(line.text, TEXT_LENGTH)
            reason = broken(line, self._limits) or reason or misfit(line.text)
            self._emit({"line": line.number, "offset": line.offset, "unread": reason, "text": text, "file": label})


def said(event: Event) -> Row:
    """What an event says, by the names of the contract."""
    return {
        "type": event.type,
        "transaction": event.key,
        "child": event.child,
        "told": event.told,
        "told_scope": event.told_scope,
        "done": event.done,
        "copy": event.copy,
        "sender": event.sender,
        "recipients": event.recipients,
        "client_ip": event.client_ip,
        "verdict": event.verdict,
        "verdict_code": event.verdict_code,
        "dispositions": event.dispositions,
        "message": event.message,
    }


def row(event: Event, line: Line, time: str | None, name: str, label: str) -> Row:
    """The row of a line that was read, in the shape of the contract."""
    return {
        "line": line.number,
        "offset": line.offset,
        "time": time,
        "format": name,
        **said(event),
        "fields": event.fields,
        "message_fields": event.message_fields,
        "warning": event.warning,
        "file": label,
    }
