"""The registry of what kinds of jobs there are: filled once, when the apps start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.db.models import QuerySet

from common.jobs.models import Job


class Handle(Protocol):
    """What a handler may do while it works: tell its progress, and finish."""

    job: Job

    def tell(self, progress: float, detail: str) -> None:
        """Show how far it is (0.0 to 1.0) and in what."""

    def finish(self, effect: Callable[[], str]) -> None:
        """Run `effect` and mark the job done, in one transaction; `effect` returns the closing detail."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: who does it, whom a given up job is told to, and which jobs a reader may see.

    `every` is how often beat asks for it, with no arguments; None: only who asks for it.
    """

    name: str
    handler: Callable[[Handle], None]
    given_up: Callable[[Job, str], None]
    readable: Callable[[Any], QuerySet[Job]]
    every: timedelta | None = None


_KINDS: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind known; the same name twice is a mistake in the program and stops its start."""
    if kind.name in _KINDS:
        raise RuntimeError(f"The job kind {kind.name!r} is registered twice.")
    _KINDS[kind.name] = kind


def job_kind(name: str) -> JobKind | None:
    """Return a kind by its name; None where this version of the program does not know it."""
    return _KINDS.get(name)


def repeated_kinds() -> dict[str, timedelta]:
    """Return the kinds that are asked for again and again, and how often."""
    return {name: kind.every for name, kind in _KINDS.items() if kind.every is not None}


def readable_jobs(principal: Any) -> QuerySet[Job]:
    """Return the jobs whose subject the reader may see."""
    jobs = Job.objects.none()
    for kind in _KINDS.values():
        jobs = jobs | kind.readable(principal)
    return jobs
