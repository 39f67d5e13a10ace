"""Findings as rows."""

from typing import Any

from django.db.models import QuerySet

from tickets.models import Finding


def for_rows(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Add to a query of findings what a row shows."""
    return findings.select_related("case", "status_by")


def finding_row(finding: Finding) -> dict[str, Any]:
    """Return a finding as the API tells it; `finding` comes out of `for_rows`."""
    return {
        "id": finding.public_id,
        "case": finding.case.ref,
        "rule": finding.rule,
        "severity": finding.severity,
        "transaction": finding.transaction,
        "recipient": finding.recipient or None,
        "device": finding.device or None,
        "firmware": finding.firmware or None,
        "summary": finding.summary,
        "rule_set": finding.rule_set,
        "holds": finding.holds,
        "status": finding.status,
        "status_by": finding.status_by.shown_name if finding.status_by else None,
        "status_at": finding.status_at,
        "evidence": finding.lines,
    }
