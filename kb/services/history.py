"""The history of an issue: what happened to it, when, by whom. Rows are added, never changed."""

from typing import Any

from accounts.models import User
from kb.models import IssueEvent, KnownIssue


def record_event(issue: KnownIssue, kind: str, author: User | None, **detail: Any) -> None:
    """Write what happened into the issue's history; without an author it was a pack."""
    IssueEvent.objects.create(issue=issue, kind=kind, by=author, detail=detail)
