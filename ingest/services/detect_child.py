"""`zenrei detect` as a child with limits: there, what people write as detectors meets what senders write into logs."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from common.errors import Invalid
from ingest.sandbox import SandboxLimits, run_limited
from ingest.services.event_tables import table_of
from ingest.services.scan_child import manifest_row, scan_limits
from ingest.services.scan_result import ScanFiles, storable_json
from ingest.services.scratch import scratch_folder
from kb.models import Detector
from tickets.models import Evidence, ReadingState

CHECK_LIMITS = SandboxLimits(
    data_bytes=1024**3, cpu_seconds=60, file_bytes=16 * 1024**2, open_files=64, wall_seconds=120.0
)
LONGEST = 256 * 1024
TOLD = 2000


class DetectFailed(Exception):
    """The child gave no answer; the message says why."""


def check_detector(text: str) -> dict[str, Any]:
    """Return what a detector says of itself, once it was read and its own logs were run; Invalid names the place."""
    content = text.encode("utf-8", "replace")
    if not text.strip():
        raise Invalid.field("text", "It is empty.", code="required")
    if len(content) > LONGEST:
        raise Invalid.field("text", f"More than {LONGEST // 1024} KiB.", code="max_length")
    with tempfile.TemporaryDirectory(prefix="zenrei-detector-") as folder:
        file = Path(folder) / "detector.yml"
        file.write_bytes(content)
        told = Path(folder) / "told.json"
        argv = ["detect", "--detectors", str(file)]
        outcome = run_limited(argv, limits=CHECK_LIMITS, workdir=Path(folder), stdout_path=told)
        if outcome.reason or outcome.returncode:
            said = outcome.reason or outcome.said.removeprefix("zenrei: ").replace(f"{file}", "the detector")
            raise Invalid.field("text", said[:TOLD] or "The detector could not be read.", code="detector")
        head: dict[str, Any] = storable_json(orjson.loads(told.read_bytes())["detectors"][0])
    return head


@contextmanager
def detect_in(pieces: Sequence[Evidence], detectors: Sequence[Detector]) -> Iterator[tuple[dict[str, Any], ScanFiles]]:
    """Run detectors over the tables of pieces; the answer lives as long as the context. Raises DetectFailed."""
    with scratch_folder("detect") as workdir:
        rules, manifest = workdir / "detectors", workdir / "tables.json"
        rules.mkdir()
        for detector in detectors:
            (rules / f"{detector.pk}.yml").write_text(detector.text, encoding="utf-8")
        manifest.write_bytes(orjson.dumps([_table(piece) for piece in pieces]))
        files = ScanFiles(summary=workdir / "summary.json", findings=workdir / "findings.jsonl")
        argv = [
            "detect", "--detectors", str(rules), "--unchecked", "--manifest", str(manifest),
            "--findings", str(files.findings),
        ]  # fmt: skip
        outcome = run_limited(argv, limits=scan_limits(), workdir=workdir, stdout_path=files.summary)
        if outcome.reason or outcome.returncode or not files.findings.exists():
            raise DetectFailed(outcome.reason or outcome.said or "The run ended without a word.")
        yield storable_json(orjson.loads(files.summary.read_bytes())), files


def _table(piece: Evidence) -> dict[str, Any]:
    """Return what is told of a piece's table: the facts of a scan, and whether all of its lines were read."""
    facts: dict[str, Any] = dict(manifest_row(piece))
    whole = piece.reading.state == ReadingState.READ
    return facts | {"path": str(table_of(piece.blob_id)), "complete": whole}
