"""Mails on the pages: the inbox, one mail, its HTML apart, and filing by hand."""

import unicodedata
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Department
from accounts.principal import principal_of
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, NotVisible
from common.pages import page_of
from common.refusals import in_words
from common.text import storable
from tickets.access import attachment_of, get_case_to_write, get_mail, get_mail_to_write, original_of
from tickets.downloads import attachment_download, original_download
from tickets.models import Mail
from tickets.queries.mail_page import cases_offered, imports_of, left_out_of, listed, newest_revision, page_of_mail
from tickets.queries.mails import filings_of, for_rows, original_row, originals_of
from tickets.services.mail_by_hand import file_mail, take_mail_out
from tickets.services.mail_imports import receive_mail_file
from tickets.uploads import check_before_body, check_origin, receiving, uploaded_file

PAGE_POLICY = "sandbox; default-src 'none'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
REF_ALLOWED = 40
KINDS_OF_DRAFTS = ("ask", "answer", "promise", "claim")


@require_safe
@for_people
def mails(request: PageRequest) -> HttpResponseBase:
    """Show the mails that wait, or all; and the files that were given of late."""
    view = "all" if request.GET.get("view") == "all" else "inbox"
    principal = request.principal
    found = listed(principal, view=view).order_by("-happened_at", "-pk")
    imports = imports_of(principal)
    context = {
        "page": page_of(found, request.GET.get("page")),
        "view": view,
        "imports": imports,
        "reading": any(one.job and one.job.is_open for one in imports),
        "may_write": principal.may_write_anywhere,
        "departments": list(
            Department.objects.filter(pk__in=filter(principal.may_write, principal.department_ids)).order_by("name")
        ),
    }
    return render(request, "tickets/mails.html", context)


@csrf_exempt  # check_origin does its work from the headers, before the body is read
@login_required
@require_POST
def import_mails(request: HttpRequest) -> HttpResponse:
    """Take a file of mail from the page."""
    principal = principal_of(request.user)  # type: ignore[arg-type]
    check_origin(request)
    principal.require_write_anywhere()
    check_before_body(request)
    with receiving(request):
        upload = uploaded_file(request.FILES)
        department = principal.department_to_write(storable(request.POST.get("department", "")).strip() or None)
        receive_mail_file(department=department, giver=principal.user, blob=upload.keep(), name=upload.name or "")
    return HttpResponseClientRedirect("/mails/") if request.headers.get("HX-Request") else redirect("mails")


def _shown(
    request: PageRequest, mail: Mail, *, error: DomainError | None = None, typed: str = "", why_not: str = ""
) -> HttpResponse:
    """Show a mail, with what may be done with it; `why_not`: why it cannot go into the case that was `typed`."""
    filings = list(filings_of(request.principal, mail))
    now = next((one for one in filings if one.taken_back_at is None), None)
    may_write = request.principal.may_write(mail.department_id)
    context = {
        "mail": mail,
        "attachments": list(for_rows(Mail.objects.filter(pk=mail.pk)).get().attachments.all()),
        "filings": filings,
        "originals": [original_row(request.principal, one) for one in originals_of(mail)],
        "entry": newest_revision(now) if now else None,
        "kinds": KINDS_OF_DRAFTS,
        "may_write": may_write,
        "cases": cases_offered(mail) if may_write and mail.case is None else [],
        "left_out": left_out_of(mail) if mail.html else 0,
        "error": in_words(error.detail) if error else "",
        "typed": typed or (mail.selected_case.ref if mail.selected_case else ""),
        "why_not": why_not,
    }
    return render(request, "tickets/mail.html", context, status=422 if error or why_not else 200)


@require_safe
@for_people
def mail(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a mail."""
    return _shown(request, get_mail(request.principal, str(public_id)))


@require_safe
@for_people
def mail_html(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show the HTML of a mail as an answer of its own: sanitised, in a sandbox, with nothing loaded."""
    found = get_mail(request.principal, str(public_id))
    page = page_of_mail(found).html
    response = HttpResponse(
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">{page}'
    )
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@for_people
def original(request: PageRequest, public_id: uuid.UUID, sha256: str = "") -> HttpResponseBase:
    """Give a mail back as it came: the first of its originals, or the one that is named."""
    found = get_mail(request.principal, str(public_id))
    return original_download(
        found,
        original_of(found, sha256).blob_id if sha256 else found.blob_id,
        reader=request.user,
        taken=request.method == "GET",
    )


@require_safe
@for_people
def attachment(request: PageRequest, public_id: uuid.UUID, attached: uuid.UUID) -> HttpResponseBase:
    """Give an attachment back."""
    one = attachment_of(get_mail(request.principal, str(public_id)), attached)
    return attachment_download(one, reader=request.user, taken=request.method == "GET")


@require_POST
@for_people
def file(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Put a mail into a case."""
    found = get_mail_to_write(request.principal, str(public_id))
    typed = storable(request.POST.get("case", "")).strip()[:REF_ALLOWED]
    try:
        case = get_case_to_write(request.principal, unicodedata.normalize("NFKC", typed).upper())
    except NotVisible:
        words = gettext("There is no case of this number that you may see.") if typed else gettext("Choose a case.")
        return _shown(request, found, typed=typed, why_not=words)
    try:
        followed = file_mail(mail=found, case=case, actor=request.user)
    except DomainError as error:
        return _shown(request, found, error=error)
    told = gettext("The mail is in %(case)s now.") % {"case": case.ref}
    if followed:
        told += " " + ngettext(
            "%(n)s mail that answers it followed.", "%(n)s mails that answer it followed.", followed
        ) % {"n": followed}
    messages.info(request, told)
    return redirect("mail", found.public_id)


@require_POST
@for_people
def take_out(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Take a mail out of its case."""
    found = get_mail_to_write(request.principal, str(public_id))
    try:
        take_mail_out(mail=found, actor=request.user, why=storable(request.POST.get("why", "")))
    except DomainError as error:
        return _shown(request, found, error=error)
    messages.info(request, gettext("The mail waits in the inbox. Its entry is struck through in the case."))
    return redirect("mail", found.public_id)
