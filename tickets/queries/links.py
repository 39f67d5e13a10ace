"""Which known issues findings are: what people decided, else what a detector proposes.

A proposal is computed: the issue names the finding's rule, or has a detector of that name, and is about the product
of the case. So a new detector proposes at once, everywhere, and nothing of it is stored until a person confirms or
refuses it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.principal import Principal
from common.rows import fetch
from kb.access import visible_issues
from kb.models import Confidence, Detector, KnownIssue
from tickets.access import visible_findings
from tickets.models import Case, Finding, FindingLink, FindingStatus, LinkState

MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Link:
    """An issue that a finding is, or may be: `proposed`, `confirmed` or `refused`."""

    issue: KnownIssue
    state: str


def links_of(principal: Principal, findings: Sequence[Finding]) -> dict[int, Link]:
    """Return the link of each finding that has one, by the finding's id; two queries however many there are."""
    issues = visible_issues(principal)
    decided: defaultdict[int, list[FindingLink]] = defaultdict(list)
    rows = FindingLink.objects.filter(finding__in=[finding.pk for finding in findings], issue__in=issues)
    for row in rows.select_related("issue").order_by("decided_at"):
        decided[row.finding_id].append(row)
    proposals = _proposals(issues, findings)
    found = {}
    for finding in findings:
        if link := _link(decided[finding.pk], proposals.get((finding.case.product_id, finding.rule), [])):
            found[finding.pk] = link
    return found


def _link(decided: Sequence[FindingLink], proposed: Sequence[KnownIssue]) -> Link | None:
    """Return what was confirmed, else a proposal that nobody refused, else the last refusal."""
    for row in reversed(decided):
        if row.state == LinkState.CONFIRMED:
            return Link(row.issue, row.state)
    refused = {row.issue_id for row in decided}
    for issue in proposed:
        if issue.pk not in refused:
            return Link(issue, "proposed")
    return Link(decided[-1].issue, LinkState.REFUSED) if decided else None


def _proposals(
    issues: QuerySet[KnownIssue], findings: Sequence[Finding]
) -> dict[tuple[int | None, str], list[KnownIssue]]:
    """Return the issues that detectors name, by product and rule."""
    products = {finding.case.product_id for finding in findings if finding.case.product_id}
    rules = {finding.rule for finding in findings}
    found: defaultdict[tuple[int | None, str], list[KnownIssue]] = defaultdict(list)
    if products:
        own = Detector.objects.filter(name__in=rules)
        named = issues.filter(Q(detector__in=rules) | Q(pk__in=own.values("issue")), product__in=products)
        named = named.exclude(confidence=Confidence.ARCHIVED).annotate(
            own=ArraySubquery(own.filter(issue=OuterRef("pk")).values("name"))
        )
        for issue in named.order_by("pk"):
            for rule in {issue.detector, *issue.own}:
                found[issue.product_id, rule].append(issue)
    return found


def recognised(issue: KnownIssue) -> QuerySet[Finding]:
    """Return the findings that an issue's rule or detectors recognise and nobody dismissed or refused, of all cases."""
    refused = FindingLink.objects.filter(finding=OuterRef("pk"), issue=issue, state=LinkState.REFUSED)
    own = Q(rule__in=Detector.objects.filter(issue=issue).values("name"))
    rules = own | Q(rule=issue.detector) if issue.detector else own
    findings = Finding.objects.filter(rules, holds=True, case__product=issue.product_id)
    return findings.exclude(status=FindingStatus.DISMISSED).exclude(Exists(refused))


def sightings_of(principal: Principal, issue: KnownIssue) -> list[dict[str, Any]]:
    """Return how often an issue was recognised in the reader's cases, by firmware version; "" is version unknown."""
    seen = recognised(issue).filter(pk__in=visible_findings(principal).values("pk"))
    rows = seen.order_by().values("firmware").annotate(findings=Count("pk"), cases=Count("case", distinct=True))
    return [
        {"version": row["firmware"] or None, "findings": row["findings"], "cases": row["cases"]}
        for row in rows.order_by("firmware")
    ]


# The same as `visible_cases` and `recognised`, written out: a check asks it for a hundred issues at once.
_CONFIRMED = """
SELECT DISTINCT 0 AS place, link.issue_id, seen.id, seen.ref
FROM tickets_findinglink AS link
    JOIN tickets_finding AS finding ON finding.id = link.finding_id
    JOIN tickets_case AS seen ON seen.id = finding.case_id
WHERE link.issue_id = ANY(%(issues)s::bigint[]) AND link.state = 'confirmed'
    AND seen.audience && %(departments)s::integer[]
"""
_RECOGNISED = """
SELECT 1 AS place, issue.id, seen.id, seen.ref
FROM kb_knownissue AS issue, LATERAL (
    SELECT one.id, one.ref FROM tickets_case AS one
    WHERE one.product_id = issue.product_id AND one.audience && %(departments)s::integer[] AND EXISTS (
        SELECT 1 FROM tickets_finding AS finding
        WHERE finding.case_id = one.id AND (
                (issue.detector <> '' AND finding.rule = issue.detector)
                OR finding.rule IN (SELECT own.name FROM kb_detector AS own WHERE own.issue_id = issue.id)
            )
            AND finding.holds AND finding.status <> 'dismissed' AND NOT EXISTS (
                SELECT 1 FROM tickets_findinglink AS refusal
                WHERE refusal.finding_id = finding.id AND refusal.issue_id = issue.id AND refusal.state = 'refused'
            )
    )
    ORDER BY one.id LIMIT %(most)s
) AS seen
WHERE issue.id = ANY(%(issues)s::bigint[])
    AND (issue.detector <> '' OR EXISTS (SELECT 1 FROM kb_detector AS own WHERE own.issue_id = issue.id))
"""
_IN_ORDER = "ORDER BY 1, 2, 3"


def cases_behind(principal: Principal, issues: Collection[int]) -> dict[int, list[str]]:
    """Return the cases in which issues were recognised, by the issues' ids; only those that the reader may see.

    Confirmed cases come first.
    """
    if not issues:
        return {}
    asked = {
        "issues": list(issues),
        "departments": principal.department_ids,
        "most": MOST_CASES,
    }
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)  # each case once, in order
    for _, issue, _, ref in fetch(f"{_CONFIRMED} UNION ALL {_RECOGNISED} {_IN_ORDER}", asked):
        found[issue][ref] = None
    return {issue: list(refs)[:MOST_CASES] for issue, refs in found.items()}


def issues_of_case(principal: Principal, case: Case) -> list[Link]:
    """Return the issues that the findings of a case are or may be, each once, confirmed ones first."""
    decided = FindingLink.objects.filter(finding__case=case).values("finding")
    open_ = case.findings.filter(holds=True).exclude(status=FindingStatus.DISMISSED).exclude(pk__in=decided)
    one_of_each = open_.order_by("rule", "pk").distinct("rule")
    findings = list(Finding.objects.filter(Q(pk__in=one_of_each) | Q(pk__in=decided)).select_related("case"))
    links = [link for link in links_of(principal, findings).values() if link.state != LinkState.REFUSED]
    links.sort(key=lambda link: (link.state != LinkState.CONFIRMED, link.issue.pk))
    return list({link.issue.pk: link for link in reversed(links)}.values())[::-1]
