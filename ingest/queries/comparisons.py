"""Comparisons of logs: which there are in a case, and what each says."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from common.errors import NotVisible
from common.jobs.models import Job, JobState
from ingest.kinds import COMPARE_LOGS
from ingest.queries.firmware import Installed, upgrades_of
from ingest.services.answers import kept_answer, kept_names
from tickets.models import Case, Evidence, ReadingState

LISTED = 500
PIECES_SHOWN = 200
SUGGESTED = 5
NOT_KEPT = "Its answer is not kept any more: compare again."


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison: its job, and the answer where there is one; `failed` says why there is none and never will be."""

    job: Job
    answer: dict[str, Any] | None

    @property
    def failed(self) -> str:
        """Why it has no answer, or nothing."""
        if self.answer is not None or self.job.is_open:
            return ""
        return NOT_KEPT if self.job.state == JobState.DONE else self.job.detail


def comparisons_of(case: Case) -> QuerySet[Job]:
    """Return the comparisons of a case, the newest first: those that are kept, and those on their way."""
    ids = [name for name in kept_names(COMPARE_LOGS, case, most=LISTED) if _is_id(name)]
    on_the_way = Q(state__in=[JobState.QUEUED, JobState.RUNNING], args__case=case.ref)
    return Job.objects.filter(Q(public_id__in=ids) | on_the_way, kind=COMPARE_LOGS).order_by("-pk")


def _is_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def get_comparison(case: Case, public_id: uuid.UUID) -> Told:
    """Return a comparison of a case, or raise NotVisible."""
    job = Job.objects.filter(public_id=public_id, kind=COMPARE_LOGS, args__case=case.ref).first()
    if job is None:
        raise NotVisible
    return told(case, job)


def told(case: Case, job: Job) -> Told:
    """Return a comparison with its answer, where it is done and kept."""
    answer = kept_answer(COMPARE_LOGS, case, str(job.public_id)) if job.state == JobState.DONE else None
    return Told(job, answer if answer and "rows" in answer else None)


def comparison_rows(case: Case, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Return comparisons as the API tells them, without their rows."""
    return [_row(told(case, job)) | {"answer": None} for job in jobs]


def comparison_row(shown: Told) -> dict[str, Any]:
    """Return a comparison as the API tells it, whole."""
    return _row(shown) | {"answer": shown.answer}


def _row(shown: Told) -> dict[str, Any]:
    job = shown.job
    days = job.args["days"]
    return {
        "id": job.public_id,
        "job": job.public_id,
        "state": job.state,
        "progress": job.progress,
        "detail": shown.failed or job.detail,
        "asked_at": job.created_at,
        "before": job.args["before"],
        "after": job.args["after"],
        "before_days": _days(days["before"]),
        "after_days": _days(days["after"]),
        "significant": shown.answer["significant"] if shown.answer else None,
    }


def _days(days: list[str | None] | None) -> dict[str, str | None] | None:
    return {"first": days[0], "last": days[1]} if days else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change of firmware whose days before and after the evidence has: `address` is the question about it."""

    change: Installed
    address: str


NO_LOGS = (ReadingState.NOT_A_LOG, ReadingState.TAKEN_OUT)


@dataclass(frozen=True, slots=True)
class Comparable:
    """The pieces of a case that are logs, and which questions lie near."""

    pieces: list[Evidence]
    no_logs: int
    suggestions: list[Suggestion]


def comparable(case: Case) -> Comparable:
    """Return what can be compared in a case."""
    rows = case.evidence.select_related("reading", "device").defer("reading__files").order_by("pk")[:PIECES_SHOWN]
    everything = list(rows)
    pieces = [piece for piece in everything if _state(piece) not in NO_LOGS]
    devices = {piece.device.pk: piece.device for piece in pieces if piece.device}
    changes = [one for one in upgrades_of(list(devices.values())) if one.before]
    found = [Suggestion(one, address) for one in changes if (address := _question(one, pieces))]
    return Comparable(pieces, len(everything) - len(pieces), found[-SUGGESTED:])


def _state(piece: Evidence) -> str:
    reading = getattr(piece, "reading", None)
    return reading.state if reading else ""


def _question(change: Installed, pieces: list[Evidence]) -> str:
    """Return the question that compares the days before a change with those behind it; empty where either is missing.

    The day of the change itself has lines of both, and is on neither side.
    """
    day = change.day.isoformat()
    own = [piece for piece in pieces if piece.device == change.device and hasattr(piece, "reading")]
    before = [str(piece.public_id) for piece in own if "" < piece.reading.first_time[:10] < day]
    after = [str(piece.public_id) for piece in own if piece.reading.last_time[:10] > day]
    if not before or not after:
        return ""
    days = {
        "before_last": (change.day - timedelta(days=1)).isoformat(),
        "after_first": (change.day + timedelta(days=1)).isoformat(),
    }
    return urlencode({"before": before, "after": after, **days}, doseq=True)
