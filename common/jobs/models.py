"""The job row: the truth about a piece of work. Celery only carries its id."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from common.models import PublicId


class JobState(models.TextChoices):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(PublicId):
    """A promise that `kind` will be done with `args`.

    `due_at` is when it should be looked at next: now for a queued job, the end of the lease for a running one.
    `claims` counts how often a worker took it, and fences an old worker off; `deaths` how often a lease ran out, since
    its worker was gone; `failures` how often its work raised.
    """

    kind = models.CharField(max_length=50)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    progress = models.FloatField(default=0.0)
    detail = models.TextField(default="", blank=True)
    claims = models.PositiveIntegerField(default=0)
    deaths = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    swept_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(progress__gte=0) & Q(progress__lte=1), name="job_progress_is_a_share"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_is_known"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "running"]), name="job_open_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in {JobState.QUEUED, JobState.RUNNING}
