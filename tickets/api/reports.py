"""The report of a case over the API."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.permissions import asker
from tickets.access import get_case
from tickets.downloads import report_download
from tickets.queries.report.case_report import case_report, language_of

LANGUAGE = OpenApiParameter(
    "language",
    str,
    enum=[code for code, _ in settings.LANGUAGES],
    description="The language of the report; the reader's own where not given.",
)


def _report(request: Request, ref: str, form: str) -> HttpResponse:
    """Return the report of a case that the caller may see."""
    principal = asker(request)
    case = get_case(principal, ref)
    language = language_of(principal, request.query_params.get("language"))
    document, of = case_report(principal, case, language=language)
    return report_download(document, form, made_at=of.now)


class CaseReportMarkdown(APIView):
    """The report of a case as Markdown."""

    @extend_schema(parameters=[LANGUAGE], responses={(200, "text/markdown"): OpenApiResponse(OpenApiTypes.STR)})
    def get(self, request: Request, ref: str) -> Any:
        """Give all that the case holds as one text. It holds originals: an evidence pack is what can be given away."""
        return _report(request, ref, "md")


class CaseReportPdf(APIView):
    """The report of a case as PDF."""

    @extend_schema(parameters=[LANGUAGE], responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, ref: str) -> Any:
        """Give all that the case holds as PDF. It holds originals: an evidence pack is what can be given away."""
        return _report(request, ref, "pdf")
