"""Reading checks that were kept, by who may see them now."""

import uuid
from typing import Any

from django.db.models import QuerySet

from accounts.principal import Principal
from common.errors import NotVisible
from kb.access import visible_issues
from kb.models import StoredCheck
from tickets.access import visible_cases

SHOWN = 10


def kept_check(principal: Principal, public_id: uuid.UUID) -> StoredCheck:
    """Return a kept check, or raise NotVisible: it is not for who may not see one of its issues now.

    Its cases are those that the reader may see.
    """
    found = StoredCheck.objects.select_related("product", "asked_by").filter(public_id=public_id).first()
    if found is None:
        raise NotVisible
    report = found.report
    refs = {row["id"] for row in (*report["items"], *report["withdrawn"])}
    replaced = {row["replaced_by"] for row in report["withdrawn"] if row["replaced_by"]}
    wanted = refs | replaced
    if visible_issues(principal).filter(ref__in=wanted).count() < len(wanted):
        raise NotVisible
    _keep_visible_cases(principal, report)
    return found


def _keep_visible_cases(principal: Principal, report: dict[str, Any]) -> None:
    named = {ref for item in report["items"] for ref in item["cases"]}
    visible = set(visible_cases(principal).filter(ref__in=named).values_list("ref", flat=True)) if named else set()
    for item in report["items"]:
        item["cases"] = [ref for ref in item["cases"] if ref in visible]


def kept_by(principal: Principal) -> QuerySet[StoredCheck]:
    """Return the checks that the reader kept last."""
    return StoredCheck.objects.filter(asked_by=principal.user).select_related("product")[:SHOWN]
