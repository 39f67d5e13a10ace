"""Jobs over the API: how far is it."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import NotVisible
from common.jobs.kinds import readable_jobs
from common.jobs.models import Job, JobState


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job as the API tells it."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    progress = serializers.FloatField(read_only=True, min_value=0.0, max_value=1.0)

    class Meta:
        model = Job
        fields = ("id", "kind", "state", "progress", "detail", "created_at", "finished_at")


class JobView(APIView):
    """One job."""

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell where a job is; its subject's readers may know."""
        job = readable_jobs(request.user).filter(public_id=public_id).first()
        if job is None:
            raise NotVisible
        return Response(JobSerializer(job).data)
