"""The upgrade check over the API: what would going from A to B bring?"""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Text, TextList
from common.api.views import validated
from common.errors import Invalid
from kb.api.catalogue import product_named
from kb.queries.upgrade_check import ask
from tickets.queries.upgrade_check import answer_check, facts_of

ASKED = frozenset({"product", "from", "to", "hop"})


class QuestionSerializer(serializers.Serializer[Any]):
    """A move, and facts by path (`{"antispam.settings.scan-action-preference": "single-action"}`)."""

    product = Text(max_length=140)
    to = Text(max_length=120, allow_blank=True)
    hops = TextList(required=False, default=list)
    facts = serializers.JSONField(required=False, allow_null=True, default=dict)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `from` is a word of Python."""
        return {**super().get_fields(), "from": Text(max_length=120, allow_blank=True)}


class ReportSerializer(serializers.Serializer[Any]):
    """The report, `zenrei.upgrade-check/1`; docs/upgrade-check.md says what each word means."""

    schema = serializers.CharField()
    product = serializers.CharField()
    to = serializers.CharField()
    hops = serializers.ListField(child=serializers.CharField())
    direction = serializers.ChoiceField(choices=["upgrade", "downgrade", "none"])
    summary = serializers.DictField()
    items = serializers.ListField(child=serializers.DictField())
    lifecycle = serializers.DictField()
    path = serializers.DictField()
    coverage = serializers.DictField()
    precedents = serializers.ListField(child=serializers.DictField())
    withdrawn = serializers.ListField(child=serializers.DictField())
    hidden = serializers.BooleanField()
    nearest_clear = serializers.DictField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.CharField()}


class UpgradeCheck(APIView):
    """What a move would bring. Asking changes nothing: POST needs no Idempotency-Key, and a token to read will do."""

    asks_only = True

    @extend_schema(
        parameters=[
            OpenApiParameter("product", str, required=True),
            OpenApiParameter("from", str, required=True),
            OpenApiParameter("to", str, required=True),
            OpenApiParameter("hop", {"type": "array", "items": {"type": "string"}}, explode=True),
        ],
        responses=ReportSerializer,
    )
    def get(self, request: Request) -> Response:
        """Judge a move; facts are given by POST only."""
        unknown = set(request.query_params) - ASKED
        if unknown:
            raise Invalid(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(ASKED))}.")
        for name in ("product", "from", "to"):
            if len(request.query_params.getlist(name)) != 1:
                raise Invalid.field(name, "Give it once.", code="required")
        asked = request.query_params
        product = product_named(asked["product"])
        move = ask(product, asked["from"], asked["to"], asked.getlist("hop"))
        return Response(answer_check(asker(request), move, facts_of(None)))

    @extend_schema(request=QuestionSerializer, responses=ReportSerializer, extensions={"x-asks-only": True})
    def post(self, request: Request) -> Response:
        """Judge a move with facts about the device."""
        values = validated(QuestionSerializer, request)
        facts = facts_of(values["facts"])
        move = ask(product_named(values["product"]), values["from"], values["to"], values["hops"])
        return Response(answer_check(asker(request), move, facts))
