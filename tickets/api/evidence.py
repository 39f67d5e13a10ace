"""Evidence over the API: uploads, what was read of it, its custody, and the bytes back."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from accounts.principal import Principal
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from kb.queries.devices import devices_by_name
from kb.queries.parties import party_by_slug
from kb.services.devices import check_zone
from tickets.access import get_case, get_case_to_write, get_evidence, visible_evidence
from tickets.api.serializers import (
    CustodySerializer,
    EvidenceSerializer,
    NewEvidenceSerializer,
    ReceivedEvidenceSerializer,
)
from tickets.downloads import evidence_download
from tickets.models import Case, CustodyEntry, Evidence, ReadingState
from tickets.queries.evidence import custody_row, evidence_row, for_rows
from tickets.services.evidence import EvidenceFacts, store_evidence
from tickets.uploads import ReceivedUpload, check_before_body, receiving, uploaded_file


class EvidenceFilter(Filters):
    """Filters of the list."""

    reading = filters.ChoiceFilter(field_name="reading__state", choices=ReadingState.choices)
    sha256 = filters.CharFilter(field_name="blob_id")


class CaseEvidence(RowsListView):
    """The evidence of a case."""

    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    queryset = Evidence.objects.none()
    parser_classes = (MultiPartParser,)
    orderings: ClassVar[tuple[str, ...]] = ("received_at", "name")
    search_fields = ("name",)

    def get_queryset(self) -> QuerySet[Evidence]:
        """Return the pieces of the case."""
        return for_rows(get_case(asker(self.request), self.kwargs["ref"]).evidence.all())

    def rows(self, page: Sequence[Evidence]) -> list[dict[str, Any]]:
        """Return the pieces of a page."""
        return [evidence_row(evidence) for evidence in page]

    @extend_schema(request=NewEvidenceSerializer, responses={202: ReceivedEvidenceSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Take a file in. It is stored when the answer comes; `job` tells how far its reading is.

        Rights and length are checked before the first byte of the body is read.
        """
        get_case_to_write(asker(request), ref)
        check_before_body(request._request)
        with receiving(request._request):
            return self.store(request, ref, upload=uploaded_file(request.FILES))

    def authorize(self, request: Request, ref: str, **_: Any) -> None:
        """Refuse who may not change the case."""
        get_case_to_write(asker(request), ref)

    @idempotent
    def store(self, request: Request, ref: str, *, upload: ReceivedUpload) -> Response:
        """Attach the received blob to the case."""
        values = validated(NewEvidenceSerializer, request)
        case = get_case_to_write(asker(request), ref)
        facts = facts_of(asker(request), case, values)
        evidence, new = store_evidence(
            case=case, giver=asker(request).user, blob=upload.keep(), name=upload.name or "", facts=facts
        )
        row = evidence_row(for_rows(Evidence.objects.filter(pk=evidence.pk)).get())
        return Response(row | {"duplicate": not new}, status=202)


def facts_of(principal: Principal, case: Case, values: dict[str, Any]) -> EvidenceFacts:
    """Return what the giver said about a file; names that are unknown are refused, never dropped."""
    names = [values["device"]] if values.get("device") else []
    devices = devices_by_name(principal, names, department_id=case.department_id, field="device")
    return EvidenceFacts(
        device=devices[0] if devices else None,
        firmware=(values.get("firmware") or "").strip(),
        zone=check_zone((values.get("zone") or "").strip()),
        from_party=party_by_slug(values.get("from_party"), field="from_party"),
        note=(values.get("note") or "").strip(),
    )


class CaseEvidenceView(APIView):
    """One piece of evidence."""

    @extend_schema(responses=EvidenceSerializer)
    def get(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Tell a piece, and what was read of it."""
        case = get_case(asker(request), ref)
        evidence = get_evidence(asker(request), case, str(public_id))
        return Response(evidence_row(for_rows(visible_evidence(asker(request))).get(pk=evidence.pk)))


class CaseEvidenceCustody(RowsListView):
    """The custody chain of a piece of evidence."""

    serializer_class = CustodySerializer
    queryset = CustodyEntry.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("sequence",)

    def get_queryset(self) -> QuerySet[CustodyEntry]:
        """Return the chain's links."""
        case = get_case(asker(self.request), self.kwargs["ref"])
        return get_evidence(asker(self.request), case, self.kwargs["public_id"]).custody.select_related("actor")

    def rows(self, page: Sequence[CustodyEntry]) -> list[dict[str, Any]]:
        """Return the links of a page."""
        return [custody_row(entry) for entry in page]


class CaseEvidenceDownload(APIView):
    """The bytes of a piece of evidence."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, ref: str, public_id: uuid.UUID) -> FileResponse:
        """Give the file back bit for bit; the custody log notes it."""
        case = get_case(asker(request), ref)
        evidence = get_evidence(asker(request), case, str(public_id))
        return evidence_download(evidence, reader=asker(request).user, taken=request.method == "GET")
