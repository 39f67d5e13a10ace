"""Putting a job into the outbox, in the transaction of what it is about."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from common.jobs.models import Job, JobState
from common.jobs.wake import wake

KEPT = timedelta(days=1)


def submit_job(*, kind: str, args: dict[str, Any]) -> Job:
    """Record a job and wake a worker once the surrounding transaction is committed.

    The row is the promise; the wake-up may be lost, late or doubled without harm.
    """
    job = Job.objects.create(kind=kind, args=args, due_at=timezone.now())
    transaction.on_commit(lambda: wake(job.pk), robust=True)
    return job


@transaction.atomic
def submit_repeated(*, kind: str, every: timedelta) -> Job | None:
    """Record a job that is done again and again, where its time has come and none is open; None otherwise.

    Of two beats that ask at the same time one goes away with nothing. Rows of the kind that ended are kept for a day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"repeated job {kind}"])
        if not cursor.fetchone()[0]:
            return None
    now = timezone.now()
    newest = Job.objects.filter(kind=kind).order_by("-pk").first()
    if newest is not None and (newest.is_open or newest.created_at > now - every):
        return None
    ended = Job.objects.filter(kind=kind, state__in=[JobState.DONE, JobState.FAILED], finished_at__lt=now - KEPT)
    ended.delete()
    return submit_job(kind=kind, args={})
