"""``zenrei parse``: what each line says, one JSON object a line."""

import argparse
import sys

import orjson

from cli.sources import sources_of
from ingest.engine.formats import REGISTRY
from ingest.engine.parse import Parser, Row
from ingest.engine.source import Limits


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser("parse", help="show what each line of a log says, as JSON lines")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a log, plain or packed; - is standard input")
    parser.add_argument(
        "--format", choices=sorted(REGISTRY), metavar="NAME", help="the log's format (default: by content)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the rows; exit 2 where nothing could be read, 3 where something could not, else 0."""
    out = sys.stdout.buffer

    def emit(row: Row) -> None:
        """One row, one line."""
        out.write(orjson.dumps(row) + b"\n")

    parser = Parser(emit, arguments.format, Limits())
    with sources_of(arguments) as sources:
        parser.parse(sources)
    out.flush()
    for label, reason in parser.faults:
        print(f"zenrei: {label}: reading ended early: {reason}", file=sys.stderr)
    if not parser.read:
        print("zenrei: nothing could be read: no line fits a format that this program knows", file=sys.stderr)
        return 2
    return 3 if parser.unread or parser.faults else 0
