"""The story's case with its finding, and a worker that runs what is promised."""

from collections.abc import Callable

import pytest

from common.jobs.models import Job
from common.jobs.tasks import run_job
from tests.conftest import Person
from tests.pages.story import told_story
from tickets.models import Case, Finding


@pytest.fixture
def story(alice: Person) -> Case:
    """The story's case, read, of Alice's department."""
    return told_story(alice.department, alice.user)


@pytest.fixture
def finding(story: Case) -> Finding:
    """What its log proves."""
    return story.findings.get()


@pytest.fixture
def work() -> Callable[[], None]:
    """Run every job of packs that is promised, as a worker would."""

    def run() -> None:
        for job in Job.objects.filter(kind="make-pack", state="queued"):
            run_job(job.pk)

    return run
