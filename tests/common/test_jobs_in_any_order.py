"""Whatever workers, deaths and messages do in whatever order: a job has its effect at most once, and ends once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from common.jobs.claims import Claim, LeaseLost, claim_job
from common.jobs.models import Job, JobState
from tests.common.conftest import make_job

ENDED = (JobState.DONE, JobState.FAILED)


class OneJob(RuleBasedStateMachine):
    """A job, the workers that believe to hold it, and a clock that only the lease knows."""

    def __init__(self) -> None:
        super().__init__()
        self.job = make_job()
        self.claims: list[Claim] = []
        self.effects = 0
        self.given_up = 0
        self.ended: str | None = None

    @property
    def row(self) -> Job:
        """The row as it is now."""
        return Job.objects.get(pk=self.job.pk)

    @rule()
    def take(self) -> None:
        free = self.row.state == JobState.QUEUED and self.row.due_at <= timezone.now()
        dead = self.row.state == JobState.RUNNING and self.row.due_at < timezone.now()
        claim = claim_job(self.job.pk)
        assert (claim is not None) == (free or dead)
        self.claims += [claim] if claim else []

    @rule()
    def time_passes(self) -> None:
        Job.objects.filter(pk=self.job.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    @precondition(lambda self: self.claims)
    @rule(last=st.booleans())
    def finish(self, last: bool) -> None:
        claim = self.claims[-1 if last else 0]

        def effect() -> str:
            self.effects += 1
            return "done"

        try:
            claim.finish(effect)
        except LeaseLost:
            assert claim.job.claims != self.row.claims or self.row.state != JobState.RUNNING

    @precondition(lambda self: self.claims)
    @rule(last=st.booleans(), final=st.booleans())
    def fail(self, last: bool, final: bool) -> None:
        def give_up(job: Job, reason: str) -> None:
            self.given_up += 1

        self.claims[-1 if last else 0].failed(reason="broken", give_up=give_up, final=final)

    @precondition(lambda self: self.claims)
    @rule(last=st.booleans())
    def postpone(self, last: bool) -> None:
        self.claims[-1 if last else 0].postpone(seconds=60, detail="later")

    @invariant()
    def it_ends_once(self) -> None:
        assert self.effects + self.given_up <= 1
        assert (self.row.state == JobState.DONE) == (self.effects == 1)
        assert (self.row.state == JobState.FAILED) == (self.given_up == 1)

    @invariant()
    def what_ended_stays_so(self) -> None:
        assert self.ended in {None, self.row.state}
        self.ended = self.row.state if self.row.state in ENDED else None


@pytest.mark.django_db
def test_a_job_has_its_effect_at_most_once() -> None:
    checks: Any = list(HealthCheck)
    run_state_machine_as_test(
        OneJob,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=checks
        ),
    )
