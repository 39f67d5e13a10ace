"""Reading evidence again from time to time: the oldest check first, so many bytes a run; and when somebody asks."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from common.jobs.claims import GivenUp
from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from common.storage import evidence_store
from tickets.kinds import CHECK_EVIDENCE
from tickets.models import Blob, Case, CustodyAction, Evidence, IntegrityCheck
from tickets.services.custody import UNREADABLE, record_custody
from tickets.services.heads import KnownHeads, heads_of, known_heads
from tickets.services.integrity import (
    BlobState,
    breaks_of_pieces,
    breaks_of_timelines,
    check_blob,
    evidence_chain,
)
from tickets.services.storecheck import (
    AHEAD,
    breaks_of_heads,
    breaks_of_the_store,
    keep_verification,
    loose_blobs,
    record_blobs,
    remembered_head,
    verifications,
)
from tickets.services.verification import pieces_to_check, record_pieces, record_timelines

log = logging.getLogger(__name__)

PIECES_A_RUN = 200
CASES_A_RUN = 200
AGAIN = timedelta(days=1)  # so often it is looked whether a break was healed, and at the store as a whole
TOLD_EVERY_SECONDS = 1.0
BOOLEAN: Final = BooleanField()
Row = TypeVar("Row", bound=Model)
Key = TypeVar("Key")


def ask_check(*, evidence: Evidence, asker: User | None) -> Job:
    """Promise that a piece is read again soon, and return the job; one that waits already is the same promise."""
    args = {"evidence": str(evidence.public_id)}
    waiting = Job.objects.filter(kind=CHECK_EVIDENCE, args__contains=args, state=JobState.QUEUED).first()
    return waiting or submit_job(kind=CHECK_EVIDENCE, args=args | {"asker": asker.pk if asker else None})


def check_evidence(handle: Handle) -> None:
    """Read the piece again that somebody asked for."""
    key = Evidence.objects.filter(public_id=handle.job.args["evidence"]).values_list("pk", flat=True).first()
    if key is None:
        raise GivenUp("The piece is gone. Verify the whole store: zenrei verify.")
    asker = User.objects.filter(pk=handle.job.args["asker"]).first()
    piece = _piece(key)
    told = _Teller(handle, piece.blob.size)
    broken = _is_broken(piece, heads_of(evidence_chain(piece)), told, {}, asker=asker)
    handle.finish(lambda: "broken" if broken else "whole")


def recheck(handle: Handle) -> None:
    """Read again what was checked longest ago: so many pieces and bytes, and so many timelines and loose blobs.

    Once a day, and whenever a loose blob broke, it looks at the heads and at what belongs to no piece and no case.
    """
    started_at = timezone.now()
    left = _Left(settings.RECHECK_BYTES)
    pieces = left.take(_due(_with_parents(), Q(evidence=OuterRef("pk"))).values_list("pk", "blob__size"))
    cases = list(_due(Case.objects.only("ref"), Q(case=OuterRef("pk"), evidence=None))[:CASES_A_RUN])
    blobs = left.take(_due_blobs().values_list("pk", "size"))
    if not (pieces or cases or blobs or _is_store_due()):
        handle.finish(lambda: "nothing is due")
        return
    seen = remembered_head()
    heads = known_heads(kept={seen.line: seen.hash} if seen else None)
    told = _Teller(handle, left.taken)
    broken, failed = _check_each(pieces, heads, told)
    breaks = breaks_of_timelines(cases, heads=heads)
    record_timelines(cases, breaks)
    broken += sum(bool(found) for found in breaks.values())
    states = {sha256: check_blob(evidence_store(), sha256, size, told) for sha256, size in blobs}
    record_blobs(states)
    if _is_store_due() or any(state.trouble for state in states.values()):
        of_nobody = [*breaks_of_heads(heads), *breaks_of_the_store(heads)]
        keep_verification(heads, of_nobody=of_nobody, of_everything=False, started_at=started_at, broken=len(of_nobody))
        broken += len(of_nobody)
    also = f", {len(blobs)} blobs without a piece" if blobs else ""
    also += f"; {failed} pieces could not be checked: see the log" if failed else ""
    handle.finish(lambda: f"{len(pieces)} pieces and {len(cases)} timelines read again{also}, {broken} broken")


def _with_parents() -> QuerySet[Evidence]:
    """Return the pieces whose case and blob are there: the others are told with the store as a whole."""
    return Evidence.objects.filter(case__ref__isnull=False, blob__size__isnull=False)


def _due(rows: QuerySet[Row], of: Q) -> QuerySet[Row]:
    """Return the rows whose last check (`of` says which is a row's) is too old: those without one, then the oldest."""
    checks = IntegrityCheck.objects.filter(of)
    looked = {"checked": Subquery(checks.values("checked_at")), "broke": Subquery(checks.values("is_broken"))}
    return _too_old(rows.alias(**looked))


def _due_blobs() -> QuerySet[Blob]:
    """Return the blobs without a piece whose last check is too old."""
    is_broken = ~Q(check_of_it__trouble="") & Q(check_of_it__isnull=False)
    return _too_old(
        loose_blobs().alias(checked=F("check_of_it__checked_at"), broke=ExpressionWrapper(is_broken, BOOLEAN))
    )


def _too_old(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows (with `checked` and `broke`) that are due. A check dated ahead was none."""
    now = timezone.now()
    old = Q(checked=None) | Q(checked__lt=now - timedelta(days=settings.RECHECK_DAYS)) | Q(checked__gt=now + AHEAD)
    due: QuerySet[Row] = rows.filter(old | Q(broke=True, checked__lt=now - AGAIN))
    return due.order_by(F("checked").asc(nulls_first=True), "pk")


def _is_store_due() -> bool:
    """Whether nobody looked at the store as a whole for a day."""
    now = timezone.now()
    last = verifications().first()
    return last is None or not now - AGAIN <= last.finished_at <= now + AHEAD


class _Left:
    """So many bytes that a run may read; one row of each kind at least, however large."""

    def __init__(self, allowed: int) -> None:
        self._allowed, self.taken = allowed, 0

    def take(self, due: "QuerySet[Any, tuple[Key, int]]") -> list[tuple[Key, int]]:
        """Return the first rows (key and bytes) that fit."""
        chosen: list[tuple[Key, int]] = []
        for key, size in due[:PIECES_A_RUN]:
            if chosen and self.taken + size > self._allowed:
                break
            self.taken += size
            chosen.append((key, size))
        return chosen


def _check_each(pieces: Sequence[tuple[int, int]], heads: KnownHeads, told: "_Teller") -> tuple[int, int]:
    """Check pieces; return how many are broken, and of how many that could not be kept: one ends no run."""
    broken = failed = 0
    blobs: dict[str, BlobState] = {}
    for key, _size in pieces:
        try:
            broken += _is_broken(_piece(key), heads, told, blobs, asker=None)
        except (DatabaseError, ObjectDoesNotExist, *UNREADABLE):
            log.exception("piece %s could not be checked", key)
            failed += 1
    return broken, failed


def _piece(key: int) -> Evidence:
    """Return a piece; where a time of it cannot be read, without that."""
    pieces = pieces_to_check().filter(pk=key)
    try:
        return pieces.get()
    except UNREADABLE:
        return pieces.defer("received_at").get()


def _is_broken(
    piece: Evidence, heads: KnownHeads, told: "_Teller", blobs: dict[str, BlobState], *, asker: User | None
) -> bool:
    """Read a piece again, note the check in its custody log, and return whether it is broken."""
    if piece.blob_id not in blobs:
        blobs[piece.blob_id] = check_blob(evidence_store(), piece.blob_id, piece.blob.size, told)
    breaks = breaks_of_pieces([piece], heads=heads, blobs=blobs)
    details = {"whole": not breaks[piece.pk], "breaks": len(breaks[piece.pk])}
    with transaction.atomic():
        # As an upload does: the case, then the piece. Each would wait for the other if one began with the piece.
        Case.objects.select_for_update().only("pk").get(pk=piece.case_id)
        record_custody(evidence=piece, actor=asker, action=CustodyAction.CHECKED, details=details)
        record_pieces([piece], breaks)
    return bool(breaks[piece.pk])


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
