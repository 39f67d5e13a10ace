"""Findings on screen: their order, their filters, and their counts by rule."""

from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, When

from tickets.models import Case, Finding, FindingStatus, Severity

STATUS_RANK = Choose(
    When(holds=False, then=Value(2)),
    When(status=FindingStatus.DISMISSED, then=Value(1)),
    default=Value(0),
    output_field=IntegerField(),
)
SEVERITY_RANK = Choose(
    *(When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Severity.values)),
    output_field=IntegerField(),
)
COLUMNS: dict[str, Any] = {
    "rule": F("rule"),
    "severity": SEVERITY_RANK,
    "happened": F("happened_at"),
    "recipient": F("recipient"),
    "status": F("status"),
}
ROW_FIELDS = (
    "public_id", "rule", "severity", "recipient", "transaction", "device", "firmware", "summary", "happened_at",
    "holds", "status", "case_id",
)  # fmt: skip


def worst_first(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Order findings by what hurts: those that hold and were not dismissed, the worst, the earliest."""
    return findings.order_by(STATUS_RANK, SEVERITY_RANK, F("happened_at").asc(nulls_last=True), "pk")


def for_rows(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Leave out the cited lines: a row does not show them."""
    return findings.only(*ROW_FIELDS)


def filtered(findings: QuerySet[Finding], values: Any) -> QuerySet[Finding]:
    """Keep the findings that the address asks for."""
    rule, status = values.get("rule", "")[:40], values.get("status", "")
    search = values.get("search", "").replace("\x00", "").strip()[:200]
    if rule:
        findings = findings.filter(rule=rule)
    if status in FindingStatus.values:
        findings = findings.filter(status=status)
    if search:
        findings = findings.filter(Q(recipient__icontains=search) | Q(transaction__icontains=search))
    return findings


def counts_by_rule(case: Case) -> list[dict[str, Any]]:
    """Return for each rule how many findings of a case stand: hold, and were not dismissed."""
    stands = Q(holds=True) & ~Q(status=FindingStatus.DISMISSED)
    rows: Any = case.findings.values("rule").annotate(
        stand=Count("pk", filter=stands),
        new=Count("pk", filter=stands & Q(status=FindingStatus.NEW)),
        serious=Count("pk", filter=stands & ~Q(severity=Severity.INFO)),
        all=Count("pk"),
        virus=Count("pk", filter=stands & Q(severity=Severity.CRITICAL)),
    )
    return sorted(rows, key=lambda row: (-row["serious"], -row["stand"], row["rule"]))
