"""Figures for those who watch over an installation."""

from django.db.models import Count, Min
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.permissions import asker
from common.errors import Forbidden
from common.jobs.models import Job, JobState


class Metrics(APIView):
    """Figures in the text form of Prometheus, for administrators: they count what others may not see."""

    @extend_schema(responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR)})
    def get(self, request: Request) -> HttpResponse:
        """Count the jobs by state, and say how long the oldest waits."""
        if not asker(request).user.is_staff:
            raise Forbidden("Figures over all departments are for administrators.")
        counts = dict(Job.objects.values_list("state").annotate(number=Count("pk")))
        oldest = Job.objects.filter(state=JobState.QUEUED).aggregate(oldest=Min("created_at"))["oldest"]
        waiting = (timezone.now() - oldest).total_seconds() if oldest else 0.0
        lines = ["# TYPE zenrei_jobs gauge"]
        lines += [f'zenrei_jobs{{state="{state}"}} {counts.get(state, 0)}' for state in JobState.values]
        lines += ["# TYPE zenrei_job_oldest_wait_seconds gauge", f"zenrei_job_oldest_wait_seconds {waiting:.3f}", ""]
        return HttpResponse("\n".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
