"""Reading everything again: every blob, every custody chain, every timeline, the published heads (`zenrei verify`)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from common.storage import evidence_store
from tickets.models import Blob, Case, Evidence, IntegrityCheck
from tickets.services.custody import UNREADABLE
from tickets.services.heads import KnownHeads, known_heads
from tickets.services.integrity import (
    BlobState,
    Break,
    breaks_of_pieces,
    breaks_of_timelines,
    check_blob,
)
from tickets.services.storecheck import (
    BREAKS_KEPT,
    breaks_of_heads,
    breaks_of_the_store,
    keep_verification,
    loose_blobs,
    record_blobs,
    remembered_head,
)

AT_ONCE = 100
_FOUND = ["checked_at", "breaks", "is_broken"]
Row = TypeVar("Row", bound=Model)


@dataclass(slots=True)
class Verified:
    """What a verification found so far. `checked` counts pieces of evidence: the bytes and the chain of each."""

    heads: KnownHeads
    started_at: datetime = field(default_factory=timezone.now)
    checked: int = 0
    cases: int = 0
    blobs: dict[str, BlobState] = field(default_factory=dict)
    size: int = 0
    broken: list[Break] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """Return it as `zenrei verify` prints it (contracts.md)."""
        newest = self.heads.newest
        head = {"line": newest.line, "time": newest.time, "hash": newest.hash} if newest else None
        counts = {"cases": self.cases, "blobs": len(self.blobs), "bytes": self.size, "head": head}
        return {"checked": self.checked, "broken": [one.row() for one in self.broken], **counts}


Tell = Callable[[Verified], None]


def verify_everything(*, kept_head: str = "", tell: Tell = lambda _so_far: None) -> Verified:
    """Read the whole store again, and keep what was found of each piece, each case and the whole.

    `kept_head` is the hash of a line of the published heads that somebody kept elsewhere: a file without that line is
    not the one that was published. `tell` hears how far it is.
    """
    seen = remembered_head()
    found = Verified(known_heads(kept={seen.line: seen.hash} if seen else None, sought=kept_head))
    of_heads = breaks_of_heads(found.heads, kept_head=kept_head)
    found.broken += of_heads
    for pieces in _in_parts(pieces_to_check(), "received_at"):
        _verify_pieces(pieces, found, tell)
    for cases in _in_parts(Case.objects.only("ref")):
        _verify_timelines(cases, found)
    _read_loose_blobs(found, tell)
    of_store = breaks_of_the_store(found.heads)
    found.broken += of_store
    keep_verification(
        found.heads,
        of_nobody=[*of_heads, *of_store],
        of_everything=True,
        started_at=found.started_at,
        broken=len(found.broken),
        checked=found.checked,
        size=found.size,
    )
    return found


def pieces_to_check() -> QuerySet[Evidence]:
    """Return the evidence with what a check of it asks, and nothing else: any column can have been spoiled."""
    names = ("public_id", "name", "received_at", "received_by", "blob__size", "case__ref")
    return Evidence.objects.select_related("blob", "case").only(*names)


def _in_parts(rows: QuerySet[Row], *spoilt: str) -> Iterator[Sequence[Row]]:
    """Yield all rows, AT_ONCE at a time, by their ids; where one cannot be read, without the columns `spoilt`."""
    last = None
    while True:
        after = (rows if last is None else rows.filter(pk__gt=last)).order_by("pk")
        try:
            part = list(after[:AT_ONCE])
        except UNREADABLE:
            part = list(after.defer(*spoilt)[:AT_ONCE])
        if not part:
            return
        yield part
        last = part[-1].pk


def _verify_pieces(pieces: Sequence[Evidence], found: Verified, tell: Tell) -> None:
    """Verify some pieces and keep what was found of each."""
    for piece in pieces:
        _read_blob(piece.blob, found, tell)
    breaks = breaks_of_pieces(pieces, heads=found.heads, blobs=found.blobs)
    record_pieces(pieces, breaks)
    found.broken += [one for piece in pieces for one in breaks[piece.pk]]
    found.checked += len(pieces)
    tell(found)


def _read_blob(blob: Blob, found: Verified, tell: Tell) -> None:
    """Read a blob again, once for all pieces that have it."""
    if blob.sha256 in found.blobs:
        return

    def count(size: int) -> None:
        found.size += size
        tell(found)

    found.blobs[blob.sha256] = check_blob(evidence_store(), blob.sha256, blob.size, count)


def _verify_timelines(cases: Sequence[Case], found: Verified) -> None:
    """Verify the timelines of some cases and keep what was found of each."""
    breaks = breaks_of_timelines(cases, heads=found.heads)
    record_timelines(cases, breaks)
    found.broken += [one for case in cases for one in breaks[case.pk]]
    found.cases += len(cases)


def _read_loose_blobs(found: Verified, tell: Tell) -> None:
    """Read the blobs that no piece names, and keep what was found of them."""
    for blobs in _in_parts(loose_blobs()):
        for blob in blobs:
            _read_blob(blob, found, tell)
        record_blobs({blob.sha256: found.blobs[blob.sha256] for blob in blobs})


def record_pieces(pieces: Sequence[Evidence], breaks: dict[int, list[Break]]) -> None:
    """Keep what was found of pieces. A piece has one check, also where its case is another one now."""
    checks = [IntegrityCheck(case_id=piece.case_id, evidence=piece, **_found(breaks[piece.pk])) for piece in pieces]
    IntegrityCheck.objects.bulk_create(
        checks, update_conflicts=True, unique_fields=["evidence"], update_fields=["case", *_FOUND]
    )


def record_timelines(cases: Sequence[Case], breaks: dict[int, list[Break]]) -> None:
    """Keep what was found of timelines."""
    checks = [IntegrityCheck(case=case, **_found(breaks[case.pk])) for case in cases]
    IntegrityCheck.objects.bulk_create(
        checks, update_conflicts=True, unique_fields=["case", "evidence"], update_fields=_FOUND
    )


def _found(breaks: Sequence[Break]) -> dict[str, Any]:
    rows = [one.row() for one in breaks[:BREAKS_KEPT]]
    return {"checked_at": timezone.now(), "breaks": rows, "is_broken": bool(rows)}
