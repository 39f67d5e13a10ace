"""Detectors made to order, and a short way to run them over lines."""

import textwrap
from pathlib import Path
from typing import Any

import yaml

from ingest.engine.detectors.events import Events, EventTable
from ingest.engine.detectors.loader import load_detector
from ingest.engine.detectors.model import Detector
from ingest.engine.detectors.running import Answer, run_detector
from ingest.engine.events.reading import EventIntake
from ingest.engine.result import Options
from ingest.engine.source import Source

ID = "1b6c0a52-77f4-4a86-8f0e-3f0c8a4f2d90"
HEAD: dict[str, Any] = {
    "title": "A rule",
    "id": ID,
    "name": "a-rule",
    "date": "2026-11-29",
    "level": "high",
    "zenrei": {"matches": ["x"], "misses": ["y"]},
}
JSON = {"product": "json_lines"}


def rule(detection: dict[str, Any] | str, logsource: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A rule that is a detector by itself."""
    given = yaml.safe_load(textwrap.dedent(detection)) if isinstance(detection, str) else detection
    return HEAD | {"logsource": logsource or JSON, "detection": given} | more


def part(name: str, detection: dict[str, Any], logsource: dict[str, str] | None = None) -> dict[str, Any]:
    """A rule that a correlation refers to."""
    selection = {"selection": detection, "condition": "selection"}
    return {"title": name, "name": name, "logsource": logsource or JSON, "detection": selection}


def correlation(words: dict[str, Any], *parts: dict[str, Any], **more: Any) -> str:
    """A correlation with its rules, as a file."""
    return yaml.safe_dump_all([HEAD | {"correlation": words} | more, *parts], sort_keys=False)


def load(given: dict[str, Any] | str) -> Detector:
    """The detector of a rule or a file's text."""
    return load_detector((given if isinstance(given, str) else yaml.safe_dump(given)).encode(), "d.yml")


def events_of(tmp_path: Path, *logs: str, **facts: Any) -> Events:
    """The events of texts, each a file of its own called ``0.log``, ``1.log`` …"""
    sources = []
    for number, log in enumerate(logs):
        path = tmp_path / f"{number}.log"
        path.write_text(log, encoding="utf-8")
        sources.append(Source(path, path.name))
    intake = EventIntake(Options(), None, None)
    intake.read(sources)
    assert not any(report.unread_lines for report in intake.reports), intake.reports
    return Events([EventTable(intake.frame().lazy(), **facts)])


def run(tmp_path: Path, given: dict[str, Any] | str, *logs: str) -> Answer:
    """Run a detector over texts."""
    return run_detector(events_of(tmp_path, *logs), load(given))


def lines_of(answer: Answer) -> list[list[int]]:
    """The numbers of the lines that each hit cites."""
    return [[line.line for line in hit.lines] for hit in answer.hits]


def reasons_of(answer: Answer) -> str:
    """Why something was not judged."""
    return "; ".join(row.reason for row in answer.doubts)
