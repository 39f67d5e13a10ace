"""``zenrei scan``: logs in, findings out."""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from cli import detect
from cli.errors import UsageError
from cli.progress import reporter
from cli.sources import STDIN, add_facts, shown_name, sources_of, tell_unreadable
from ingest.engine.findings.coverage import QUEUE_DAYS
from ingest.engine.findings.hit import SEVERITIES
from ingest.engine.formats import REGISTRY
from ingest.engine.report import finding_json, to_json
from ingest.engine.report_text import to_text
from ingest.engine.result import FAST_FROM, OnProgress, Options, ScanResult, part_of
from ingest.engine.scan import scan
from ingest.engine.source import Source

if TYPE_CHECKING:
    from ingest.engine.detectors.model import Detector

CODES = """exit codes: 0 all lines were read; 1 findings at or above --fail-on; 2 nothing could be read;
3 some lines could not be read, or the reading of a file ended early; with --fail-on also where no rule, or one of the
detectors, could judge anything"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "scan",
        help="find contradictions in mail logs",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a log, plain or packed; - is standard input")
    parser.add_argument(
        "--format", choices=sorted(REGISTRY), metavar="NAME", help="the log's format (default: by content)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument(
        "--oracle", action="store_true", help="the plain engine, which the compiled one is held against"
    )
    parser.add_argument("--progress", choices=["json"], help="progress as JSON lines on standard error")
    parser.add_argument(
        "--max-findings", type=int, default=1000, metavar="N", help="list at most N (default 1000, 0 all)"
    )
    parser.add_argument(
        "--findings", metavar="FILE.jsonl", help="write all findings to FILE, one JSON object a line, and list none"
    )
    parser.add_argument(
        "--fail-on", choices=SEVERITIES, metavar="SEVERITY", help="exit 1 for findings this bad or worse"
    )
    parser.add_argument(
        "--queue-days",
        type=int,
        default=QUEUE_DAYS,
        metavar="N",
        help=f"how long a message may be queued before it is lost (default {QUEUE_DAYS})",
    )
    parser.add_argument(
        "--baseline",
        action="append",
        default=[],
        metavar="FILE",
        help="a log of before, for the order of verdicts; may be given several times",
    )
    parser.add_argument(
        "--parquet", metavar="FILE", help="write what each line says to FILE as a table, sorted by transaction"
    )
    parser.add_argument(
        "--detectors", metavar="DIR", help="run the detectors (Sigma) of a folder or a file; docs/detectors.md"
    )
    parser.add_argument("--manifest", metavar="FILE.json", help="sources with facts of their own, as a JSON list")
    add_facts(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scan, print, and return the exit code."""
    if arguments.max_findings < 0:
        raise UsageError("--max-findings: give a number of 0 (all) or more")
    if arguments.queue_days < 1:
        raise UsageError("--queue-days: give a number of days, 1 or more")
    start = time.monotonic()
    detectors = detect.load(arguments.detectors) if arguments.detectors else []
    with sources_of(arguments) as sources:
        tell_unreadable(sources)
        limit = 0 if arguments.findings else arguments.max_findings
        options = Options(
            format=arguments.format,
            max_findings=limit,
            queue_days=arguments.queue_days,
            baseline=baseline_of(arguments),
            fast_from=None if arguments.oracle else FAST_FROM,
        )
        tell_unreadable(options.baseline)
        tell = reporter(arguments.progress)
        if arguments.parquet or detectors:
            result = scan(sources, options, part_of(tell, 0.0, 0.5))
            second = part_of(tell, 0.5, 1.0)
            result = scan_events(result, sources, options, parquet=arguments.parquet, detectors=detectors, tell=second)
        else:
            result = scan(sources, options, tell)
    if arguments.findings:
        write_findings(result, Path(arguments.findings))
        result = replace(result, findings=())
    if arguments.json:
        report = orjson.dumps(to_json(result, round(time.monotonic() - start, 3)))
        sys.stdout.buffer.write(report + b"\n")
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(to_text(result))
    return exit_code(result, arguments.fail_on)


def scan_events(
    result: ScanResult,
    sources: list[Source],
    options: Options,
    *,
    parquet: str | None,
    detectors: "list[Detector]",
    tell: OnProgress | None,
) -> ScanResult:
    """Write the table of events, and add what detectors find in it to a scan's answer."""
    from ingest.engine.detectors.findings import detect as find  # noqa: PLC0415
    from ingest.engine.events.reading import write_events  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="zenrei-events-") as folder:
        path = Path(parquet) if parquet else Path(folder) / "events.parquet"
        try:
            write_events(sources, path, options, tell)
        except OSError as error:
            raise UsageError(f"the table of events cannot be written to {path}: {error.strerror or error}") from error
        return find(result, path, detectors, options.max_findings) if detectors else result


def baseline_of(arguments: argparse.Namespace) -> tuple[Source, ...]:
    """The log of before: its lines come from the same unit and zone where the flags name them."""
    if STDIN in arguments.baseline:
        raise UsageError("--baseline: give a file; standard input can only be the log itself")
    return tuple(
        Source(Path(name), shown_name(name), device=arguments.device, zone=arguments.zone)
        for name in arguments.baseline
    )


def write_findings(result: ScanResult, path: Path) -> None:
    """All findings as JSON lines: a reader takes them one by one, however many there are."""
    try:
        with path.open("wb") as file:
            file.writelines(orjson.dumps(finding_json(finding)) + b"\n" for finding in result.findings)
    except OSError as error:
        raise UsageError(f"the findings cannot be written to {path}: {error.strerror}") from error


def exit_code(result: ScanResult, fail_on: str | None) -> int:
    """2 nothing read, else 1 by ``fail_on``, else 3 not all read, else 0.

    Who would fail on findings gets 3 too where no rule could judge anything, or a detector: that is no "none".
    """
    if not result.read_lines:
        print(f"zenrei: nothing could be read: {_why(result)}", file=sys.stderr)
        return 2
    names: list[str] = list(SEVERITIES)
    if fail_on and any(names.index(severity) >= names.index(fail_on) for severity in result.severity_counts):
        return 1
    silent = [one.rule for one in result.detectors if not one.judged]
    if fail_on and (silent or not (result.judged or result.detectors)):
        told = ", ".join(silent) or "no rule"
        negated = "could not judge anything" if silent else "could judge anything"
        print(f"zenrei: {told} {negated}: that nothing was found says nothing", file=sys.stderr)
        return 3
    return 0 if result.complete else 3


def _why(result: ScanResult) -> str:
    """The first files with their reasons."""
    reasons = []
    for file in result.files[:5]:
        reason = next(iter(file.warnings), None) or next(iter(file.unread_reasons), None) or "it holds only blank lines"
        reasons.append(f"{file.path}: {reason}")
    return "; ".join(reasons)
