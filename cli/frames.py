"""``zenrei frames``: make any place of a long or packed log quick to reach for ``zenrei lines``."""

import argparse
import hashlib
import re
import sys
from pathlib import Path
from typing import Any

import orjson

from cli.errors import UsageError
from ingest.engine.framing import make_frames
from ingest.engine.source import Limits, Source


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser("frames", help="make frames of a packed or large log, by which its lines are found")
    parser.add_argument("file", metavar="FILE", help="the log, plain or packed")
    parser.add_argument("--into", metavar="FOLDER", required=True, help="where they go; one folder a log")
    parser.add_argument("--sha256", metavar="HEX", help="the SHA-256 of FILE, where it is known")
    parser.add_argument("--streams", metavar="FILE.json", help="only of these streams (default: all packed or large)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make them, and print one JSON object a stream."""
    path, folder = Path(arguments.file), Path(arguments.into)
    wanted = None if arguments.streams is None else read_names(Path(arguments.streams))
    sha256 = sha256_of(path, arguments.sha256)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = make_frames(Source(path, ""), blob=sha256, folder=folder, limits=Limits(), wanted=wanted)
    except OSError as error:
        raise UsageError(f"the frames cannot be written to {folder}: {error.strerror}") from error
    for one in made:
        row = {"stream": one.name, "file": one.path.name, "bytes": one.bytes, "lines": one.lines}
        sys.stdout.buffer.write(orjson.dumps(row) + b"\n")
    return 0


def read_names(path: Path) -> set[str]:
    """The names of streams in a JSON list; a member is ``!/`` and what it is called, the file itself is empty."""
    try:
        names: Any = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"the list {path} cannot be read: {error}") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"the list {path} is no JSON list of names")
    return set(names)


def sha256_of(path: Path, known: str | None = None) -> str:
    """The SHA-256 of a file: the known one, else by reading it."""
    if known is not None:
        if not re.fullmatch(r"[0-9a-f]{64}", known):
            raise UsageError("--sha256: give the 64 digits of a SHA-256, in small letters")
        return known
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
