"""The history of a catalogue, and that of an issue as its readers may know it."""

from collections.abc import Iterable, Sequence
from typing import Any

from accounts.principal import Principal
from kb.access import visible_issues
from kb.models import CatalogueEvent, IssueAudience, IssueEvent, KnownIssue


def told_events(principal: Principal, issue: KnownIssue, events: Sequence[IssueEvent]) -> list[dict[str, Any]]:
    """Return events of an issue that the reader may see, without what that does not let them read.

    That is the number of a replacement that is hidden from them, and what the issue's fields were while its department
    kept it to itself: it may have been taken out before the issue was opened to everybody.
    """
    opened = 0 if issue.department_id in {None, *principal.department_ids} else _opened(issue)
    refs = {event.detail["replaced_by"] for event in events if event.detail.get("replaced_by")}
    seen = set(visible_issues(principal).filter(ref__in=refs).values_list("ref", flat=True)) if refs else set()
    return [_told(event, _detail(event, kept=event.pk <= opened, seen=seen)) for event in events]


def told_changes(events: Iterable[CatalogueEvent]) -> list[dict[str, Any]]:
    """Return changes of a catalogue, which everybody may know."""
    return [_told(event, event.detail) for event in events]


def _told(event: IssueEvent | CatalogueEvent, detail: dict[str, Any]) -> dict[str, Any]:
    by = event.by.shown_name if event.by else None
    return {"at": event.at, "by": by, "kind": event.kind, "detail": detail}


def _opened(issue: KnownIssue) -> int:
    """Return the event by which the issue was last opened to everybody; 0 where it always was."""
    found = issue.events.filter(detail__changes__audience__new=IssueAudience.EVERYONE)
    return found.order_by("-pk").values_list("pk", flat=True).first() or 0


def _detail(event: IssueEvent, *, kept: bool, seen: set[str]) -> dict[str, Any]:
    detail = dict(event.detail)
    if detail.get("replaced_by") not in seen:
        detail.pop("replaced_by", None)
    if kept and "changes" in detail:
        detail["changes"] = dict.fromkeys(detail["changes"])
    return detail
