"""Files, standard input and manifests as sources of the engine."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from cli.errors import UsageError
from ingest.engine.containers import open_source
from ingest.engine.source import Damaged, Source
from ingest.engine.times import read_zone

STDIN: Final = "-"
MANIFEST_KEYS: Final = ("path", "label", "device", "firmware", "zone")


def add_facts(parser: argparse.ArgumentParser) -> None:
    """Flags for what the log itself does not say."""
    parser.add_argument("--device", metavar="NAME", help="the unit that lines without device_id come from")
    parser.add_argument("--firmware", metavar="VERSION", help="the firmware that wrote the log")
    parser.add_argument("--zone", metavar="ZONE", help="the log's time zone: IANA name (Asia/Tokyo) or offset (+09:00)")


@contextmanager
def sources_of(arguments: argparse.Namespace) -> Iterator[list[Source]]:
    """The sources that the arguments name; standard input is kept in a temporary file, since lines are read again."""
    with tempfile.TemporaryDirectory(prefix="zenrei-") as folder:
        facts = {key: getattr(arguments, key, None) for key in ("device", "firmware", "zone")}
        sources = [_source(name, Path(folder), facts) for name in arguments.files]
        if manifest := getattr(arguments, "manifest", None):
            sources += read_manifest(Path(manifest))
        if not sources:
            raise UsageError("no file is named: give FILE…, - for standard input, or --manifest FILE")
        for source in sources:
            check_zone(source)
        yield sources


def shown_name(name: str) -> str:
    """A file's name as results call it: bytes of it that are no text are shown as such."""
    return name.encode(errors="backslashreplace").decode()


def _source(name: str, folder: Path, facts: dict[str, Any]) -> Source:
    if name != STDIN:
        return Source(Path(name), shown_name(name), **facts)
    path = folder / "stdin"
    with path.open("wb") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
    return Source(path, STDIN, **facts)


def check_zone(source: Source) -> None:
    """Raise `UsageError` where a source's zone is none."""
    try:
        read_zone(source.zone)
    except ValueError as error:
        raise UsageError(f"{source.label}: {error}") from error


def tell_unreadable(sources: Sequence[Source]) -> None:
    """Say on standard error which files cannot even be opened: a wrong name is not to be searched for in a report."""
    for source in sources:
        try:
            open_source(source)[0].close()
        except Damaged as fault:
            reason = "no such file" if isinstance(fault.__cause__, FileNotFoundError) else str(fault)
            print(f"zenrei: {source.label} cannot be read: {reason}", file=sys.stderr, flush=True)


def read_manifest(path: Path) -> list[Source]:
    """The sources of a manifest: a JSON list of ``{"path", "label", "device", "firmware", "zone"}``."""
    try:
        rows: Any = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"the manifest {path} cannot be read: {error}") from error
    if not isinstance(rows, list):
        raise UsageError(f"the manifest {path} is no JSON list of sources")
    return [_manifest_row(row, place, path) for place, row in enumerate(rows, 1)]


def _manifest_row(row: Any, place: int, path: Path) -> Source:
    where = f"the manifest {path}, source {place}"
    if not isinstance(row, dict) or not isinstance(row.get("path"), str):
        raise UsageError(f"{where}: it needs a “path”")
    for key, value in row.items():
        if key not in MANIFEST_KEYS or not isinstance(value, str | None):
            raise UsageError(f"{where}: “{key}” is none of {', '.join(MANIFEST_KEYS)}, or its value is no text")
    facts = {key: row.get(key) or None for key in ("device", "firmware", "zone")}
    return Source(Path(row["path"]), row.get("label") or row["path"], **facts)
