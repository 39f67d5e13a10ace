"""The lines around a cited line, out of the evidence itself."""

import uuid

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from common.errors import NotVisible
from ingest.services.context import lines_around
from tickets.access import get_case, get_evidence

AROUND = 5
ON_ITS_OWN_PAGE = 25
NUMBER_ALLOWED = 18  # digits


def _number(raw: str | None) -> int:
    """Return a number of the address, or raise NotVisible."""
    if raw and raw.isascii() and raw.isdecimal() and len(raw) <= NUMBER_ALLOWED:
        return int(raw)
    raise NotVisible


@require_safe
@for_people
def evidence_lines(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show the lines around one: into the page of a finding, or on a page of their own."""
    case = get_case(request.principal, ref)
    piece = get_evidence(request.principal, case, str(public_id))
    line = _number(request.GET.get("line"))
    around = lines_around(
        piece,
        file=request.GET.get("file", ""),
        line=line,
        offset=_number(request.GET.get("offset") or "0"),
        context=AROUND if request.htmx else ON_ITS_OWN_PAGE,
    )
    context = {"case": case, "piece": piece, "line": line, "file": request.GET.get("file", ""), "around": around}
    return render(request, "ingest/_lines.html" if request.htmx else "ingest/lines.html", context)
