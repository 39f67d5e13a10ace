"""``zenrei diff``: two logs side by side, what became of messages before and after."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from cli.errors import UsageError
from cli.progress import reporter
from cli.sources import STDIN, check_zone, read_manifest, sources_of, tell_unreadable
from ingest.engine.comparison.compare import WAYS, Comparison, Days, compare
from ingest.engine.comparison.report import to_json, to_text
from ingest.engine.formats import REGISTRY
from ingest.engine.result import Options
from ingest.engine.source import Source

CODES = """exit codes: 0 all lines were read; 1 with --fail-on-change, where a difference is significant; 2 of one of
the logs nothing could be read; 3 some lines could not be read, the reading of a file ended early, or with
--fail-on-change nothing could be tested"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "diff",
        help="compare what became of messages in two logs",
        description="Compare two logs: messages by what was told and done, the verdict and the policy.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="*", metavar="LOG", help="BEFORE and AFTER, plain or packed; one may be - (standard input)"
    )
    parser.add_argument(
        "--manifests",
        nargs=2,
        metavar=("BEFORE.json", "AFTER.json"),
        help="instead of LOG: two JSON lists of sources with facts of their own",
    )
    for side in ("before", "after"):
        parser.add_argument(
            f"--days-{side}",
            metavar="FIRST..LAST",
            help=f"count only messages {side} that began on these days (2022-06-01..2022-06-07, ..2022-06-07)",
        )
    parser.add_argument(
        "--by", default=",".join(WAYS), metavar="WAYS", help=f"what to count by (default {','.join(WAYS)})"
    )
    parser.add_argument(
        "--format", choices=sorted(REGISTRY), metavar="NAME", help="the format of both (default: by content)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--max-rows", type=int, default=0, metavar="N", help="list at most N in --json (default all)")
    parser.add_argument("--progress", choices=["json"], help="progress as JSON lines on standard error")
    parser.add_argument("--fail-on-change", action="store_true", help="exit 1 where a difference is significant")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and return the exit code."""
    if not arguments.manifests and len(arguments.files) != 2:
        raise UsageError("name two logs: BEFORE and AFTER")
    if arguments.files == [STDIN, STDIN]:
        raise UsageError("only one of the two logs can be standard input")
    if arguments.max_rows < 0:
        raise UsageError("--max-rows: give a number of 0 (all) or more")
    by = [way.strip() for way in arguments.by.split(",")]
    if set(by) - set(WAYS):
        raise UsageError(f"--by: choose of {', '.join(WAYS)}")
    days = days_of("--days-before", arguments.days_before), days_of("--days-after", arguments.days_after)
    start = time.monotonic()
    with _sides(arguments) as (before, after):
        tell_unreadable([*before, *after])
        options, told = Options(format=arguments.format), reporter(arguments.progress)
        comparison = compare(before, after, by=by, days=days, options=options, on_progress=told)
    if arguments.json:
        seconds = round(time.monotonic() - start, 3)
        report = to_json(comparison, seconds, most_rows=arguments.max_rows or None)
        sys.stdout.buffer.write(orjson.dumps(report) + b"\n")
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(to_text(comparison))
    return exit_code(comparison, fail_on_change=arguments.fail_on_change)


@contextmanager
def _sides(arguments: argparse.Namespace) -> Iterator[tuple[Sequence[Source], Sequence[Source]]]:
    """The sources of both sides."""
    if arguments.manifests:
        if arguments.files:
            raise UsageError("--manifests stands instead of two logs: leave them out")
        before, after = (read_manifest(Path(name)) for name in arguments.manifests)
        if not before or not after:
            raise UsageError("--manifests: each of the two lists needs a source")
        for source in (*before, *after):
            check_zone(source)
        yield before, after
        return
    with sources_of(arguments) as sources:
        yield sources[:1], sources[1:]


def days_of(flag: str, text: str | None) -> Days | None:
    """The days of ``FIRST..LAST``, of which either may be missing, or of one day; None where the flag is."""
    if text is None:
        return None
    first, dots, last = text.partition("..")
    try:
        return Days(first.strip() or None, (last if dots else first).strip() or None)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from error


def exit_code(comparison: Comparison, *, fail_on_change: bool) -> int:
    """2 where one log was not read at all, else 1 by ``fail_on_change``, else 3 where lines were not read, else 0.

    Who would fail on a change gets 3 too where messages were not tested: that is no "no change".
    """
    unread = [
        name for name, side in (("BEFORE", comparison.before), ("AFTER", comparison.after)) if not side.read_lines
    ]
    if unread:
        print(f"zenrei: nothing could be read of {' and '.join(unread)}", file=sys.stderr)
        return 2
    if fail_on_change and any(row.significant for row in comparison.rows):
        return 1
    sides = comparison.before, comparison.after
    untested = comparison.distance is None or any(side.undated or side.loose for side in sides)
    return 0 if all(side.complete for side in sides) and not (fail_on_change and untested) else 3
