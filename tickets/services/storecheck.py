"""Checking what belongs to no piece and no case: the published heads, chains and parents that are gone, loose blobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from common.heads import NAME, PublishedHead
from tickets.models import Blob, BlobCheck, Case, CustodyEntry, EntrySeal, Evidence, UnpublishedHead, Verification
from tickets.services.heads import KnownHeads
from tickets.services.integrity import BlobState, Break

BREAKS_KEPT = 1000
LISTED = 1000
AHEAD = timedelta(minutes=10)  # so much clocks may differ: a check dated further ahead was none
GONE = f"{NAME} is gone or empty, and there are chains"

# Rows whose parent is not there, which no foreign key allows: what they name, and in which chain they are a number.
_ORPHANS = (
    (
        "custody",
        """
        SELECT piece.public_id::text, NULL, 'its case or its blob is gone' FROM tickets_evidence AS piece
        WHERE NOT EXISTS (SELECT FROM tickets_case AS one WHERE one.id = piece.case_id)
            OR NOT EXISTS (SELECT FROM tickets_blob AS one WHERE one.sha256 = piece.blob_id)
        """,
    ),
    (
        "custody",
        """
        SELECT NULL, link.sequence, 'an entry of the custody of a piece that is gone (' || link.evidence_id || ')'
        FROM tickets_custodyentry AS link
        WHERE NOT EXISTS (SELECT FROM tickets_evidence AS one WHERE one.id = link.evidence_id)
        """,
    ),
    (
        "timeline",
        """
        SELECT NULL, NULL, 'entry ' || entry.public_id || ' of a case that is gone (' || entry.case_id || ')'
        FROM tickets_timelineentry AS entry
        WHERE NOT EXISTS (SELECT FROM tickets_case AS one WHERE one.id = entry.case_id)
        """,
    ),
    (
        "timeline",
        """
        SELECT NULL, seal.sequence, 'a seal of a case that is gone (' || seal.case_id || ')'
        FROM tickets_entryseal AS seal
        WHERE NOT EXISTS (SELECT FROM tickets_case AS one WHERE one.id = seal.case_id)
        """,
    ),
)


def acceptance() -> Verification | None:
    """Return the last decision of an administrator to begin the file of heads anew (heads_anew.py)."""
    return Verification.objects.exclude(accepted_because="").first()


def verifications() -> QuerySet[Verification]:
    """Return the verifications since an administrator began the heads anew, the newest first."""
    accepted = acceptance()
    return Verification.objects.filter(pk__gt=accepted.pk) if accepted else Verification.objects.all()


def remembered_head() -> PublishedHead | None:
    """Return the furthest line of the heads that any verification saw: that it is gone later is told for ever."""
    seen = verifications().filter(head_line__gt=0).order_by("-head_line", "pk").first()
    return PublishedHead(seen.head_line, "", seen.head_hash) if seen else None


def breaks_of_heads(heads: KnownHeads, *, kept_head: str = "") -> list[Break]:
    """Return what is wrong with the file of heads, and what was, until an administrator begins it anew.

    What may pass (it cannot be read now, `kept_head` is none of it) has no entry, and is told once.
    """
    found = [Break(part="heads", what=what, entry=line) for line, what in heads.troubles]
    if not found and heads.newest is None and not heads.unreadable and is_published():
        found.append(Break(part="heads", what=GONE, entry=1))
    told = {one.entry for one in found}
    last = verifications().first()
    found += [
        Break(part="heads", what=one["what"], entry=one["entry"])
        for one in (last.breaks if last else [])
        if one["part"] == "heads" and one["entry"] is not None and one["entry"] not in told
    ]
    if heads.unreadable:
        found.append(Break(part="heads", what=heads.unreadable))
    if kept_head and not heads.has_sought:
        what = f"no line of {NAME} has the hash {kept_head}: lines that were published are gone, or are others"
        found.append(Break(part="heads", what=what))
    return found


def is_published() -> bool:
    """Whether there are chains, and nothing of them waits to be published."""
    has_chains = EntrySeal.objects.exists() or CustodyEntry.objects.exists()
    return has_chains and not UnpublishedHead.objects.exists()


def breaks_of_gone_chains(heads: KnownHeads) -> list[Break]:
    """Return the chains that were published and of which nothing is left."""
    rows = {f"evidence:{one}" for one in Evidence.objects.values_list("public_id", flat=True)}
    rows |= {f"case:{one}" for one in Case.objects.values_list("ref", flat=True)}
    broken = []
    for chain in sorted(heads.chains.keys() - rows):
        kind, _, name = chain.partition(":")
        head = max(heads.of(chain), key=lambda one: one.entries)
        what = f"it is gone with its whole chain, and {head.where} names entry {head.entries}"
        if kind == "evidence":
            broken.append(Break(part="custody", what=what, evidence=name, entry=1))
        else:
            broken.append(Break(part="timeline", what=what, case=name, entry=1))
    return broken


def breaks_of_orphans() -> list[Break]:
    """Return the rows whose case, piece or blob is not there: no check of a piece or a case comes to them."""
    broken = []
    with connection.cursor() as cursor:
        for part, query in _ORPHANS:
            cursor.execute(f"{query} LIMIT {LISTED}")
            broken += [
                Break(part=part, what=what, evidence=evidence, entry=entry)
                for evidence, entry, what in cursor.fetchall()
            ]
    return broken


def loose_blobs() -> QuerySet[Blob]:
    """Return the blobs that no piece names: those of mails and packs, and those whose piece is gone."""
    return Blob.objects.filter(evidence__isnull=True).only("size")


def record_blobs(states: Mapping[str, BlobState]) -> None:
    """Keep what was found of loose blobs, by their hashes."""
    now = timezone.now()
    BlobCheck.objects.bulk_create(
        [BlobCheck(blob_id=sha256, checked_at=now, trouble=state.trouble) for sha256, state in states.items()],
        update_conflicts=True,
        unique_fields=["blob"],
        update_fields=["checked_at", "trouble"],
    )


def breaks_of_loose_blobs() -> list[Break]:
    """Return what the last checks of loose blobs found."""
    checks = BlobCheck.objects.exclude(trouble="").filter(blob__evidence__isnull=True).order_by("pk")
    return [Break(part="blob", what=f"blob {one.blob_id}, which no piece names: {one.trouble}") for one in checks]


def breaks_of_the_store(heads: KnownHeads) -> list[Break]:
    """Return what is broken beside the file of heads, pieces and cases, as far as it was read."""
    return [*breaks_of_loose_blobs(), *breaks_of_gone_chains(heads), *breaks_of_orphans()]


def keep_verification(
    heads: KnownHeads,
    *,
    of_nobody: Sequence[Break],
    of_everything: bool,
    started_at: datetime,
    broken: int,
    checked: int = 0,
    size: int = 0,
) -> None:
    """Keep a run. Of its breaks it keeps those that belong to no case; the head that it remembers never goes back."""
    head, newest = remembered_head(), heads.newest
    if newest is not None and (head is None or (heads.has_kept and newest.line >= head.line)):
        head = newest
    Verification.objects.create(
        started_at=started_at,
        finished_at=timezone.now(),
        of_everything=of_everything,
        checked=checked,
        size=size,
        broken=broken,
        breaks=[one.row() for one in of_nobody[:BREAKS_KEPT]],
        head_line=head.line if head else 0,
        head_hash=head.hash if head else "",
    )
