"""The lines around a cited one, read from the evidence itself, in a child with tight limits: a page waits for it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from common.storage import evidence_store
from ingest.sandbox import SandboxLimits, run_limited
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
    path = evidence_store().path(evidence.blob_id)
    if not path.exists():
        return ContextLines([], f"The bytes of {evidence.name} are missing in the store; a backup has them.")
    piece = str(evidence.public_id)
    argv = [
        "lines", str(path), "--line", str(line), "--offset", str(offset), "--context", str(min(context, LINES_ALLOWED)),
        "--source-label", piece, "--label", f"{piece}!/{file}" if file else piece, "--json",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="zenrei-lines-") as folder:
        answer = Path(folder) / "lines.json"
        outcome = run_limited(argv, limits=LIMITS, workdir=Path(folder), stdout_path=answer)
        if outcome.reason or outcome.returncode != 0:
            said = outcome.said.removeprefix("zenrei: ").replace(str(path), evidence.name)
            return ContextLines([], outcome.reason or said)
        rows = orjson.loads(answer.read_bytes())["lines"]
    return ContextLines([ContextLine(row["line"], row["text"], row["cited"]) for row in rows])
