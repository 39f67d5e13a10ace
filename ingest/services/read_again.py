"""Reading a piece of evidence again: after a failure whose cause is gone, or with a newer rule set."""

from django.db import transaction

from common.errors import Conflict
from common.jobs.models import Job
from common.jobs.outbox import submit_job
from ingest.kinds import READ_EVIDENCE
from tickets.models import Case, Evidence


@transaction.atomic
def read_again(*, evidence: Evidence) -> Job:
    """Promise another reading of a piece, and with it of its case; refuse while one is on its way."""
    Case.objects.select_for_update().get(pk=evidence.case_id)
    current = Evidence.objects.select_related("job").get(pk=evidence.pk)
    if current.job is not None and current.job.is_open:
        raise Conflict(f"{evidence.name} is being read.", code="running")
    current.job = submit_job(kind=READ_EVIDENCE, args={"evidence": str(evidence.public_id), "again": True})
    current.save(update_fields=["job"])
    return current.job
