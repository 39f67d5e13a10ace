"""Asking for another reading of a piece of evidence over the API."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.idempotency import idempotent
from common.jobs.api import JobSerializer
from ingest.services.read_again import read_again
from tickets.access import get_case_to_write, get_evidence


class ReadAgain(APIView):
    """The reading of one piece."""

    def authorize(self, request: Request, ref: str, public_id: uuid.UUID) -> None:
        """Refuse who may not change the case."""
        case = get_case_to_write(asker(request), ref)
        get_evidence(asker(request), case, str(public_id))

    @extend_schema(request=None, responses={202: JobSerializer})
    @idempotent
    def post(self, request: Request, ref: str, public_id: uuid.UUID) -> Response:
        """Read the piece again, with the logs of its case; the answer is the job."""
        case = get_case_to_write(asker(request), ref)
        job = read_again(evidence=get_evidence(asker(request), case, str(public_id)))
        return Response(JobSerializer(job).data, status=202)
