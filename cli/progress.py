"""Progress on standard error: JSON lines for programs, a bar for people; at most four a second."""

import sys
import time
from typing import Final

import orjson

from ingest.engine.result import OnProgress, Progress

INTERVAL: Final = 0.25
WIDTH: Final = 30


def reporter(kind: str | None) -> OnProgress | None:
    """The function that the scan calls: JSON lines when asked for, else a bar on a terminal, else none."""
    if kind == "json":
        return _throttled(_json_line)
    return _throttled(_bar) if sys.stderr.isatty() else None


def _throttled(write: OnProgress) -> OnProgress:
    last = 0.0

    def report(progress: Progress) -> None:
        """Write, unless it was just done."""
        nonlocal last
        now = time.monotonic()
        if now - last >= INTERVAL or progress.fraction >= 1.0:
            last = now
            write(progress)

    return report


def _json_line(progress: Progress) -> None:
    line = {
        "progress": round(progress.fraction, 4),
        "bytes": progress.bytes,
        "lines": progress.lines,
        "findings": progress.findings,
        "file": progress.file,
    }
    sys.stderr.buffer.write(orjson.dumps(line) + b"\n")
    sys.stderr.buffer.flush()


def _bar(progress: Progress) -> None:
    filled = int(progress.fraction * WIDTH)
    end = "\n" if progress.fraction >= 1.0 else ""
    bar = "#" * filled + "." * (WIDTH - filled)
    print(f"\r[{bar}] {progress.fraction:4.0%} {progress.lines:,} lines", end=end, file=sys.stderr, flush=True)
