"""The handler of the job `read-evidence`: a new piece is read together with the logs that its case has already."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from common.jobs.claims import GivenUp, Postponed
from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.storage import evidence_store
from ingest.services.detect_jobs import promise_detection
from ingest.services.frames import make_missing_frames
from ingest.services.record_scan import record_scan
from ingest.services.scan_child import scan_pieces
from ingest.services.scan_result import ScanFiles, read_summary
from ingest.services.stored import check_stored
from tickets.models import Case, CaseScan, Evidence, Reading, ReadingState
from tickets.services.readings import record_reading

WAIT_FOR_OTHERS_SECONDS = 1.0
READABLE = (ReadingState.READ, ReadingState.PARTLY, ReadingState.NOT_A_LOG)


def read_evidence(handle: Handle) -> None:
    """Read one piece of evidence, with all logs of its case, and write what they say into the case.

    Lines are joined across files, so a case is scanned as a whole. A piece that came along in another's scan is done
    already. A scan that its limits end is tried once more without the other pieces that nobody has read yet: one
    hostile file must not keep the others unread.
    """
    evidence = Evidence.objects.select_related("case", "device", "blob").get(
        public_id=uuid.UUID(handle.job.args["evidence"])
    )
    if not handle.job.args.get("again") and _is_covered(evidence):
        handle.finish(lambda: _words_of_the_covered(evidence.reading))
        return
    _wait_for_others(evidence)
    alone_first = _readable_before(evidence)
    check_stored(alone_first)  # of one read before, too: what was proven by bytes that are gone must stay proven
    everything = _with_waiting(evidence, alone_first)
    reason = _scan(handle, evidence, everything)
    if reason and len(everything) > len(alone_first):
        reason = _scan(handle, evidence, alone_first)
    if reason:
        raise GivenUp(reason)


def _is_covered(evidence: Evidence) -> bool:
    """Whether the case's newest scan has this piece in it."""
    scan = CaseScan.objects.filter(case=evidence.case_id).first()
    return scan is not None and str(evidence.public_id) in scan.evidence and hasattr(evidence, "reading")


def _words_of_the_covered(reading: Reading) -> str:
    """Return the closing words for a piece that another's scan took along: how much of it was read."""
    read = reading.lines - reading.unread_lines
    return f"Read together with another piece of this case: {read:,} of {reading.lines:,} lines read"


def _wait_for_others(evidence: Evidence) -> None:
    """Postpone while an older piece of the same case is being read: that scan may take this one along."""
    others = Evidence.objects.filter(
        case=evidence.case_id, pk__lt=evidence.pk, job__state=JobState.RUNNING, job__due_at__gt=timezone.now()
    )
    if others.exists():
        raise Postponed(WAIT_FOR_OTHERS_SECONDS, "Waiting for another piece of this case to be read.")


def _readable_before(evidence: Evidence) -> list[Evidence]:
    """Return the piece and those of its case that were read before, oldest first."""
    read = Evidence.objects.filter(case=evidence.case_id, reading__state__in=READABLE)
    return sorted({*read.select_related("device", "blob"), evidence}, key=lambda piece: piece.pk)


def _with_waiting(evidence: Evidence, readable: Sequence[Evidence]) -> list[Evidence]:
    """Add the pieces of the case that nobody has read yet."""
    waiting = Evidence.objects.filter(case=evidence.case_id, reading__isnull=True).select_related("device", "blob")
    there = [piece for piece in waiting if evidence_store().path(piece.blob_id).exists()]
    return sorted({*readable, *there}, key=lambda piece: piece.pk)


def _scan(handle: Handle, evidence: Evidence, pieces: Sequence[Evidence]) -> str:
    """Scan pieces and record what they say; return why that failed, or nothing."""

    def tell(progress: dict[str, Any]) -> None:
        words = f"{progress.get('lines', 0):,} lines read, {progress.get('findings', 0):,} findings so far"
        handle.tell(float(progress.get("progress") or 0.0) * 0.99, words)

    with scan_pieces(evidence, pieces, tell) as end:
        files = end.files
        if files is None:
            return end.reason
        handle.finish(lambda: _record(evidence, pieces, files))
        make_missing_frames(pieces, read_summary(files)["files"])  # nobody waits for it: the case has its answer
        return ""


def _record(evidence: Evidence, pieces: Sequence[Evidence], files: ScanFiles) -> str:
    """Record a scan, and promise that detectors look at what it read; return the job's closing words."""
    words = record_scan(case=evidence.case, pieces=pieces, files=files)
    promise_detection(evidence.case)
    return words


def give_up_reading(job: Job, reason: str) -> None:
    """Say in the case why a piece could not be read; called in the transaction that gives the job up.

    The case is locked before its evidence, as whoever stores evidence does: two orders end in a deadlock.
    """
    evidence = Evidence.objects.select_related("case").get(public_id=uuid.UUID(job.args["evidence"]))
    Case.objects.select_for_update().get(pk=evidence.case_id)
    read_before = Reading.objects.filter(evidence=evidence, state__in=READABLE).exists()
    if not read_before:
        record_reading(evidence=evidence, state=ReadingState.FAILED, reason=reason)
