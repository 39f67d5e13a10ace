"""Recording what the logs of a case prove, and what people make of it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from common.errors import Invalid
from tickets.models import Case, EntryKind, Finding, FindingStatus, TimelineEntry

BATCH = 500
WHOLE_LOG = "the whole log"  # what a finding without a transaction is about


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """A finding as the engine gave it, with `lines` that name their evidence."""

    rule: str
    severity: str
    transaction: str
    recipient: str
    device: str
    firmware: str
    summary: str
    rule_set: str
    happened_at: datetime | None
    lines: list[dict[str, Any]]


@transaction.atomic
def record_findings(*, case: Case, found: Iterable[FoundFinding], scope: Q | None = None) -> Counter[str]:
    """Make the case's findings those of its newest scan, whole; return how many of each rule hold.

    `scope` says which findings the scan is about (a detector's run is about its own): all others are left as they are.

    A finding that is known keeps its id and what people made of it. One that no longer holds stays, and says so. One
    that was dismissed is new again where it has become worse, or holds again: nobody has judged that.
    """
    own = case.findings.filter(scope or Q())
    dismissed = {
        key: (severity, holds)
        for key, severity, holds in own.filter(status=FindingStatus.DISMISSED).values_list("key", "severity", "holds")
    }
    own.filter(holds=True).update(holds=False, updated_at=timezone.now())
    iterator = iter(found)
    while batch := list(islice(iterator, BATCH)):
        rows = {row.key: row for row in (_row(case, finding) for finding in batch)}  # one INSERT takes each key once
        Finding.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["case", "key"],
            update_fields=[
                "severity", "firmware", "summary", "rule_set", "happened_at", "lines", "holds", "updated_at",
            ],
        )  # fmt: skip
        again = [key for key, row in rows.items() if key in dismissed and _is_worse(row, *dismissed[key])]
        if again:
            case.findings.filter(key__in=again).update(status=FindingStatus.NEW, status_by=None, status_at=None)
    return Counter(dict(own.filter(holds=True).order_by().values_list("rule").annotate(number=Count("pk"))))


BY_WEIGHT = ("info", "low", "medium", "high", "critical", "unknown")  # unknown counts as above every threshold


def _is_worse(row: Finding, severity: str, held: bool) -> bool:
    """Whether a dismissed finding is more than what was dismissed."""
    return not held or BY_WEIGHT.index(row.severity) > BY_WEIGHT.index(severity)


def finding_key(finding: FoundFinding) -> str:
    """Return what makes two findings of a case the same one. Ids from a log have any length, so they are hashed."""
    parts = (finding.rule, finding.transaction, finding.recipient, finding.device)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _row(case: Case, finding: FoundFinding) -> Finding:
    """Return the model row of a found finding."""
    return Finding(
        case=case,
        key=finding_key(finding),
        rule=finding.rule,
        severity=finding.severity,
        transaction=finding.transaction[:512],
        recipient=finding.recipient[:512],
        device=finding.device[:128],
        firmware=finding.firmware[:80],
        summary=finding.summary,
        rule_set=finding.rule_set,
        happened_at=finding.happened_at,
        lines=finding.lines,
        holds=True,
        updated_at=timezone.now(),
    )


@transaction.atomic
def judge_finding(*, finding: Finding, judge: User, status: str) -> Finding:
    """Confirm or dismiss a finding, or make it new again; the timeline keeps who judged what, and when."""
    if status not in FindingStatus.values:
        raise Invalid.field("status", f"Choose one of {', '.join(FindingStatus.values)}.")
    TimelineEntry.objects.create(
        case_id=finding.case_id,
        author=judge,
        kind=EntryKind.STATE,
        happened_at=timezone.now(),
        text=f"{finding.rule} of {finding.transaction or WHOLE_LOG}: {finding.status} → {status}",
    )
    finding.status = status
    finding.status_by = judge
    finding.status_at = timezone.now()
    finding.save(update_fields=["status", "status_by", "status_at", "updated_at"])
    return finding
