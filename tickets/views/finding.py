"""Findings of a case: the list, one of them with its lines, what people make of it."""

import uuid

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.views.door import PageRequest, for_people
from common.errors import NotVisible
from common.pages import order_of, page_of
from kb.access import get_issue
from tickets import words
from tickets.access import get_case, get_case_to_write, visible_findings
from tickets.models import Case, Finding
from tickets.queries.case_page import pieces_of
from tickets.queries.cited import shown
from tickets.queries.detectors import titles_of
from tickets.queries.finding_list import COLUMNS, counts_by_rule, filtered, for_rows, worst_first
from tickets.queries.links import links_of
from tickets.queries.reading import coverage_of
from tickets.services.findings import judge_finding
from tickets.services.links import decide_link


@require_safe
@for_people
def findings(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show the findings of a case."""
    case = get_case(request.principal, ref)
    wanted = filtered(for_rows(case.findings.all()), request.GET)
    order = order_of(request.GET.get("order"), COLUMNS, default="severity")
    ordered = wanted.order_by(*order.expressions) if request.GET.get("order") else worst_first(wanted)
    counts = counts_by_rule(case)
    titles = titles_of(request.principal, (row["rule"] for row in counts))
    context = {
        "case": case,
        "titles": titles,
        "page": page_of(ordered, request.GET.get("page")),
        "order": order,
        "rules": [(row["rule"], words.rule_words(row["rule"], titles), row["all"]) for row in counts],
        "statuses": words.choices(words.FINDING_STATUSES),
        "narrow": any(request.GET.get(name) for name in ("rule", "status", "search")),
        "scan": getattr(case, "scan", None),
        "coverage": coverage_of(list(pieces_of(case))),
    }
    return render(request, "tickets/findings.html", context)


def _finding(request: PageRequest, case: Case, public_id: uuid.UUID) -> Finding:
    """Return a finding of a case that the reader may see, or raise NotVisible."""
    findings_ = visible_findings(request.principal).select_related("status_by", "case")
    found = findings_.filter(case=case, public_id=public_id).first()
    if found is None:
        raise NotVisible
    return found


@require_safe
@for_people
def finding(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a finding with the lines that prove it."""
    case = get_case(request.principal, ref)
    opened = shown(_finding(request, case, public_id))
    cited = {line["evidence"] for line in opened.finding.lines}
    rows = case.evidence.filter(public_id__in=cited).values_list("public_id", "name")
    pieces = {str(public_id): name for public_id, name in rows}
    context = {
        "case": case,
        "opened": opened,
        "titles": titles_of(request.principal, [opened.finding.rule]),
        "names": pieces,
        "link": links_of(request.principal, [opened.finding]).get(opened.finding.pk),
        "may_write": request.principal.may_write(case.department_id),
    }
    return render(request, "tickets/finding.html", context)


@require_POST
@for_people
def judgement(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Confirm a finding, dismiss it, or leave it open again."""
    case = get_case_to_write(request.principal, ref)
    found = _finding(request, case, public_id)
    judge_finding(finding=found, judge=request.user, status=request.POST.get("status", ""))
    if request.POST.get("next") == "case":
        return redirect(reverse("case", args=[case.ref]) + "#findings")
    return redirect("finding", case.ref, found.public_id)


@require_POST
@for_people
def link(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Say whether a finding is a known issue."""
    case = get_case_to_write(request.principal, ref)
    found = _finding(request, case, public_id)
    issue = get_issue(request.principal, request.POST.get("issue", ""))
    decide_link(finding=found, issue=issue, author=request.user, state=request.POST.get("link", ""))
    if request.POST.get("next") == "case":
        return redirect(reverse("case", args=[case.ref]) + "#findings")
    return redirect("finding", case.ref, found.public_id)
