"""Every line that can be read, into a table of events in Parquet, sorted by transaction.

The lines are read once more, the plain way: a scan keeps of a line what its rules ask for, and no text. Memory is that
of one part at a time, however long the log is.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.engine.containers import Meter
from ingest.engine.event import Event
from ingest.engine.events.batch import Batch
from ingest.engine.events.columns import UNIT
from ingest.engine.events.parts import Parts, Roots, sort_part
from ingest.engine.events.runtime import pl
from ingest.engine.formats import make_format
from ingest.engine.intake import PROGRESS_LINES, Intake
from ingest.engine.logformats.reader import DataFormat
from ingest.engine.reader import CUT, TOO_LONG, Line
from ingest.engine.result import OnProgress, Options
from ingest.engine.source import Source
from ingest.engine.tally import Tally, line_zone
from ingest.engine.times import read_zone, rfc3339
from ingest.engine.transactions import Device, Ledger


def write_events(
    sources: list[Source], path: Path, options: Options | None = None, on_progress: OnProgress | None = None
) -> int:
    """Write the table of the sources' events to a Parquet file, whole or not at all; returns its rows.

    Raises `OSError` where it cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix=".zenrei-events-", dir=path.parent) as folder:
        intake = EventIntake(options or Options(), on_progress, Parts(Path(folder)))
        intake.read(sources)
        whole = Path(folder) / "whole.parquet"
        rows = intake.write(whole)
        whole.replace(path)
    return rows


class _Ledger(Ledger):
    """Joins ids as a scan does, and notes what each became part of."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: Roots = {}

    def _adopt(self, device: Device, root: str, child: str) -> None:
        super()._adopt(device, root, child)
        self.roots[_unit(device), child] = root


class EventIntake(Intake):
    """Reads sources as `Intake` does; the events go into parts of a table, without them all stay in memory."""

    def __init__(self, options: Options, on_progress: OnProgress | None, parts: Parts | None) -> None:
        super().__init__(options, on_progress)
        self.ledger: _Ledger = _Ledger()
        self._parts = parts
        self._batch = Batch()

    def write(self, path: Path) -> int:
        """Write the table, once all is read; returns its rows."""
        assert self._parts is not None  # noqa: S101 - without them there is `frame`
        self._parts.add(self._batch.take())
        cut = [place for place, report in enumerate(self.reports) if not report.complete]
        return self._parts.merge(path, self._batch.keys, self.ledger.roots, cut)

    def frame(self) -> pl.DataFrame:
        """The table as it is in memory, of a log that is small; with it the reading ends."""
        return sort_part(self._batch.take(), self.ledger.roots)

    def _read_lines(
        self, number: int, source: Source, lines: Iterator[Line], tally: Tally, meter: Meter | None
    ) -> None:
        name = tally.format or ""
        reading = make_format(name, source.reference, self._memory(name, number, source))
        links = isinstance(reading, DataFormat)  # only such formats lead from id to id
        place = len(self.places) - 1
        zone = read_zone(source.zone)
        for line in lines:
            if not line.text or line.quality in (CUT, TOO_LONG) or line.text.isspace():
                self._skip(line, tally)
                continue
            tally.lines += 1
            event = reading.read(line.text)
            if not isinstance(event, Event):
                tally.unread(line.number, line.text, event.reason)
                continue
            device = self.ledger.device(event.device or source.device, number)
            if links:
                self.ledger.add(event, device, place, line.number, line.offset)
            where: dict[str, Any] = {
                "place": place,
                "line": line.number,
                "offset": line.offset,
                "file": tally.label,
                "format": name,
                "device": device.name,
                "firmware": source.firmware,
                "zone": source.zone or event.zone,
                "time": rfc3339(event.stamp, zone or (line_zone(event.zone) if event.zone else None)),
                UNIT: _unit(device),
            }
            self._batch.add(event, line.text, where)
            if self._batch.full and self._parts:
                self._parts.add(self._batch.take())
            if not line.number % PROGRESS_LINES:
                self._tell(tally.label, meter, line.offset, tally.lines)
        if isinstance(reading, DataFormat):
            for link in reading.links:
                self.ledger.link(self.ledger.device(link.device or source.device, number), link)


def _unit(device: Device) -> str:
    return device.name if device.name is not None else f"\0{device.source}"
