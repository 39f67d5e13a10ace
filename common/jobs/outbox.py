"""Putting a job into the outbox, in the transaction of what it is about."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from common.jobs.models import Job
from common.jobs.wake import wake


def submit_job(*, kind: str, args: dict[str, Any]) -> Job:
    """Record a job and wake a worker once the surrounding transaction is committed.

    The row is the promise; the wake-up may be lost, late or doubled without harm.
    """
    job = Job.objects.create(kind=kind, args=args, due_at=timezone.now())
    transaction.on_commit(lambda: wake(job.pk), robust=True)
    return job
