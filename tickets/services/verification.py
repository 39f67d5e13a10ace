"""Reading everything again: every blob, every custody chain, every timeline, the published heads (`zenrei verify`)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from common.heads import NAME
from common.storage import evidence_store
from tickets.models import Blob, Case, Evidence, IntegrityCheck, Verification
from tickets.services.custody import UNREADABLE
from tickets.services.heads import KnownHeads, known_heads
from tickets.services.integrity import (
    BlobState,
    Break,
    breaks_of_pieces,
    breaks_of_timelines,
    case_chain,
    check_blob,
    evidence_chain,
)

AT_ONCE = 100
BREAKS_KEPT = 1000
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
    last = Verification.objects.first()
    seen = {last.head_line: last.head_hash} if last and last.head_line else None
    found = Verified(known_heads(kept=seen, sought=kept_head))
    found.broken += _of_heads(found.heads, kept_head)
    left = set(found.heads.chains)
    for pieces in _in_parts(pieces_to_check(), "received_at"):
        _verify_pieces(pieces, found, tell)
        left -= {evidence_chain(piece) for piece in pieces}
    for cases in _in_parts(Case.objects.only("ref")):
        _verify_timelines(cases, found)
        left -= {case_chain(case) for case in cases}
    found.broken += [*_of_blobs_without_piece(found, tell), *_of_chains_without_rows(sorted(left), found.heads)]
    _keep(found)
    return found


def pieces_to_check() -> QuerySet[Evidence]:
    """Return the evidence with what a check of it asks, and nothing else: any column can have been spoiled."""
    names = ("public_id", "name", "received_at", "received_by", "blob__size", "case__ref")
    return Evidence.objects.select_related("blob", "case").only(*names)


def _in_parts(rows: QuerySet[Row], *spoilt: str) -> Iterator[Sequence[Row]]:
    """Yield all rows, AT_ONCE at a time, by their ids; where one cannot be read, without the columns `spoilt`."""
    last = 0
    while True:
        after = rows.filter(pk__gt=last).order_by("pk")
        try:
            part = list(after[:AT_ONCE])
        except UNREADABLE:
            part = list(after.defer(*spoilt)[:AT_ONCE])
        if not part:
            return
        yield part
        last = part[-1].pk


def _of_heads(heads: KnownHeads, kept_head: str) -> list[Break]:
    """Return what is wrong with the file of published heads itself."""
    found = [Break(part="heads", what=what, entry=line) for line, what in heads.troubles]
    if heads.unreadable:
        found.append(Break(part="heads", what=heads.unreadable))
    if kept_head and not heads.has_sought:
        what = f"no line of {NAME} has the hash {kept_head}: lines that were published are gone, or are others"
        found.append(Break(part="heads", what=what))
    return found


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


def _of_blobs_without_piece(found: Verified, tell: Tell) -> list[Break]:
    """Return what is wrong with blobs that no piece names: whose piece may be gone."""
    broken = []
    for blob in Blob.objects.filter(evidence__isnull=True).only("size").order_by("pk").iterator():
        _read_blob(blob, found, tell)
        if trouble := found.blobs[blob.sha256].trouble:
            broken.append(Break(part="blob", what=f"blob {blob.sha256}, which no piece names: {trouble}"))
    return broken


def _of_chains_without_rows(chains: Sequence[str], heads: KnownHeads) -> list[Break]:
    """Return the chains that were published and of which nothing is left."""
    broken = []
    for chain in chains:
        kind, _, name = chain.partition(":")
        head = max(heads.of(chain), key=lambda one: one.entries)
        what = f"it is gone with its whole chain, and {head.where} names entry {head.entries}"
        if kind == "evidence":
            broken.append(Break(part="custody", what=what, evidence=name, entry=1))
        else:
            broken.append(Break(part="timeline", what=what, case=name, entry=1))
    return broken


def record_pieces(pieces: Sequence[Evidence], breaks: dict[int, list[Break]]) -> None:
    """Keep what was found of pieces."""
    _record([IntegrityCheck(case_id=piece.case_id, evidence=piece, **_found(breaks[piece.pk])) for piece in pieces])


def record_timelines(cases: Sequence[Case], breaks: dict[int, list[Break]]) -> None:
    """Keep what was found of timelines."""
    _record([IntegrityCheck(case=case, **_found(breaks[case.pk])) for case in cases])


def _found(breaks: Sequence[Break]) -> dict[str, Any]:
    rows = [one.row() for one in breaks[:BREAKS_KEPT]]
    return {"checked_at": timezone.now(), "breaks": rows, "is_broken": bool(rows)}


def _record(checks: Sequence[IntegrityCheck]) -> None:
    IntegrityCheck.objects.bulk_create(
        checks,
        update_conflicts=True,
        unique_fields=["case", "evidence"],
        update_fields=["checked_at", "breaks", "is_broken"],
    )


def _keep(found: Verified) -> None:
    """Keep the run. Of its breaks it keeps those that belong to no case that is there."""
    newest = found.heads.newest
    of_nobody = [one for one in found.broken if one.part == "heads" or not one.case]
    Verification.objects.create(
        started_at=found.started_at,
        finished_at=timezone.now(),
        checked=found.checked,
        size=found.size,
        broken=len(found.broken),
        breaks=[one.row() for one in of_nobody[:BREAKS_KEPT]],
        head_line=newest.line if newest else 0,
        head_hash=newest.hash if newest else "",
    )
