"""Detectors as rows, and what they said of a case: only what the reader may see."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.principal import Principal
from common.errors import NotVisible
from common.jobs.models import Job
from ingest.kinds import RUN_DETECTOR
from kb.access import visible_issues
from kb.models import Detector


def visible_detectors(principal: Principal) -> QuerySet[Detector]:
    """Return the detectors of issues that the reader may see."""
    return Detector.objects.filter(issue__in=visible_issues(principal)).select_related("issue__product", "created_by")


def get_detector(principal: Principal, public_id: Any) -> Detector:
    """Return a detector, or raise NotVisible."""
    detector = visible_detectors(principal).filter(public_id=public_id).first()
    if detector is None:
        raise NotVisible
    return detector


def visible_detector_jobs(principal: Principal) -> QuerySet[Job]:
    """Return the runs of detectors that the reader may see, and those over cases that the reader may see."""
    named = Cast(KeyTextTransform("detector", OuterRef("args")), UUIDField())
    of_detectors = Exists(visible_detectors(principal).filter(public_id=named))
    return Job.objects.filter(of_detectors, kind=RUN_DETECTOR)


def newest_run(detector: Detector) -> Job | None:
    """Return the newest run of a detector over all stored evidence."""
    return Job.objects.filter(kind=RUN_DETECTOR, args__detector=str(detector.public_id)).order_by("-pk").first()


def detector_rows(detectors: Sequence[Detector]) -> list[dict[str, Any]]:
    """Return detectors as lists tell them."""
    return [detector_row(detector) for detector in detectors]


def detector_row(detector: Detector) -> dict[str, Any]:
    """Return a detector as a list tells it."""
    return {
        "id": detector.public_id,
        "name": detector.name,
        "title": detector.title,
        "severity": detector.severity,
        "date": detector.date,
        "issue": detector.issue.slug,
        "product": detector.issue.product.slug,
        "revision": detector.revision,
        "digest": detector.digest,
        "enabled": detector.enabled,
        "created_at": detector.created_at,
        "updated_at": detector.updated_at,
    }


def detector_detail(detector: Detector) -> dict[str, Any]:
    """Return a detector with its text and each that it had."""
    revisions = [
        {
            "number": one.number,
            "digest": one.digest,
            "enabled": one.enabled,
            "text": one.text,
            "by": one.by.shown_name if one.by else None,
            "at": one.at,
        }
        for one in detector.revisions.select_related("by")
    ]
    return detector_row(detector) | {"text": detector.text, "revisions": revisions}
