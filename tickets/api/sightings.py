"""How often an issue was recognised in logs, over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from kb.access import get_issue
from tickets.queries.links import sightings_of


class SightingSerializer(serializers.Serializer[Any]):
    """Findings of the reader's cases that the issue's detector recognises, on one firmware; null is version unknown."""

    version = serializers.CharField(allow_null=True)
    findings = serializers.IntegerField()
    cases = serializers.IntegerField()


class IssueSightings(APIView):
    """Sightings are counted apart from confirmations: a hostile sender can make hits."""

    @extend_schema(responses=SightingSerializer(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Count the sightings of an issue by firmware version."""
        principal = asker(request)
        return Response(sightings_of(principal, get_issue(principal, name)))
