"""``zenrei detect`` and ``zenrei events``: detectors over tables of events that are there already."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from cli.errors import UsageError
from cli.progress import reporter
from cli.sources import check_zone
from ingest.engine.formats import REGISTRY
from ingest.engine.result import Options, Progress
from ingest.engine.source import Source

if TYPE_CHECKING:
    from ingest.engine.detectors.events import EventTable
    from ingest.engine.detectors.model import Detector

SCHEMA: Final = "zenrei.detect/1"
FACTS: Final = ("label", "device", "firmware", "zone")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare both subcommands."""
    parser = commands.add_parser("detect", help="run detectors (Sigma) over tables that `zenrei events` made")
    parser.add_argument("tables", nargs="*", metavar="TABLE.parquet", help="without any, detectors are only checked")
    parser.add_argument("--detectors", metavar="DIR", required=True, help="a folder or a file; docs/detectors.md")
    parser.add_argument("--manifest", metavar="FILE.json", help="tables with facts of their own, as a JSON list")
    parser.add_argument("--findings", metavar="FILE.jsonl", help="write the findings to FILE, one JSON object a line")
    parser.add_argument("--unchecked", action="store_true", help="do not run the logs that the detectors carry")
    parser.add_argument("--progress", choices=["json"], help="progress as JSON lines on standard error")
    parser.set_defaults(run=run)
    parser = commands.add_parser("events", help="write what each line of a log says as a table, for `zenrei detect`")
    parser.add_argument("file", metavar="FILE", help="the log, plain or packed")
    parser.add_argument("--into", metavar="TABLE.parquet", required=True, help="the table to write")
    parser.add_argument("--format", choices=sorted(REGISTRY), metavar="NAME", help="the log's format")
    parser.add_argument("--progress", choices=["json"], help="progress as JSON lines on standard error")
    parser.set_defaults(run=run_events)


@contextmanager
def refusing() -> Iterator[None]:
    """Tell what is wrong with detectors or tables in one sentence."""
    from ingest.engine.detectors.broken import BrokenDetector  # noqa: PLC0415 - Polars takes longer than a small scan
    from ingest.engine.detectors.events import NoTable  # noqa: PLC0415

    try:
        yield
    except (BrokenDetector, NoTable) as error:
        raise UsageError(str(error)) from error


def load(name: str, *, checked: bool = True) -> "list[Detector]":
    """The detectors of a folder or a file, proved by the logs that they carry."""
    from ingest.engine.detectors.loader import load_detectors  # noqa: PLC0415
    from ingest.engine.detectors.samples import check_samples  # noqa: PLC0415

    with refusing():
        detectors = load_detectors(Path(name))
        for detector in detectors if checked else ():
            check_samples(detector)
    return detectors


def run(arguments: argparse.Namespace) -> int:
    """Print what detectors found and could not judge as one JSON object; findings go to a file where one is named."""
    from ingest.engine.detectors.events import Events, open_table  # noqa: PLC0415
    from ingest.engine.detectors.findings import findings_of, has_judged, not_judged_of, reports_of  # noqa: PLC0415
    from ingest.engine.detectors.running import run_detector  # noqa: PLC0415
    from ingest.engine.report import detector_json, finding_json, not_judged_json  # noqa: PLC0415

    detectors = load(arguments.detectors, checked=not arguments.unchecked)
    with refusing():
        tables = [open_table(Path(name)) for name in arguments.tables]
        complete = True
        if arguments.manifest:
            more, complete = read_tables(Path(arguments.manifest))
            tables += more
        if not tables:
            return tell({"schema": SCHEMA, "detectors": [head_json(detector) for detector in detectors]})
        events = Events(tables)
    say = reporter(arguments.progress)
    answers = []
    for number, detector in enumerate(detectors, 1):
        answers.append(run_detector(events, detector))
        if say:
            say(Progress(number / len(detectors), 0, 0, sum(len(one.hits) for one in answers), detector.name))
    findings = findings_of(events, answers, None)
    answer: dict[str, Any] = {
        "schema": SCHEMA,
        "detectors": [detector_json(one) for one in reports_of(answers, complete=complete)],
        "not_judged": [not_judged_json(row) for row in not_judged_of(answers, complete=complete)],
        "finding_counts": {one.detector.name: len(one.hits) for one in answers if has_judged(one, complete=complete)},
    }
    rows = [finding_json(one) for one in findings]
    if arguments.findings:
        try:
            with Path(arguments.findings).open("wb") as file:
                file.writelines(orjson.dumps(row) + b"\n" for row in rows)
        except OSError as error:
            raise UsageError(f"the findings cannot be written to {arguments.findings}: {error.strerror}") from error
        rows = []
    return tell(answer | {"findings": rows})


def read_tables(path: Path) -> "tuple[list[EventTable], bool]":
    """The tables of a manifest, ``{"path", "label", "device", "firmware", "zone", "complete"}`` each.

    The second answer is whether the logs of all of them were read whole.
    """
    from ingest.engine.detectors.events import open_table  # noqa: PLC0415

    try:
        rows: Any = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"the manifest {path} cannot be read: {error}") from error
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("path"), str) for row in rows
    ):
        raise UsageError(f"the manifest {path} is no JSON list of tables, each with a “path”")
    tables = []
    for number, row in enumerate(rows):
        facts = {key: row.get(key) for key in FACTS}
        if not all(value is None or isinstance(value, str) for value in facts.values()):
            raise UsageError(f"the manifest {path}: {', '.join(FACTS)} are texts")
        check_zone(Source(Path(row["path"]), row.get("label") or f"source {number}", zone=row.get("zone")))
        tables.append(open_table(Path(row["path"]), **{key: value for key, value in facts.items() if value}))
    return tables, all(row.get("complete", True) is True for row in rows)


def head_json(detector: "Detector") -> dict[str, Any]:
    """What a detector says of itself."""
    return {
        "id": detector.id,
        "rule": detector.name,
        "title": detector.title,
        "description": detector.description,
        "severity": detector.severity,
        "date": detector.date,
        "issue": detector.issue,
    }


def run_events(arguments: argparse.Namespace) -> int:
    """Write the table of a log's events; labels in it are empty, or the member of an archive behind ``!/``."""
    from ingest.engine.events.reading import write_events  # noqa: PLC0415

    path = Path(arguments.into)
    source = Source(Path(arguments.file), "")
    try:
        rows = write_events([source], path, Options(format=arguments.format), reporter(arguments.progress))
    except OSError as error:
        raise UsageError(f"the table of events cannot be written to {path}: {error.strerror or error}") from error
    return tell({"rows": rows})


def tell(answer: dict[str, Any]) -> int:
    """Print an answer."""
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()
    return 0
