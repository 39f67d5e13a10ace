"""Promises: the drafted reminder, and noting that it was sent."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.views.door import PageRequest, for_people
from kb.queries.parties import us
from tickets.access import get_case_to_write
from tickets.models import Case, ContactLanguage, EntryKind
from tickets.queries.chaser import Chaser, chaser_of
from tickets.services.entries import add_entry


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def chaser(request: PageRequest, ref: str, public_id: uuid.UUID) -> HttpResponseBase:
    """Show the draft; once somebody has sent it, note that it was: once for each draft."""
    case = get_case_to_write(request.principal, ref)
    if request.method != "POST":
        context = {"case": case, "draft": _draft(request, case, public_id), "languages": ContactLanguage.choices}
        return render(request, "tickets/chaser.html", context)
    if not _note(request, case, public_id):
        again = gettext("A reminder was noted since this was drafted. If you sent another one, note it here.")
        messages.warning(request, again)
        return redirect("chaser", case.ref, public_id)
    messages.info(request, gettext("Noted as sent."))
    return redirect(reverse("case", args=[case.ref]) + "#promises")


def _draft(request: PageRequest, case: Case, public_id: uuid.UUID) -> Chaser:
    """Return the draft to the contact and in the language that are asked for."""
    chosen = {"contact_id": request.GET.get("contact", ""), "language": request.GET.get("language", "")}
    return chaser_of(case, str(public_id), sender=request.user, **chosen)


@transaction.atomic
def _note(request: PageRequest, case: Case, public_id: uuid.UUID) -> bool:
    """Note that the draft was sent; False where a reminder was noted since it was drafted, as by a first click."""
    Case.objects.select_for_update().get(pk=case.pk)
    draft = _draft(request, case, public_id)
    if request.POST.get("reminders") != str(draft.promise.reminders):
        return False
    add_entry(
        case=case,
        author=request.user,
        kind=EntryKind.MESSAGE,
        happened_at=timezone.now(),
        text=f"{draft.subject}\n\n{draft.body}",
        from_party=us(),
        to_party=draft.party,
    )
    return True
