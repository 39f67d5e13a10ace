"""Tables of events beside the evidence: what detectors run on, so that a new one needs no log to be read again.

They are a cache in the folder `events/` of the data, as frames are: in no backup and in no table, made by a child with
limits, and made again where they are missing. Layout: `events/ab/cd…/<date of the reading>.parquet`, `abcd…` being the
SHA-256 of the blob; with a newer reading of lines, a table is another one.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from common.storage import evidence_store
from ingest.engine.rules import READING
from ingest.sandbox import run_limited
from ingest.services.scan_child import scan_limits
from tickets.models import Evidence

log = logging.getLogger(__name__)


def table_of(blob: str) -> Path:
    """Return where the table of a blob's events lies, if it is there."""
    evidence_store().path(blob)  # ValueError for what is no SHA-256: it becomes a path
    return settings.DATA_DIR / "events" / blob[:2] / blob[2:] / f"{READING}.parquet"


def make_missing_table(piece: Evidence, tell: Callable[[dict[str, Any]], None]) -> str:
    """Make the table of a piece's events where it is missing; return why that failed, or nothing."""
    path = table_of(piece.blob_id)
    if path.exists():
        return ""
    blob = evidence_store().path(piece.blob_id)
    if not blob.exists():
        return f"The bytes of {piece.name} are missing in the store; a backup has them."
    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{piece.public_id}-events-", dir=settings.SCRATCH_DIR) as folder:
        made = Path(folder) / "events.parquet"
        argv = ["events", str(blob), "--into", str(made), "--progress", "json"]
        told = Path(folder) / "told.json"
        outcome = run_limited(argv, limits=scan_limits(), workdir=Path(folder), stdout_path=told, on_progress=tell)
        if outcome.reason or outcome.returncode:
            log.warning("no table of events of %s: %s %s", piece.public_id, outcome.reason, outcome.said)
            return outcome.reason or outcome.said.removeprefix("zenrei: ").replace(str(blob), piece.name)
        _keep(made, path)
    return ""


def _keep(made: Path, path: Path) -> None:
    """Give a table its place, durably, and remove those of older readings."""
    with made.open("rb") as file:
        os.fchmod(file.fileno(), 0o440)
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    made.replace(path)
    for older in path.parent.glob("*.parquet"):
        if older != path:
            older.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
