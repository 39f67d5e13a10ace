"""Running `zenrei scan` over the logs of a case, as a child with limits: hostile bytes never meet the worker."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from common.storage import evidence_store
from ingest.sandbox import Outcome, SandboxLimits, run_limited
from ingest.services.scan_result import ScanFiles
from ingest.services.scratch import scratch_folder
from tickets.models import Evidence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScanEnd:
    """How the child ended: where its answer is, or why there is none."""

    files: ScanFiles | None
    reason: str = ""


def scan_limits() -> SandboxLimits:
    """Return the limits of one scan (docs/operations.md)."""
    return SandboxLimits(
        data_bytes=settings.SCAN_MEMORY_BYTES,
        cpu_seconds=settings.SCAN_CPU_SECONDS,
        file_bytes=settings.SCAN_RESULT_BYTES,
        open_files=64,
        wall_seconds=settings.SCAN_WALL_SECONDS,
    )


@contextmanager
def scan_pieces(
    evidence: Evidence, pieces: Sequence[Evidence], tell: Callable[[dict[str, Any]], None]
) -> Iterator[ScanEnd]:
    """Scan pieces for the reading of `evidence`; the answer lives as long as the context."""
    with scratch_folder(str(evidence.public_id), alone=True) as workdir:
        manifest = workdir / "manifest.json"
        manifest.write_bytes(orjson.dumps([manifest_row(piece) for piece in pieces]))
        files = ScanFiles(summary=workdir / "summary.json", findings=workdir / "findings.jsonl")
        argv = ["scan", "--json", "--progress", "json", "--manifest", str(manifest), "--findings", str(files.findings)]
        outcome = run_limited(
            argv,
            limits=scan_limits(),
            workdir=workdir,
            stdout_path=files.summary,
            on_progress=tell,
            compiled=settings.COMPILED_DIR,
        )
        yield _end_of(outcome, files)


def _end_of(outcome: Outcome, files: ScanFiles) -> ScanEnd:
    """Return the answer's files, or why there is none: an empty answer must never pass for a clean one."""
    if outcome.reason:
        log.warning("a scan ended without an answer: %s It said: %s", outcome.reason, outcome.said)
        return ScanEnd(None, outcome.reason)
    if not files.findings.exists() or files.summary.stat().st_size == 0:
        return ScanEnd(None, f"Reading gave no answer: {outcome.said or 'it ended without a word'}")
    return ScanEnd(files)


def manifest_row(piece: Evidence) -> dict[str, str | None]:
    """Return what the scan is told of a piece. Its label is its id: names in logs and uploads are never paths."""
    device = piece.device
    return {
        "path": str(evidence_store().path(piece.blob_id)),
        "label": str(piece.public_id),
        "device": (device.serial or device.name) if device else None,
        "firmware": piece.firmware or None,
        "zone": piece.zone or None,
    }
