"""Promises: the drafted reminder, and noting that it was sent."""

import uuid

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.views.door import PageRequest, for_people
from kb.queries.parties import us
from tickets.access import get_case_to_write
from tickets.models import ContactLanguage, EntryKind
from tickets.queries.chaser import chaser_of
from tickets.services.entries import add_entry


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def chaser(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show the draft; once somebody has sent it, note that it was."""
    case = get_case_to_write(request.principal, ref)
    draft = chaser_of(
        case,
        str(public_id),
        sender=request.user,
        contact_id=request.GET.get("contact", ""),
        language=request.GET.get("language", ""),
    )
    if request.method != "POST":
        context = {"case": case, "draft": draft, "languages": ContactLanguage.choices}
        return render(request, "tickets/chaser.html", context)
    add_entry(
        case=case,
        author=request.user,
        kind=EntryKind.MESSAGE,
        happened_at=timezone.now(),
        text=f"{draft.subject}\n\n{draft.body}",
        from_party=us(),
        to_party=draft.party,
    )
    messages.info(request, gettext("Noted as sent."))
    return redirect(reverse("case", args=[case.ref]) + "#promises")
