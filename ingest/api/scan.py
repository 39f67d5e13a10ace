"""The newest scan of a case over the API: what was read together, and what could not be judged."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.errors import NotVisible
from ingest.models import DailyCount
from ingest.queries.marks import DRIFT, FIRMWARE, Mark, marks_of
from tickets.access import get_case
from tickets.models import CaseScan


class NotJudgedSerializer(serializers.Serializer[Any]):
    """A rule that could not judge, and why."""

    rule = serializers.CharField()
    transactions = serializers.IntegerField()
    reason = serializers.CharField()


class DailyCountSerializer(serializers.ModelSerializer[DailyCount]):
    """Messages of a day that got a verdict; `day` null where the log has no date."""

    class Meta:
        model = DailyCount
        fields = ("day", "verdict", "verdict_code", "messages")


class MarkSerializer(serializers.Serializer[Any]):
    """A day on which a device's firmware changed (`before`, `after`), or the mix of verdicts (`finding`)."""

    day = serializers.DateField(help_text="By the device's clock; `in_zone` false: its zone is unknown, and it is UTC.")
    kind = serializers.ChoiceField(choices=[FIRMWARE, DRIFT])
    device = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    finding = serializers.UUIDField(allow_null=True)
    until = serializers.DateField(allow_null=True, help_text="From this day on the mix is as it was before.")
    in_zone = serializers.BooleanField()


class ScanSerializer(serializers.ModelSerializer[CaseScan]):
    """The newest scan. Findings of a rule in `not_judged` may be missing: that is never clean."""

    evidence = serializers.ListField(child=serializers.UUIDField(), help_text="The pieces that it covers.")
    not_judged = NotJudgedSerializer(many=True)
    finding_counts = serializers.DictField(child=serializers.IntegerField())
    by_day = DailyCountSerializer(many=True, source="case.daily_counts")
    marks = MarkSerializer(many=True)

    class Meta:
        model = CaseScan
        fields = (
            "number", "rule_set", "finished_at", "evidence", "lines", "transactions", "messages", "unfinished",
            "not_judged", "finding_counts", "by_day", "marks",
        )  # fmt: skip


class CaseScanView(APIView):
    """The newest scan of a case."""

    @extend_schema(responses=ScanSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """Tell what the case's logs said when they were last read together; 404 where none was read yet."""
        case = get_case(asker(request), ref)
        scan = CaseScan.objects.filter(case=case).first()
        if scan is None:
            raise NotVisible("No log of this case was read yet: that is not the same as clean.")
        scan.marks = [_mark(mark) for mark in marks_of(case)]  # type: ignore[attr-defined]
        return Response(ScanSerializer(scan).data)


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "day": mark.day,
        "kind": mark.kind,
        "device": mark.device,
        "before": mark.before or None,
        "after": mark.after or None,
        "finding": mark.finding.public_id if mark.finding else None,
        "until": mark.until,
        "in_zone": mark.in_zone,
    }
