"""The logs that a detector carries, really read and really run: a detector that fails one is not used."""

import datetime as dt
import tempfile
from pathlib import Path

from ingest.engine.detectors.broken import broken
from ingest.engine.detectors.events import Events, EventTable
from ingest.engine.detectors.model import Detector
from ingest.engine.detectors.running import Answer, run_detector
from ingest.engine.events.reading import EventIntake
from ingest.engine.result import Options
from ingest.engine.source import Source

SHOWN = 200


def check_samples(detector: Detector) -> None:
    """Raise `BrokenDetector` with the log at which a detector is wrong."""
    for number, log in enumerate(detector.samples.matches, 1):
        where = f"{detector.file}, rule “{detector.name}”, zenrei, matches, log {number}"
        answer = _run(detector, log, where)
        if not answer.hits:
            why = f" ({'; '.join(row.reason for row in answer.doubts)})" if answer.doubts else ""
            raise broken(where, f"nothing is found in it{why}", f"it begins: {_shown(log)}")
    for number, log in enumerate(detector.samples.misses, 1):
        where = f"{detector.file}, rule “{detector.name}”, zenrei, misses, log {number}"
        answer = _run(detector, log, where)
        if answer.hits:
            line = answer.hits[0].lines[0].line
            raise broken(where, f"it is found, by its line {line}", f"it begins: {_shown(log)}")


def _run(detector: Detector, log: str, where: str) -> Answer:
    formats = {name for rule in detector.rules for name in rule.logsource.formats}
    options = Options(format=formats.pop() if len(formats) == 1 else None)
    with tempfile.TemporaryDirectory(prefix="zenrei-samples-") as folder:
        path = Path(folder) / "sample"
        path.write_text(log if log.endswith("\n") else f"{log}\n", encoding="utf-8", errors="backslashreplace")
        intake = EventIntake(options, None, None)
        intake.read([Source(path, "sample", written=dt.date.fromisoformat(detector.date))])
    report = intake.reports[0]
    if report.unread_lines:
        unread = next(iter(report.unread_examples))
        raise broken(where, f"its line {unread.line} is not read: {unread.reason}", "give lines as a log has them")
    return run_detector(Events([EventTable(intake.frame().lazy())]), detector)


def _shown(log: str) -> str:
    line = log.strip().splitlines()[0]
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
