"""Findings as rows."""

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.principal import Principal
from kb.models import Detector
from tickets.models import Finding
from tickets.queries.links import Link, links_of


def for_rows(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Add to a query of findings what a row shows."""
    detector = Detector.objects.filter(name=OuterRef("rule")).values("public_id")[:1]
    return findings.select_related("case", "status_by").annotate(detector=Subquery(detector))


def finding_rows(principal: Principal, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as the API tells them, with the issues that they are; `findings` come out of `for_rows`."""
    links = links_of(principal, findings)
    return [_row(finding, links.get(finding.pk)) for finding in findings]


def _row(finding: Finding, link: Link | None) -> dict[str, Any]:
    return {
        "id": finding.public_id,
        "case": finding.case.ref,
        "rule": finding.rule,
        "detector": finding.detector,  # type: ignore[attr-defined]  # of `for_rows`
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
        "issue": link.issue.slug if link else None,
        "link": link.state if link else None,
        "evidence": finding.lines,
    }
