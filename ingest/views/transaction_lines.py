"""Every line of a finding's transaction, on a page of its own."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.views.door import PageRequest, for_people
from common.errors import NotVisible
from ingest.queries.transaction_lines import FOUND, lines_of, page_of_lines
from ingest.services.transaction_lines import ask_lines
from tickets.access import get_case, visible_findings
from tickets.queries.detectors import titles_of

LINES_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def transaction_lines(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show the lines, or how far the search for them is; a POST begins it. Who sees the finding may ask."""
    case = get_case(request.principal, ref)
    finding = visible_findings(request.principal).filter(case=case, public_id=public_id).first()
    if finding is None or not finding.transaction:
        raise NotVisible
    finding.case = case
    if request.method == "POST":
        ask_lines(finding=finding)
        if not request.htmx:
            return redirect("finding-lines", case.ref, finding.public_id)
    lines = lines_of(finding)
    context: dict[str, Any] = {"case": case, "finding": finding, "lines": lines}
    context["titles"] = titles_of(request.principal, [finding.rule])
    if lines.state == FOUND:
        pages = Paginator(lines.rows, LINES_A_PAGE)
        page = pages.get_page(request.GET.get("page"))
        context |= {"page": page, "rows": page_of_lines(lines, page.number, LINES_A_PAGE)}
    template = "ingest/_transaction_lines.html" if request.htmx else "ingest/transaction_lines.html"
    return render(request, template, context)
