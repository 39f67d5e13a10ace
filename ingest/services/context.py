"""The lines around a cited one, at once where the evidence has frames.

Else they are read from the evidence itself, in a child with tight limits, since a page waits for it. Frames need no
child: they are what this program packed itself, they are held against their checksums, and none gives more than 1 MiB.
What takes long to decode is left to the child all the same.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from common.storage import evidence_store
from ingest.engine import context as engine
from ingest.engine.context import Cache
from ingest.engine.frames import NoFrames
from ingest.engine.source import Limits
from ingest.sandbox import SandboxLimits, run_limited
from ingest.services.frames import forget_frames, frames_of
from ingest.services.stored import lack_of
from tickets.models import Evidence

LIMITS = SandboxLimits(
    data_bytes=512 * 1024**2, cpu_seconds=10, file_bytes=16 * 1024**2, open_files=64, wall_seconds=15.0
)
LINES_ALLOWED = 50


@dataclass(frozen=True, slots=True)
class ContextLine:
    """A line of a log: its number, its text, and whether it is the cited one."""

    number: int
    text: str
    is_cited: bool


@dataclass(frozen=True, slots=True)
class ContextLines:
    """The lines around a cited one, or the reason why they cannot be shown."""

    lines: list[ContextLine]
    reason: str | None = None


def lines_around(evidence: Evidence, *, file: str, line: int, offset: int, context: int = 10) -> ContextLines:
    """Return up to `context` lines on both sides of a line, given by its number and byte offset in the log.

    `file` is the member of an archive that holds it; empty where the evidence is no archive.
    """
    if lack := lack_of(evidence):
        return ContextLines([], lack)
    path = evidence_store().path(evidence.blob_id)
    context = max(0, min(context, LINES_ALLOWED))
    cache, more = frames_of(evidence.blob_id), list[str]()
    try:
        return _by_frames(evidence, cache, file, line=line, offset=offset, context=context)
    except engine.Costly:
        more = ["--frames", str(cache.folder), "--sha256", cache.sha256]
    except NoFrames as fault:
        if fault.broken:
            forget_frames(cache, _name(file))
    return _by_child(evidence, path, file, more, line=line, offset=offset, context=context)


def _name(file: str) -> str:
    """Return the name of a stream inside its source."""
    return f"!/{file}" if file else ""


def _by_frames(evidence: Evidence, cache: Cache, file: str, *, line: int, offset: int, context: int) -> ContextLines:
    """Return the lines by frames."""
    path = evidence_store().path(evidence.blob_id)
    try:
        rows = engine.around_by_frames(
            path, cache, _name(file), line=line, offset=offset, context=context, limits=Limits(), quick=True
        )
    except engine.NoSuchLine as error:
        return ContextLines([], f"{evidence.name}: {error}")
    return ContextLines([ContextLine(row.line, row.text, row.cited) for row in rows])


def _by_child(
    evidence: Evidence, path: Path, file: str, more: list[str], *, line: int, offset: int, context: int
) -> ContextLines:
    """Read the lines from the evidence, in a child."""
    piece = str(evidence.public_id)
    argv = [
        "lines", str(path), "--line", str(line), "--offset", str(offset), "--context", str(context),
        "--source-label", piece, "--label", piece + _name(file), "--json", *more,
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="zenrei-lines-") as folder:
        answer = Path(folder) / "lines.json"
        outcome = run_limited(argv, limits=LIMITS, workdir=Path(folder), stdout_path=answer)
        if outcome.reason or outcome.returncode != 0:
            said = outcome.said.removeprefix("zenrei: ").replace(str(path), evidence.name)
            return ContextLines([], outcome.reason or said)
        rows = orjson.loads(answer.read_bytes())["lines"]
    return ContextLines([ContextLine(row["line"], row["text"], row["cited"]) for row in rows])
