"""Findings over the API."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.filters import TrueOrFalse
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from tickets.access import get_case, require_write, visible_findings
from tickets.api.serializers import FindingSerializer, FindingStatusSerializer
from tickets.models import Finding, FindingStatus, Severity
from tickets.queries.findings import finding_row, for_rows
from tickets.services.findings import judge_finding


class FindingFilter(filters.FilterSet):
    """Filters of the lists."""

    rule = filters.CharFilter()
    severity = filters.ChoiceFilter(choices=Severity.choices)
    status = filters.ChoiceFilter(choices=FindingStatus.choices)
    holds = TrueOrFalse()


class FindingList(RowsListView):
    """The findings of all cases that the reader may see."""

    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    queryset = Finding.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-created_at", "happened_at", "rule")
    search_fields = ("transaction", "recipient", "summary")

    def get_queryset(self) -> QuerySet[Finding]:
        """Return what the reader may see."""
        return for_rows(visible_findings(asker(self.request)))

    def rows(self, page: Sequence[Finding]) -> list[dict[str, Any]]:
        """Return the findings of a page."""
        return [finding_row(finding) for finding in page]


class CaseFindings(FindingList):
    """The findings of one case."""

    def get_queryset(self) -> QuerySet[Finding]:
        """Return the findings of the case."""
        return for_rows(get_case(asker(self.request), self.kwargs["ref"]).findings.all())


class FindingView(APIView):
    """One finding."""

    @extend_schema(responses=FindingSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a finding with its lines."""
        return Response(finding_row(_finding(request, public_id)))

    @extend_schema(request=FindingStatusSerializer, responses=FindingSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Confirm or dismiss a finding."""
        finding = _finding(request, public_id)
        require_write(asker(request), finding.case)
        status = validated(FindingStatusSerializer, request)["status"]
        return Response(finding_row(judge_finding(finding=finding, judge=asker(request).user, status=status)))


def _finding(request: Request, public_id: uuid.UUID) -> Finding:
    """Return a finding that the reader may see, or raise NotVisible."""
    finding = for_rows(visible_findings(asker(request))).filter(public_id=public_id).first()
    if finding is None:
        raise NotVisible
    return finding
