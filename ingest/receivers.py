"""What happens when evidence was stored: its reading is promised, in the same transaction."""

from typing import Any

from common.jobs.outbox import submit_job
from ingest.kinds import READ_EVIDENCE
from tickets.models import Evidence
from tickets.signals import evidence_stored


def promise_reading(*, evidence: Evidence, **_: Any) -> None:
    """Put the reading of a new piece of evidence into the outbox."""
    evidence.job = submit_job(kind=READ_EVIDENCE, args={"evidence": str(evidence.public_id)})
    evidence.save(update_fields=["job"])


def connect() -> None:
    """Listen to the signal; called once, at start."""
    evidence_stored.connect(promise_reading, sender=Evidence, dispatch_uid="ingest.promise_reading")
