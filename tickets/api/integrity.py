"""Over the API: whether evidence is still what was given."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.idempotency import idempotent
from common.jobs.api import JobSerializer
from tickets.access import get_case_to_write, get_evidence
from tickets.api.serializers import BreakSerializer
from tickets.queries.integrity import store_of, store_row
from tickets.services.rechecks import ask_check


class PublishedHeadSerializer(serializers.Serializer[dict[str, object]]):
    """The newest published head. Kept elsewhere, it tells `zenrei verify --head` what must still be there."""

    time = serializers.DateTimeField()
    hash = serializers.CharField()


class VerificationSerializer(serializers.Serializer[dict[str, object]]):
    """The last run of `zenrei verify` over everything, of which a reader sees a part."""

    finished_at = serializers.DateTimeField()
    whole = serializers.BooleanField()


class StoreSerializer(serializers.Serializer[dict[str, object]]):
    """The state of the evidence that the reader may see."""

    pieces = serializers.IntegerField()
    checked = serializers.IntegerField(help_text="Pieces that were read again at least once.")
    oldest_check = serializers.DateTimeField(allow_null=True)
    broken = BreakSerializer(many=True)
    head = PublishedHeadSerializer(allow_null=True)
    verification = VerificationSerializer(allow_null=True)


class CustodyState(APIView):
    """Whether all evidence is still what was given."""

    @extend_schema(responses=StoreSerializer)
    def get(self, request: Request) -> Response:
        """Tell what was read again, what is broken, and the newest published head."""
        return Response(store_row(store_of(asker(request))))


class CheckEvidence(APIView):
    """A check of one piece."""

    def authorize(self, request: Request, ref: str, public_id: uuid.UUID) -> None:
        """Refuse who may not change the case."""
        get_evidence(asker(request), get_case_to_write(asker(request), ref), str(public_id))

    @extend_schema(request=None, responses={202: JobSerializer})
    @idempotent
    def post(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Read the piece again: its bytes and its custody chain. The answer is the job; the piece tells the result."""
        case = get_case_to_write(asker(request), ref)
        evidence = get_evidence(asker(request), case, str(public_id))
        return Response(JobSerializer(ask_check(evidence=evidence, asker=asker(request).user)).data, status=202)
