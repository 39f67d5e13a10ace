"""Recording detectors and changing them. Each is checked in a child first, and then runs over all stored evidence."""

import hashlib
import uuid
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from common.errors import Conflict, Invalid
from common.jobs.models import Job
from common.jobs.outbox import submit_job
from common.revisions import require_unchanged
from ingest.kinds import RUN_DETECTOR
from ingest.services.detect_child import check_detector
from kb.models import Detector, DetectorRevision, IssueAudience, KnownIssue
from kb.services.history import record_event
from kb.services.locks import lock_issue


def create_detector(*, issue: KnownIssue, author: User, text: str) -> tuple[Detector, Job]:
    """Record a detector of an issue, and promise that it runs over all stored evidence.

    Its findings name it wherever they stand. So an issue that a department keeps to itself can have none.
    """
    head = check_detector(text)
    _check_issue(issue, head)
    with transaction.atomic():
        locked = lock_issue(issue)
        if locked.audience == IssueAudience.DEPARTMENT:
            raise Invalid.field("issue", f"{locked.ref} is kept to a department, and findings would tell of it.")
        detector = _insert(locked, author, head, text)
        record_event(locked, "detector_added", author, name=detector.name, revision=1)
        return detector, _keep_and_promise(detector, author)


def _insert(issue: KnownIssue, author: User, head: dict[str, Any], text: str) -> Detector:
    try:
        with transaction.atomic():
            return Detector.objects.create(
                public_id=uuid.UUID(head["id"]), name=head["rule"], issue=issue, created_by=author, **_told(head, text)
            )
    except IntegrityError:
        raise Conflict.taken(f"There is a detector with the name {head['rule']} or the id {head['id']}.") from None


def change_detector(
    *, detector: Detector, author: User, changes: dict[str, Any], seen: str | None = None
) -> tuple[Detector, Job | None]:
    """Give a detector another text, or switch it on or off; what changes nothing is no new revision, and runs nothing.

    Its id and its name stay, since findings are known by them. Outdated where it is not in the revision `seen`.
    """
    require_unchanged(seen, str(detector.revision))
    head = check_detector(changes["text"]) if "text" in changes else None
    if head is not None:
        _check_issue(detector.issue, head)
        if (head["id"], head["rule"]) != (str(detector.public_id), detector.name):
            raise Invalid.field(
                "text", f"The id {detector.public_id} and the name {detector.name} stay: findings are known by them."
            )
    with transaction.atomic():
        stored = Detector.objects.select_for_update().get(pk=detector.pk)
        require_unchanged(seen, str(stored.revision))
        text, enabled = changes.get("text", stored.text), changes.get("enabled", stored.enabled)
        if (stored.text, stored.enabled) == (text, enabled):
            return stored, None
        if head is not None:
            for field, value in _told(head, text).items():
                setattr(stored, field, value)
        stored.enabled = enabled
        stored.revision += 1
        stored.save()
        record_event(stored.issue, "detector_changed", author, name=stored.name, revision=stored.revision)
        return stored, _keep_and_promise(stored, author)


def _told(head: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "title": head["title"],
        "severity": head["severity"],
        "date": head["date"],
        "text": text,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
    }


def _check_issue(issue: KnownIssue, head: dict[str, Any]) -> None:
    """Refuse a text that says that it is of another issue."""
    if head["issue"] is not None and head["issue"] not in {issue.slug, issue.ref}:
        raise Invalid.field("text", f"zenrei, issue: it says {head['issue']}, and the issue is {issue.slug}.")


def _keep_and_promise(detector: Detector, author: User) -> Job:
    """Keep the revision, and promise its run."""
    DetectorRevision.objects.create(
        detector=detector,
        number=detector.revision,
        text=detector.text,
        digest=detector.digest,
        enabled=detector.enabled,
        by=author,
    )
    return submit_job(kind=RUN_DETECTOR, args={"detector": str(detector.public_id), "revision": detector.revision})
