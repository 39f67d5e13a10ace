"""The Celery tasks: run one job by its id, sweep up what is overdue, ask for what is done again and again.

All are safe to run twice.
"""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from common.jobs.claims import Claim, GivenUp, LeaseLost, Postponed, claim_job
from common.jobs.kinds import JobKind, job_kind, repeated_kinds
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_repeated
from common.jobs.wake import RUN_JOB, send
from common.models import IdempotentAnswer

log = logging.getLogger(__name__)

ANSWERS_KEPT = timedelta(days=7)
SWEEP_SIZE = 200
RESEND_AFTER = timedelta(seconds=15)


@shared_task(name=RUN_JOB)
def run_job(job_id: int) -> None:
    """Run the job if it is due and free."""
    claim = claim_job(job_id)
    if claim is None:
        return
    kind = job_kind(claim.job.kind)
    if kind is None:
        claim.postpone(seconds=60, detail=f"This worker does not know the job kind {claim.job.kind!r}.")
        return
    if claim.job.deaths > settings.JOB_DEATHS_ALLOWED:
        reason = f"Given up: {settings.JOB_DEATHS_ALLOWED} workers took this job and died at it."
        claim.failed(reason=reason, give_up=kind.given_up, final=True)
        return
    _work(claim, kind)


def _work(claim: Claim, kind: JobKind) -> None:
    """Let the handler work under the lease, and record how it ended."""
    try:
        with claim:
            kind.handler(claim)
    except Postponed as pause:
        claim.postpone(seconds=pause.seconds, detail=pause.detail)
    except GivenUp as end:
        claim.failed(reason=str(end), give_up=kind.given_up, final=True)
    except LeaseLost as lost:
        log.warning("%s; its result is thrown away", lost)
    except Exception as error:
        log.exception("job %s (%s) failed", claim.job.pk, kind.name)
        claim.failed(reason=f"{type(error).__name__}: {error}", give_up=kind.given_up)


@shared_task(name="common.jobs.tasks.sweep")
def sweep() -> int:
    """Send the ids of jobs that are due again, and forget old idempotent answers; return how many were sent.

    Rows are locked with SKIP LOCKED, so that two sweeps share the work. A job that waits behind long ones is sent again
    only after RESEND_AFTER, or the queue would fill with copies of its id.
    """
    now = timezone.now()
    IdempotentAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()
    with transaction.atomic():
        due = list(
            Job.objects.select_for_update(skip_locked=True)
            .filter(state__in=[JobState.QUEUED, JobState.RUNNING], due_at__lte=now - timedelta(seconds=1))
            .filter(Q(swept_at__isnull=True) | Q(swept_at__lt=now - RESEND_AFTER))
            .order_by("due_at")
            .values_list("pk", flat=True)[:SWEEP_SIZE]
        )
        Job.objects.filter(pk__in=due).update(swept_at=now)
    for job_id in due:
        send(job_id)
    return len(due)


@shared_task(name="common.jobs.tasks.repeat")
def repeat() -> int:
    """Record the jobs that are done again and again and whose time has come; return how many those are."""
    asked = [submit_repeated(kind=kind, every=every) for kind, every in repeated_kinds().items()]
    return sum(job is not None for job in asked)
