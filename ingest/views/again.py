"""Reading a piece of evidence again."""

import uuid

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.views.door import PageRequest, for_people
from ingest.services.read_again import read_again
from tickets.access import get_case_to_write, get_evidence


@require_POST
@for_people
def evidence_again(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Promise another reading, and go back to where its progress is."""
    case = get_case_to_write(request.principal, ref)
    read_again(evidence=get_evidence(request.principal, case, str(public_id)))
    return redirect(reverse("case", args=[case.ref]) + "#evidence")
