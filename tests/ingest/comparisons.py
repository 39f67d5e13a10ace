"""Logs of before and after a change, given to a case, and comparisons of them run as a worker would."""

from typing import Any

from common.jobs.models import Job
from common.jobs.tasks import run_job
from kb.models import Device
from tests.conftest import Person
from tests.engine.test_comparison import log, many, rejected, relayed
from tests.ingest.answers import give
from tickets.models import Case, Evidence

FIRST, LAST = "2021-05-18", "2021-05-20"


def before(day: str = FIRST) -> str:
    """Return a hundred messages of which most are rejected."""
    return log(*many(rejected, 70, 1000), *many(relayed, 30, 1100)).replace("2022-06-08", day)


def after(day: str = LAST) -> str:
    """Return a hundred messages of which most are relayed."""
    return log(*many(rejected, 5, 2000), *many(relayed, 95, 2100)).replace("2022-06-08", day)


def two_logs(case: Case, person: Person, device: Device | None = None) -> list[Evidence]:
    """Attach both logs to a case."""
    pieces = [
        give(case, person, text.encode(), name) for name, text in (("before.log", before()), ("after.log", after()))
    ]
    if device is not None:
        Evidence.objects.filter(pk__in=[piece.pk for piece in pieces]).update(device=device)
    return [Evidence.objects.get(pk=piece.pk) for piece in pieces]


def done(job: Job | Any) -> Job:
    """Run a job and return it."""
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)
