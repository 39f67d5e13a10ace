"""Reading evidence again from time to time: the oldest check first, so many bytes a run; and when somebody asks."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from common.jobs.claims import GivenUp
from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from common.storage import evidence_store
from tickets.kinds import CHECK_EVIDENCE
from tickets.models import Case, CustodyAction, Evidence, IntegrityCheck
from tickets.services.custody import record_custody
from tickets.services.heads import KnownHeads, heads_of, known_heads
from tickets.services.integrity import (
    BlobState,
    breaks_of_pieces,
    breaks_of_timelines,
    check_blob,
    evidence_chain,
)
from tickets.services.verification import pieces_to_check, record_pieces, record_timelines

log = logging.getLogger(__name__)

PIECES_A_RUN = 200
CASES_A_RUN = 200
BROKEN_AGAIN = timedelta(days=1)  # so often it is looked whether a break was healed
TOLD_EVERY_SECONDS = 1.0
Row = TypeVar("Row", bound=Model)


def ask_check(*, evidence: Evidence, asker: User | None) -> Job:
    """Promise that a piece is read again soon, and return the job; one that waits already is the same promise."""
    args = {"evidence": str(evidence.public_id)}
    waiting = Job.objects.filter(kind=CHECK_EVIDENCE, args__contains=args, state=JobState.QUEUED).first()
    return waiting or submit_job(kind=CHECK_EVIDENCE, args=args | {"asker": asker.pk if asker else None})


def check_evidence(handle: Handle) -> None:
    """Read the piece again that somebody asked for."""
    piece = pieces_to_check().filter(public_id=handle.job.args["evidence"]).first()
    if piece is None:
        raise GivenUp("The piece is gone. Verify the whole store: zenrei verify.")
    asker = User.objects.filter(pk=handle.job.args["asker"]).first()
    broken = _check_pieces(handle, [piece], heads_of(evidence_chain(piece)), asker=asker)
    handle.finish(lambda: "broken" if broken else "whole")


def recheck(handle: Handle) -> None:
    """Read again what was checked longest ago: so many pieces and bytes, and so many timelines."""
    pieces = _so_many_bytes(_due(pieces_to_check(), Q(evidence=OuterRef("pk"))))
    cases = list(_due(Case.objects.only("ref"), Q(case=OuterRef("pk"), evidence=None))[:CASES_A_RUN])
    heads = known_heads()
    broken = _check_pieces(handle, pieces, heads, asker=None)
    breaks = breaks_of_timelines(cases, heads=heads)
    record_timelines(cases, breaks)
    broken += sum(bool(found) for found in breaks.values())
    handle.finish(lambda: f"{len(pieces)} pieces and {len(cases)} timelines read again, {broken} broken")


def _due(rows: QuerySet[Row], of: Q) -> QuerySet[Row]:
    """Return the rows whose last check (`of` says which is a row's) is too old: those without one, then the oldest."""
    checks = IntegrityCheck.objects.filter(of)
    now = timezone.now()
    old = Q(checked=None) | Q(checked__lt=now - timedelta(days=settings.RECHECK_DAYS))
    looked = {"checked": Subquery(checks.values("checked_at")), "broke": Subquery(checks.values("is_broken"))}
    due: QuerySet[Row] = rows.alias(**looked).filter(old | Q(broke=True, checked__lt=now - BROKEN_AGAIN))
    return due.order_by(F("checked").asc(nulls_first=True), "pk")


def _so_many_bytes(due: QuerySet[Evidence]) -> list[Evidence]:
    """Return the first pieces that together have no more bytes than a run may read; one at least, however large."""
    chosen: list[Evidence] = []
    size = 0
    for piece in due[:PIECES_A_RUN]:
        size += piece.blob.size
        if chosen and size > settings.RECHECK_BYTES:
            break
        chosen.append(piece)
    return chosen


def _check_pieces(handle: Handle, pieces: Sequence[Evidence], heads: KnownHeads, *, asker: User | None) -> int:
    """Read pieces again, note each check in its custody log, and return how many are broken."""
    blobs: dict[str, BlobState] = {}
    total, broken = sum(piece.blob.size for piece in pieces), 0
    told = _Teller(handle, total)
    for piece in pieces:
        if piece.blob_id not in blobs:
            blobs[piece.blob_id] = check_blob(evidence_store(), piece.blob_id, piece.blob.size, told)
        breaks = breaks_of_pieces([piece], heads=heads, blobs=blobs)
        details = {"whole": not breaks[piece.pk], "breaks": len(breaks[piece.pk])}
        with transaction.atomic():
            record_custody(evidence=piece, actor=asker, action=CustodyAction.CHECKED, details=details)
            record_pieces([piece], breaks)
        broken += bool(breaks[piece.pk])
    return broken


class _Teller:
    """Tells how far a run is, and hears whether the job is still ours."""

    def __init__(self, handle: Handle, total: int) -> None:
        self._handle, self._total = handle, total
        self._read, self._next = 0, time.monotonic() + TOLD_EVERY_SECONDS

    def __call__(self, size: int) -> None:
        self._read += size
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + TOLD_EVERY_SECONDS
            self._handle.tell(self._read / max(self._total, 1), f"{self._read:,} of {self._total:,} bytes read again")


def give_up_checking(job: Job, reason: str) -> None:
    """Say in the program's log that something was not checked: it stays due, and its page says how old its check is."""
    log.error("job %s: not checked: %s", job.pk, reason)
