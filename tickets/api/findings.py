"""Findings over the API."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from accounts.principal import Principal
from common.api.filters import Filters, TrueOrFalse
from common.api.views import RowsListView, validated
from common.errors import Invalid, NotVisible
from kb.access import get_issue
from kb.models import KnownIssue
from tickets.access import get_case, require_write, visible_findings
from tickets.api.serializers import FindingSerializer, FindingStatusSerializer
from tickets.models import Finding, FindingStatus, Severity
from tickets.queries.findings import finding_rows, for_rows
from tickets.queries.links import links_of
from tickets.services.findings import judge_finding
from tickets.services.links import decide_link


class FindingFilter(Filters):
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
        return finding_rows(asker(self.request), page)


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
        return Response(_told(request, public_id))

    @extend_schema(request=FindingStatusSerializer, responses=FindingSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Confirm or dismiss a finding, or say whether it is a known issue."""
        finding, principal = _finding(request, public_id), asker(request)
        require_write(principal, finding.case)
        values = validated(FindingStatusSerializer, request, partial=True)
        if not values.keys() & {"status", "link"}:
            raise Invalid.field("status", "Give a status, or a link.", code="required")
        with transaction.atomic():
            if "link" in values:
                issue = _issue(principal, finding, values.get("issue"))
                decide_link(finding=finding, issue=issue, author=principal.user, state=values["link"])
            if "status" in values:
                judge_finding(finding=finding, judge=principal.user, status=values["status"])
        return Response(_told(request, public_id))


def _issue(principal: Principal, finding: Finding, name: str | None) -> KnownIssue:
    """Return the issue that a word about a finding is about: the one named, else the one proposed."""
    if name:
        return get_issue(principal, name)
    link = links_of(principal, [finding]).get(finding.pk)
    if link is None:
        raise Invalid.field("issue", "No issue is proposed: name one.", code="required")
    return link.issue


def _told(request: Request, public_id: uuid.UUID) -> dict[str, Any]:
    """Return a finding as it is now."""
    (row,) = finding_rows(asker(request), [_finding(request, public_id)])
    return row


def _finding(request: Request, public_id: uuid.UUID) -> Finding:
    """Return a finding that the reader may see, or raise NotVisible."""
    finding = for_rows(visible_findings(asker(request))).filter(public_id=public_id).first()
    if finding is None:
        raise NotVisible
    return finding
