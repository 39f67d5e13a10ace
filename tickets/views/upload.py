"""Uploads and downloads of evidence on the pages."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.principal import principal_of
from kb.queries import devices_by_name, party_by_slug
from kb.services.devices import check_zone
from tickets.access import get_case, get_case_to_write, get_evidence
from tickets.downloads import evidence_download
from tickets.services.evidence import EvidenceFacts, store_evidence
from tickets.uploads import check_before_body, check_origin, receiving, uploaded_file


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
        form, upload = request.POST, uploaded_file(request.FILES)
    devices = [name] if (name := form.get("device", "")) else []
    facts = EvidenceFacts(
        device=next(iter(devices_by_name(principal, devices, department_id=case.department_id, field="device")), None),
        firmware=form.get("firmware", "").strip(),
        zone=check_zone(form.get("zone", "").strip()),
        from_party=party_by_slug(form.get("from_party"), field="from_party"),
        note=form.get("note", "").strip(),
    )
    store_evidence(case=case, giver=principal.user, blob=upload.blob, name=upload.name or "", facts=facts)
    address = reverse("case", args=[case.ref]) + "#evidence"
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


@login_required
@require_safe
def download_evidence(request: HttpRequest, ref: str, public_id: str) -> FileResponse:
    """Give a piece of evidence back bit for bit; the custody log notes it."""
    principal = principal_of(request.user)  # type: ignore[arg-type]
    case = get_case(principal, ref)
    return evidence_download(get_evidence(principal, case, public_id), reader=principal.user)
