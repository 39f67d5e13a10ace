"""Who am I over the API: the person, the token's scope, the departments."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Department, Role, TokenScope
from accounts.permissions import asker


class MembershipSerializer(serializers.Serializer[Any]):
    """A department of the person, with the role in it."""

    department = serializers.CharField(help_text="A department's slug.")
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class MeSerializer(serializers.Serializer[Any]):
    """The person behind a token."""

    email = serializers.EmailField()
    name = serializers.CharField(allow_blank=True)
    scope = serializers.ChoiceField(choices=TokenScope.choices)
    departments = MembershipSerializer(many=True)


class Me(APIView):
    """The person behind the token."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Tell whose token this is, and what it may do."""
        principal = asker(request)
        departments = Department.objects.filter(pk__in=principal.department_ids)
        rows = [{"department": d.slug, "name": d.name, "role": principal.roles[d.pk]} for d in departments]
        user = principal.user
        return Response({"email": user.email, "name": user.name, "scope": principal.scope, "departments": rows})
