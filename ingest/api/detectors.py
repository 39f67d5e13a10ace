"""Detectors over the API: list, one, new, changes, and what they said of a case."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Flag, Text
from common.api.filters import Filters, TrueOrFalse
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from ingest.api.scan import NotJudgedSerializer
from ingest.queries.detectors import detector_detail, detector_rows, get_detector, visible_detectors
from ingest.services.detect_child import LONGEST
from ingest.services.detectors import change_detector, create_detector
from kb.access import get_issue_to_write, require_write
from kb.models import Detector, IssueSeverity
from tickets.access import get_case
from tickets.queries.detectors import run_rows


class DetectorRowSerializer(serializers.Serializer[Any]):
    """A detector as a list tells it. `date` is that of the rule."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The rule that its findings name.")
    title = serializers.CharField()
    severity = serializers.ChoiceField(choices=IssueSeverity.choices)
    date = serializers.CharField()
    issue = serializers.CharField(help_text="The slug of its known issue.")
    product = serializers.CharField()
    revision = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256 of the text.")
    enabled = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class DetectorRevisionSerializer(serializers.Serializer[Any]):
    """A text that a detector had."""

    number = serializers.IntegerField()
    digest = serializers.CharField()
    enabled = serializers.BooleanField()
    text = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class DetectorSerializer(DetectorRowSerializer):
    """A detector with its text, and each that it had, the newest first."""

    text = serializers.CharField()
    revisions = DetectorRevisionSerializer(many=True)


class PromisedDetectorSerializer(DetectorSerializer):
    """A detector whose run over all stored evidence is on its way; null where nothing changed."""

    job = serializers.UUIDField(allow_null=True)


class NewDetectorSerializer(serializers.Serializer[Any]):
    """A detector of a known issue: the text of its file (docs/detectors.md)."""

    issue = Text(max_length=140)
    text = Text(max_length=LONGEST, trim_whitespace=False)


class DetectorChangesSerializer(serializers.Serializer[Any]):
    """What of a detector may be changed; id and name stay."""

    text = Text(max_length=LONGEST, trim_whitespace=False, required=False)
    enabled = Flag(required=False)


class DetectorRunSerializer(serializers.Serializer[Any]):
    """What a detector said of a case. Not `current`, it has not seen all logs; `hits` null says nothing."""

    detector = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    issue = serializers.CharField()
    current = serializers.BooleanField()
    revision = serializers.IntegerField(allow_null=True)
    judged = serializers.BooleanField()
    lines = serializers.IntegerField(allow_null=True)
    hits = serializers.IntegerField(allow_null=True)
    not_judged = NotJudgedSerializer(many=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class DetectorFilter(Filters):
    """Filters of the list."""

    issue = filters.CharFilter(field_name="issue__slug")
    product = filters.CharFilter(field_name="issue__product__slug")
    enabled = TrueOrFalse()


class DetectorList(RowsListView):
    """The detectors of known issues that the reader may see."""

    serializer_class = DetectorRowSerializer
    filterset_class = DetectorFilter
    queryset = Detector.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("name", "updated_at", "pk")
    search_fields = ("name", "title")

    def get_queryset(self) -> QuerySet[Detector]:
        """Return what the reader may see."""
        return visible_detectors(asker(self.request))

    def rows(self, page: Sequence[Detector]) -> list[dict[str, Any]]:
        """Return the detectors of a page."""
        return detector_rows(page)

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell a detector again whose issue its author may no longer see."""
        get_detector(asker(request), answer["id"])

    @extend_schema(request=NewDetectorSerializer, responses={201: PromisedDetectorSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a detector of an issue; it then runs over all stored evidence (`job`)."""
        values = validated(NewDetectorSerializer, request)
        issue = get_issue_to_write(asker(request), values["issue"])
        detector, job = create_detector(issue=issue, author=asker(request).user, text=values["text"])
        return Response(detector_detail(detector) | {"job": job.public_id}, status=201)


class DetectorView(APIView):
    """One detector."""

    @extend_schema(responses=DetectorSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a detector."""
        return Response(detector_detail(get_detector(asker(request), public_id)))

    @extend_schema(request=DetectorChangesSerializer(partial=True), responses=PromisedDetectorSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Give a detector another text, or switch it on or off; it then runs over all stored evidence again."""
        detector = get_detector(asker(request), public_id)
        require_write(asker(request), detector.issue)
        changes = validated(DetectorChangesSerializer, request, partial=True)
        changed, job = change_detector(detector=detector, author=asker(request).user, changes=changes)
        return Response(detector_detail(changed) | {"job": job.public_id if job else None})


class CaseDetectors(RowsListView):
    """What each detector said of a case."""

    serializer_class = DetectorRunSerializer
    queryset = Detector.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("name",)

    def get_queryset(self) -> QuerySet[Detector]:
        """Return the detectors that are switched on."""
        return visible_detectors(asker(self.request)).filter(enabled=True)

    def rows(self, page: Sequence[Detector]) -> list[dict[str, Any]]:
        """Return what the detectors of a page said."""
        case = get_case(asker(self.request), self.kwargs["ref"])
        return run_rows(case, page, list(case.evidence.select_related("reading", "job").defer("reading__files")))

    @extend_schema(responses=DetectorRunSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell what detectors found in a case, and which did not look at all of its logs."""
        get_case(asker(request), kwargs["ref"])
        return super().get(request, *args, **kwargs)
