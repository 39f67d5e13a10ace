"""A worker's hold on a job: taken with a lease, renewed while it works, ended with the effect in one transaction."""

import logging
import math
import threading
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from common.jobs.models import Job, JobState
from common.text import storable

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker took the job over: whatever this one found is thrown away."""


class Postponed(Exception):
    """The job cannot run now and is no failure: it is looked at again after `seconds`."""

    def __init__(self, seconds: float, detail: str) -> None:
        super().__init__(detail)
        self.seconds = seconds
        self.detail = detail


class GivenUp(Exception):
    """The work can never succeed: trying again would end the same way. The message says why."""


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim_job(job_id: int) -> "Claim | None":
    """Take the job if it is due and nobody holds it; None otherwise.

    The row's lock decides between rivals; one whose worker is just finishing it is not waited for. The claim's number
    is read under the lock: read later, it could already be the next worker's.
    """
    now = timezone.now()
    open_and_due = Q(state=JobState.QUEUED, due_at__lte=now) | Q(state=JobState.RUNNING, due_at__lt=now)
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(open_and_due, pk=job_id).first()
        if job is None:
            return None
        job.deaths += job.state == JobState.RUNNING
        job.state = JobState.RUNNING
        job.claims += 1
        job.due_at = now + _lease()
        job.started_at = now
        job.swept_at = None
        job.save(update_fields=["deaths", "state", "claims", "due_at", "started_at", "swept_at"])
    return Claim(job)


class Claim:
    """The hold of one worker on one job. As a context it renews its lease from a thread of its own."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._fence = Q(pk=job.pk, claims=job.claims, state=JobState.RUNNING)
        self._stop = threading.Event()
        self._renewer = threading.Thread(target=self._renew, name=f"lease-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._renewer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._renewer.join()

    def _renew(self) -> None:
        """Push the end of the lease on, three times a lease. A database that is away only lets it run out."""
        try:
            while not self._stop.wait(settings.JOB_LEASE_SECONDS / 3):
                try:
                    Job.objects.filter(self._fence).update(due_at=timezone.now() + _lease())
                except Exception as error:  # noqa: BLE001  (the lease runs out, and another worker takes over)
                    log.warning("lease of job %s not renewed: %s", self.job.pk, error)
                    connection.close()
        finally:
            connection.close()

    def tell(self, progress: float, detail: str) -> None:
        """Show how far it is; LeaseLost where the job is no longer ours."""
        share = min(max(progress, 0.0), 1.0) if math.isfinite(progress) else 0.0
        told = storable(detail[:500])
        if not Job.objects.filter(self._fence).update(progress=share, detail=told, due_at=timezone.now() + _lease()):
            raise LeaseLost(f"job {self.job.pk} was taken over")

    def finish(self, effect: Callable[[], str]) -> None:
        """Do the effect and mark the job done in one transaction; LeaseLost where it is no longer ours."""
        with transaction.atomic():
            if not Job.objects.select_for_update().filter(self._fence).exists():
                raise LeaseLost(f"job {self.job.pk} was taken over")
            detail = effect()
            Job.objects.filter(self._fence).update(
                state=JobState.DONE, progress=1.0, detail=storable(detail[:2000]), finished_at=timezone.now()
            )

    def postpone(self, *, seconds: float, detail: str) -> None:
        """Give the job back, to be looked at again later."""
        Job.objects.filter(self._fence).update(
            state=JobState.QUEUED,
            due_at=timezone.now() + timedelta(seconds=seconds),
            detail=storable(detail[:500]),
        )

    def failed(self, *, reason: str, give_up: Callable[[Job, str], None], final: bool = False) -> None:
        """Record that the work raised: again later, or given up for good after JOB_FAILURES_ALLOWED or where final."""
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(self._fence).first()
            if job is None:
                return
            job.failures += 1
            job.detail = storable(reason[:2000])
            if final or job.failures >= settings.JOB_FAILURES_ALLOWED:
                job.state = JobState.FAILED
                job.finished_at = timezone.now()
                give_up(job, job.detail)
            else:
                job.state = JobState.QUEUED
                job.due_at = timezone.now() + timedelta(seconds=2**job.failures)
            job.save()
