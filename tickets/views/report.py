"""The report of a case: as a page, as Markdown, as PDF."""

from django.conf import settings
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts.views.door import PageRequest, for_people
from tickets.access import get_case
from tickets.downloads import report_download
from tickets.queries.report.case_report import case_report, language_of


@require_safe
@for_people
def report(request: PageRequest, ref: str) -> HttpResponseBase:
    """Show the report of a case, in the reader's language or another."""
    case = get_case(request.principal, ref)
    language = language_of(request.principal, request.GET.get("language"))
    document, _ = case_report(request.principal, case, language=language)
    context = {"case": case, "report": document, "languages": settings.LANGUAGES}
    with translation.override(language):
        return render(request, "tickets/report.html", context)


@require_safe
@for_people
def report_file(request: PageRequest, ref: str, form: str) -> HttpResponseBase:
    """Give the report of a case as a file."""
    case = get_case(request.principal, ref)
    language = language_of(request.principal, request.GET.get("language"))
    document, of = case_report(request.principal, case, language=language)
    return report_download(document, form, made_at=of.now)
