"""Two logs side by side over the API."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Day, Text, TextList
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import Invalid
from common.jobs.models import Job, JobState
from ingest.engine.comparison.compare import Days
from ingest.queries.comparisons import comparison_row, comparison_rows, comparisons_of, get_comparison
from ingest.services.comparisons import PIECES_ALLOWED, ask_comparison
from tickets.access import get_case, get_case_to_write


class DaysSerializer(serializers.Serializer[Any]):
    """Days of a log by its own clock, both included; null is open."""

    first = Day(required=False, allow_null=True)
    last = Day(required=False, allow_null=True)


class NewComparisonSerializer(serializers.Serializer[Any]):
    """Which pieces of evidence stand on which side; with days only the messages that began on them count."""

    before = TextList(child=Text(max_length=36), max_length=PIECES_ALLOWED, help_text="Ids of evidence of the case.")
    after = TextList(child=Text(max_length=36), max_length=PIECES_ALLOWED, help_text="Ids of evidence of the case.")
    before_days = DaysSerializer(required=False, allow_null=True)
    after_days = DaysSerializer(required=False, allow_null=True)


class PromisedComparisonSerializer(serializers.Serializer[Any]):
    """A comparison that is on its way."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()


class ComparedPieceSerializer(serializers.Serializer[Any]):
    """A piece of a side; `versions` is the firmware that wrote it, empty where nobody knows."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    device = serializers.CharField(allow_null=True)
    versions = serializers.ListField(child=serializers.CharField())
    first_time = serializers.CharField(allow_null=True)
    last_time = serializers.CharField(allow_null=True)
    lines = serializers.IntegerField()
    unread_lines = serializers.IntegerField()
    complete = serializers.BooleanField()
    warnings = serializers.ListField(child=serializers.CharField())


class ComparedDaysSerializer(serializers.Serializer[Any]):
    """Days as they were asked for."""

    first = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)


class ComparedSideSerializer(serializers.Serializer[Any]):
    """One side: the sample. `elsewhere` are messages of other days, `undated` those without one."""

    pieces = ComparedPieceSerializer(many=True)
    days = ComparedDaysSerializer(allow_null=True)
    transactions = serializers.IntegerField()
    messages = serializers.IntegerField()
    unfinished = serializers.IntegerField()
    elsewhere = serializers.IntegerField()
    undated = serializers.IntegerField()
    loose = serializers.IntegerField(help_text="Lines that name no transaction.")


class ComparedRowSerializer(serializers.Serializer[Any]):
    """Messages that were told, done and judged alike; `p` is corrected for all rows, null where nothing was tested."""

    told = serializers.CharField(allow_null=True)
    done = serializers.CharField(allow_null=True)
    verdict = serializers.CharField(allow_null=True, allow_blank=True)
    verdict_code = serializers.CharField(allow_null=True)
    policy = serializers.CharField(allow_null=True, allow_blank=True)
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    share_before = serializers.FloatField()
    share_after = serializers.FloatField()
    difference = serializers.FloatField()
    p = serializers.FloatField(allow_null=True)
    significant = serializers.BooleanField()


class ComparisonAnswerSerializer(serializers.Serializer[Any]):
    """`zenrei.diff/1`, rows by the size of their difference. `not_compared` is never to be taken for "no change"."""

    schema = serializers.CharField()
    by = serializers.ListField(child=serializers.CharField())
    before = ComparedSideSerializer()
    after = ComparedSideSerializer()
    distance = serializers.FloatField(allow_null=True, help_text="0 to 1; null: nothing was tested.")
    significant = serializers.IntegerField()
    rows = ComparedRowSerializer(many=True)
    rows_in_all = serializers.IntegerField()
    not_compared = serializers.ListField(child=serializers.CharField())
    seconds = serializers.FloatField()


class ComparisonSerializer(serializers.Serializer[Any]):
    """A comparison; `answer` is null in lists, until it is done, and where it failed (`detail` says why)."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()
    state = serializers.ChoiceField(choices=JobState.choices)
    progress = serializers.FloatField(min_value=0.0, max_value=1.0)
    detail = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    before = serializers.ListField(child=serializers.UUIDField())
    after = serializers.ListField(child=serializers.UUIDField())
    before_days = ComparedDaysSerializer(allow_null=True)
    after_days = ComparedDaysSerializer(allow_null=True)
    significant = serializers.IntegerField(allow_null=True, help_text="Rows that differ by more than chance.")
    answer = ComparisonAnswerSerializer(allow_null=True)


class CaseComparisons(RowsListView):
    """The comparisons of a case."""

    serializer_class = ComparisonSerializer
    queryset = Job.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-created_at", "created_at")

    def get_queryset(self) -> QuerySet[Job]:
        """Return those that are kept, and those on their way."""
        return comparisons_of(get_case(asker(self.request), self.kwargs["ref"]))

    def rows(self, page: Sequence[Job]) -> list[dict[str, Any]]:
        """Return the comparisons of a page."""
        return comparison_rows(get_case(asker(self.request), self.kwargs["ref"]), page)

    def authorize(self, request: Request, ref: str) -> None:
        """Refuse who may not change the case."""
        get_case_to_write(asker(request), ref)

    @extend_schema(request=NewComparisonSerializer, responses={202: PromisedComparisonSerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Promise a comparison of two groups of evidence, or of days of them; `id` is where its answer will be."""
        case = get_case_to_write(asker(request), ref)
        values = validated(NewComparisonSerializer, request)
        job = ask_comparison(
            case=case,
            author=asker(request).user,
            before=_ids(values, "before"),
            after=_ids(values, "after"),
            before_days=_days(values, "before_days"),
            after_days=_days(values, "after_days"),
        )
        return Response({"id": job.public_id, "job": job.public_id}, status=202)


def _ids(values: dict[str, Any], name: str) -> list[str]:
    """Return ids as they are written in a row; a 400 for what is none."""
    try:
        return [str(uuid.UUID(raw)) for raw in values[name]]
    except ValueError:
        raise Invalid.field(name, "No such piece of evidence in this case.", code="unknown") from None


def _days(values: dict[str, Any], name: str) -> Days | None:
    """Return chosen days; None where both ends are open."""
    chosen = values.get(name) or {}
    first, last = (day.isoformat() if (day := chosen.get(end)) else None for end in ("first", "last"))
    if first is None and last is None:
        return None
    try:
        return Days(first, last)
    except ValueError:
        raise Invalid.field(name, "The days end before they begin.") from None


class CaseComparison(APIView):
    """One comparison."""

    @extend_schema(responses=ComparisonSerializer)
    def get(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Tell a comparison: how far it is, and its answer once it is done."""
        return Response(comparison_row(get_comparison(get_case(asker(request), ref), public_id)))
