"""Health: is the process alive, is it ready; and figures for those who watch over it."""

from django.db import connection
from django.db.models import Count, Min
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import Forbidden
from common.jobs.models import Job, JobState

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


class Metrics(APIView):
    """Figures in the text form of Prometheus, for administrators: they count what others may not see."""

    @extend_schema(responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR)})
    def get(self, request: Request) -> HttpResponse:
        """Count the jobs by state, and say how long the oldest waits."""
        if not request.user.user.is_staff:
            raise Forbidden("Figures over all departments are for administrators.")
        counts = dict(Job.objects.values_list("state").annotate(number=Count("pk")))
        oldest = Job.objects.filter(state=JobState.QUEUED).aggregate(oldest=Min("created_at"))["oldest"]
        waiting = (timezone.now() - oldest).total_seconds() if oldest else 0.0
        lines = ["# TYPE zenrei_jobs gauge"]
        lines += [f'zenrei_jobs{{state="{state}"}} {counts.get(state, 0)}' for state in JobState.values]
        lines += ["# TYPE zenrei_job_oldest_wait_seconds gauge", f"zenrei_job_oldest_wait_seconds {waiting:.3f}", ""]
        return HttpResponse("\n".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
