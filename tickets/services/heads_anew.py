"""Beginning the file of published heads anew, where it was lost or damaged: an administrator decides, and it is kept.

From then on the chains count as they are now. So nothing else does it.
"""

from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from common.errors import Invalid
from tickets.models import Verification
from tickets.services.heads import heads_file

# The end of each chain waits to be published, as it did when there were first heads (migration `entries_are_sealed`).
_ENDS = (
    """
    INSERT INTO tickets_unpublishedhead (chain, entries, hash)
        SELECT DISTINCT ON (link.evidence_id) 'evidence:' || piece.public_id, link.sequence, link.hash
        FROM tickets_custodyentry AS link JOIN tickets_evidence AS piece ON piece.id = link.evidence_id
        ORDER BY link.evidence_id, link.sequence DESC
    """,
    """
    INSERT INTO tickets_unpublishedhead (chain, entries, hash)
        SELECT DISTINCT ON (seal.case_id) 'case:' || one.ref, seal.sequence, seal.hash
        FROM tickets_entryseal AS seal JOIN tickets_case AS one ON one.id = seal.case_id
        ORDER BY seal.case_id, seal.sequence DESC
    """,
)


def begin_heads_anew(*, why: str) -> Path | None:
    """Put the file of heads aside, publish the ends of all chains anew, and keep why; return where the old file lies.

    The file goes first: where this ends in between, heads are missing, which verification tells.
    """
    if not why.strip():
        raise Invalid.field("why", "Say why: it is kept, and shown on the page of custody.", code="required")
    aside = heads_file().put_aside()
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        for ends in _ENDS:
            cursor.execute(ends)
        Verification.objects.create(
            started_at=now,
            finished_at=now,
            checked=0,
            size=0,
            broken=0,
            of_everything=False,
            accepted_because=why.strip(),
        )
    return aside
