"""What the tests of the job outbox share: kinds of jobs made for a test, and workers that are threads."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from common.jobs import kinds
from common.jobs.kinds import Handle, JobKind
from common.jobs.models import Job

MakeKind = Callable[..., JobKind]


def nothing(job: Job, reason: str) -> None:
    """Be told of a job that was given up."""


@pytest.fixture
def make_kind(monkeypatch: pytest.MonkeyPatch) -> MakeKind:
    """Register a kind of jobs for one test."""

    def make(name: str, handler: Callable[[Handle], None], given_up: Callable[[Job, str], None] = nothing) -> JobKind:
        kind = JobKind(name=name, handler=handler, given_up=given_up, readable=lambda principal: Job.objects.none())
        monkeypatch.setitem(kinds._KINDS, name, kind)
        return kind

    return make


def make_job(kind: str = "test", **values: Any) -> Job:
    """Put a job into the outbox without waking anybody."""
    return Job.objects.create(kind=kind, **({"due_at": timezone.now()} | values))


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """Run the same call in several threads at once, each with a connection of its own; return what they returned."""

    def run(call: Callable[[], Any], *, number: int = 4) -> list[Any]:
        start, results = threading.Barrier(number), []

        def one() -> None:
            try:
                start.wait()
                results.append(call())
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return results

    return run
