"""Every line of a finding's transaction over the API."""

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.pagination import PAGE_LIMIT, PAGE_SIZE, PAGE_SIZE_LIMIT, whole_number
from common.errors import NotVisible
from ingest.queries.transaction_lines import ABSENT, FAILED, FOUND, SEARCHING, lines_of, page_of_lines
from ingest.services.transaction_lines import ask_lines
from tickets.access import visible_findings
from tickets.models import Finding


class TransactionLineSerializer(serializers.Serializer[Any]):
    """A line that names the transaction, or a child of it; `text` null: `unread` says why."""

    evidence = serializers.UUIDField()
    file = serializers.CharField(allow_blank=True, help_text="The member of an archive.")
    line = serializers.IntegerField()
    offset = serializers.IntegerField(help_text="Bytes of the unpacked stream.")
    transaction = serializers.CharField()
    child = serializers.CharField(allow_blank=True, help_text="What a child has behind its parent's id.")
    cited = serializers.BooleanField(help_text="Whether the finding cites it.")
    text = serializers.CharField(allow_null=True, allow_blank=True)
    unread = serializers.CharField(allow_null=True)


class BrokenStreamSerializer(serializers.Serializer[Any]):
    """A stream that was not read to its end: lines of it may be missing."""

    evidence = serializers.CharField()
    file = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class TransactionLinesSerializer(serializers.Serializer[Any]):
    """A page of the lines. Until `state` is `found` nothing is known of them, and `count` is null."""

    state = serializers.ChoiceField(choices=[FOUND, SEARCHING, FAILED, ABSENT])
    job = serializers.UUIDField(allow_null=True, help_text="The search that is on its way.")
    detail = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(allow_null=True)
    left_out = serializers.IntegerField(help_text="Lines beyond those that are listed.")
    broken = BrokenStreamSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TransactionLineSerializer(many=True)


class SearchSerializer(serializers.Serializer[Any]):
    """A search that is on its way."""

    job = serializers.UUIDField()


def _number(name: str, limit: int) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "integer", "minimum": 1, "maximum": limit}, required=False)


class FindingLines(APIView):
    """The lines of a finding's transaction. To let them be searched for changes nothing, and asking twice asks once."""

    asks_only = True

    @extend_schema(
        parameters=[_number("page", PAGE_LIMIT), _number("page_size", PAGE_SIZE_LIMIT)],
        responses=TransactionLinesSerializer,
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell every line of the transaction, its children's too, page by page; `POST` lets them be searched for."""
        params = request.query_params
        page = whole_number(params.get("page"), name="page", default=1, limit=PAGE_LIMIT)
        size = whole_number(params.get("page_size"), name="page_size", default=PAGE_SIZE, limit=PAGE_SIZE_LIMIT)
        lines = lines_of(_finding(request, public_id))
        rows = page_of_lines(lines, page, size) if lines.rows else []
        if page > 1 and not rows:
            raise ValidationError({"page": f"There is no page {page}."})
        address = request.build_absolute_uri()
        more = page * size < len(lines.rows)
        return Response(
            {
                "state": lines.state,
                "job": lines.job.public_id if lines.job else None,
                "detail": lines.reason,
                "count": lines.count if lines.state == FOUND else None,
                "left_out": lines.left_out,
                "broken": lines.broken,
                "next": replace_query_param(address, "page", page + 1) if more else None,
                "previous": replace_query_param(address, "page", page - 1) if page > 1 else None,
                "results": [_row(row) for row in rows],
            }
        )

    @extend_schema(request=None, responses={202: SearchSerializer}, extensions={"x-asks-only": True})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Promise a search for the lines in all logs of the case; one that is on its way is the answer too."""
        return Response({"job": ask_lines(finding=_finding(request, public_id)).public_id}, status=202)


def _finding(request: Request, public_id: uuid.UUID) -> Finding:
    finding = visible_findings(asker(request)).select_related("case").filter(public_id=public_id).first()
    if finding is None:
        raise NotVisible
    return finding


def _row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("evidence", "file", "line", "offset", "transaction", "child", "cited", "text")
    return {name: row[name] for name in names} | {"unread": row.get("unread")}
