"""Evidence of a case: the page of a piece, and what is being read now."""

import json
import uuid

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from common.jobs.models import JobState
from tickets.access import get_case, get_evidence
from tickets.queries.case_page import pieces_of
from tickets.queries.reading import jobs_key, state_of
from tickets.services.custody import broken_links

CUSTODY_SHOWN = 500


@require_safe
@for_people
def evidence(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a piece: what it is, what was read of it, who had it in hand. As a fragment: its custody log."""
    case = get_case(request.principal, ref)
    piece = pieces_of(case).get(pk=get_evidence(request.principal, case, str(public_id)).pk)
    custody = list(piece.custody.select_related("actor").order_by("sequence")[:CUSTODY_SHOWN])
    context = {
        "case": case,
        "piece": piece,
        "state": state_of(piece),
        "custody": custody,
        "broken": broken_links(piece),
        "reading": getattr(piece, "reading", None),
        "may_write": request.principal.may_write(case.department_id),
    }
    return render(request, "tickets/_custody.html" if request.htmx else "tickets/evidence.html", context)


@require_safe
@for_people
def open_jobs(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show what is being read now; once something has ended, tell the page to load its parts anew."""
    case = get_case(request.principal, ref)
    pieces = case.evidence.select_related("job").filter(job__state__in=[JobState.QUEUED, JobState.RUNNING])
    jobs = list(pieces.order_by("pk"))
    response = render(request, "tickets/_jobs.html", {"case": case, "open_jobs": jobs, "jobs_key": jobs_key(jobs)})
    if jobs_key(jobs) != request.GET.get("open"):
        response.headers["HX-Trigger"] = json.dumps({"evidence-changed": {}})
    return response
