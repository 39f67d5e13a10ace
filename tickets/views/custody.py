"""Whether all evidence is still what was given: the page about everything, and checking one piece now."""

import uuid

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.views.door import PageRequest, for_people
from tickets.access import get_case_to_write, get_evidence
from tickets.queries.integrity import store_of
from tickets.services.rechecks import ask_check


@require_safe
@for_people
def custody(request: PageRequest) -> HttpResponseBase:
    """Show what was read again, what is broken, and the published head that people keep elsewhere."""
    return render(request, "tickets/custody.html", {"store": store_of(request.principal)})


@require_POST
@for_people
def check_now(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Promise that a piece is read again, and go back to its page."""
    case = get_case_to_write(request.principal, ref)
    piece = get_evidence(request.principal, case, str(public_id))
    ask_check(evidence=piece, asker=request.user)
    messages.info(request, gettext("It is being read again; load this page anew in a moment."))
    return redirect("evidence", case.ref, piece.public_id)
