"""``zenrei lines``: the lines around a cited one."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import orjson

from cli import frames
from cli.errors import UsageError
from ingest.engine.context import Cache, NoSuchLine, lines_around
from ingest.engine.source import Limits, Source


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser("lines", help="show the lines around a cited line")
    parser.add_argument("file", metavar="FILE", help="the log, plain or packed")
    parser.add_argument("--line", type=int, required=True, metavar="N", help="the number of the cited line")
    parser.add_argument(
        "--offset", type=int, required=True, metavar="BYTES", help="where it begins, in the unpacked stream"
    )
    parser.add_argument(
        "--context", type=int, default=10, metavar="N", help="lines on both sides (default 10, at most 200)"
    )
    parser.add_argument("--label", metavar="NAME", help="the name of the stream in the finding (default: FILE)")
    parser.add_argument(
        "--source-label", metavar="NAME", help="the label that the source had in the scan (default: FILE)"
    )
    parser.add_argument("--frames", metavar="FOLDER", help="the frames of FILE that `zenrei frames` made")
    parser.add_argument("--sha256", metavar="HEX", help="the SHA-256 of FILE, where it is known")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the lines; exit 2 where the place names none."""
    name = arguments.file.encode(errors="backslashreplace").decode()
    path = Path(arguments.file)
    source = Source(path, arguments.source_label or name)
    label = arguments.label or source.label
    if arguments.line < 1 or arguments.offset < 0:
        raise UsageError("--line begins at 1 and --offset at 0")
    cache = None
    if arguments.frames:
        cache = Cache(Path(arguments.frames), frames.sha256_of(path, arguments.sha256))
    try:
        lines = lines_around(
            source,
            label=label,
            line=arguments.line,
            offset=arguments.offset,
            context=arguments.context,
            limits=Limits(),
            cache=cache,
        )
    except NoSuchLine as error:
        raise UsageError(f"{arguments.file}: {error}") from error
    if arguments.json:
        sys.stdout.buffer.write(orjson.dumps({"file": label, "lines": [asdict(line) for line in lines]}) + b"\n")
        return 0
    for line in lines:
        print(f"{'>' if line.cited else ' '} {line.line}\t{line.text}")
    return 0
