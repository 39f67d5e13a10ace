"""``zenrei transaction``: every line of a transaction, wherever it stands in the logs."""

import argparse
import sys
from dataclasses import asdict

import orjson

from cli.errors import UsageError
from cli.sources import sources_of, tell_unreadable
from ingest.engine.mentions import Mentions, find_mentions
from ingest.engine.source import Limits


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "transaction",
        help="show every line of a transaction, its children's too",
        description="Show every line that names an id as a word of its own, or one of its children.",
        epilog="exit codes: 0 found; 1 no line names it; 2 it cannot be searched for; 3 a file was not read to its end",
    )
    parser.add_argument("id", metavar="ID", help="the transaction, as a finding names it")
    parser.add_argument("files", nargs="*", metavar="FILE", help="a log, plain or packed; - is standard input")
    parser.add_argument("--also", action="append", default=[], metavar="ID", help="another id of the same message")
    parser.add_argument("--manifest", metavar="FILE.json", help="sources as a JSON list")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the lines, and return the exit code."""
    with sources_of(arguments) as sources:
        tell_unreadable(sources)
        try:
            mentions = find_mentions(sources, [arguments.id, *arguments.also], Limits())
        except ValueError as error:
            raise UsageError(str(error)) from error
    if arguments.json:
        answer = {
            "lines": [asdict(one) for one in mentions.found],
            "left_out": mentions.left_out,
            "broken": [{"file": label, "reason": reason} for label, reason in mentions.broken.items()],
        }
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()
    else:
        _print(mentions)
    if mentions.broken:
        return 3
    return 0 if mentions.found else 1


def _print(mentions: Mentions) -> None:
    if not mentions.found:
        print("zenrei: no line that was searched names it", file=sys.stderr)
    for one in mentions.found:
        print(f"{one.label}:{one.line}\t{one.text}")
    if mentions.left_out:
        print(f"zenrei: {mentions.left_out} more lines name it and are not shown", file=sys.stderr)
    for label, reason in mentions.broken.items():
        print(f"zenrei: {label}: not all of it was searched: {reason}", file=sys.stderr)
