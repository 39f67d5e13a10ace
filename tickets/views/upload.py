"""Uploads and downloads of evidence on the pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.principal import Principal, principal_of
from common.text import storable
from kb.queries.devices import devices_by_name
from kb.queries.parties import party_by_slug
from kb.services.devices import check_zone
from tickets.access import get_case, get_case_to_write, get_evidence
from tickets.downloads import evidence_download
from tickets.models import Case
from tickets.services.evidence import EvidenceFacts, store_evidence
from tickets.uploads import check_before_body, check_origin, receiving, uploaded_file

FIELDS = ("device", "firmware", "zone", "from_party", "note")


@csrf_exempt  # check_origin does its work from the headers, before the body is read
@login_required
@require_POST
def upload_evidence(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a file from the case's page."""
    principal = principal_of(request.user)  # type: ignore[arg-type]
    check_origin(request)
    case = get_case_to_write(principal, ref)
    check_before_body(request)
    with receiving(request):
        upload = uploaded_file(request.FILES)
        facts = _facts(principal, case, {name: storable(request.POST.get(name, "")).strip() for name in FIELDS})
        _, new = store_evidence(
            case=case, giver=principal.user, blob=upload.keep(), name=upload.name or "", facts=facts
        )
    if not new:
        words = gettext("%(name)s was here already, byte for byte. Nothing changed; its custody log notes it.")
        told = words % {"name": upload.name}
        if request.headers.get("HX-Request"):  # the page stays open, so it is told where the form is
            return render(request, "tickets/_was_here.html", {"told": told})
        messages.info(request, told)
    address = reverse("case", args=[case.ref]) + "#evidence"
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def _facts(principal: Principal, case: Case, form: dict[str, str]) -> EvidenceFacts:
    """Return what the giver said about a file; names that are unknown are refused, never dropped."""
    names = [form["device"]] if form["device"] else []
    devices = devices_by_name(principal, names, department_id=case.department_id, field="device")
    return EvidenceFacts(
        device=devices[0] if devices else None,
        firmware=form["firmware"],
        zone=check_zone(form["zone"]),
        from_party=party_by_slug(form["from_party"], field="from_party"),
        note=form["note"],
    )


@login_required
@require_safe
def download_evidence(request: HttpRequest, ref: str, public_id: str) -> FileResponse:
    """Give a piece of evidence back bit for bit; the custody log notes it."""
    principal = principal_of(request.user)  # type: ignore[arg-type]
    case = get_case(principal, ref)
    return evidence_download(
        get_evidence(principal, case, public_id), reader=principal.user, taken=request.method == "GET"
    )
