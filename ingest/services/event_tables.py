"""Tables of events beside the evidence: what detectors run on, so that a new one needs no log to be read again.

They are a cache in the folder `events/` of the data, as frames are: in no backup and in no table, made by a child with
limits, and made again where they are missing. Layout: `events/ab/cd…/<date of the reading>.parquet`, `abcd…` being the
SHA-256 of the blob; with a newer reading of lines, a table is another one.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from common.storage import evidence_store, put_in_place
from ingest.engine.rules import READING
from ingest.sandbox import run_limited
from ingest.services.scan_child import scan_limits
from ingest.services.scratch import scratch_folder
from ingest.services.stored import lack_of
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
    if lack := lack_of(piece):
        return lack
    blob = evidence_store().path(piece.blob_id)
    with scratch_folder(f"events-{piece.public_id}") as folder:
        made = folder / "events.parquet"
        argv = ["events", str(blob), "--into", str(made), "--progress", "json"]
        told = folder / "told.json"
        outcome = run_limited(argv, limits=scan_limits(), workdir=folder, stdout_path=told, on_progress=tell)
        if outcome.reason or outcome.returncode:
            log.warning("no table of events of %s: %s %s", piece.public_id, outcome.reason, outcome.said)
            return outcome.reason or outcome.said.removeprefix("zenrei: ").replace(str(blob), piece.name)
        _keep(made, path)
    return ""


def _keep(made: Path, path: Path) -> None:
    """Give a table its place, durably, and remove those of older readings."""
    put_in_place(made, path)
    for older in path.parent.glob("*.parquet"):
        if older != path:
            older.unlink(missing_ok=True)
