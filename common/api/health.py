"""Health: is the process alive, and is it ready."""

from django.db import connection
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

OK = inline_serializer("Health", {"status": serializers.CharField()})


class Live(APIView):
    """Whether the process answers at all."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses=OK)
    def get(self, request: Request) -> Response:
        """Answer, without asking the database."""
        return Response({"status": "live"})


class Ready(APIView):
    """Whether requests can be served: the database answers. A broker that is away does not matter to them."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses=OK)
    def get(self, request: Request) -> Response:
        """Ask the database for one row."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return Response({"status": "ready"})
