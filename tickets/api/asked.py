"""Already asked, over the API: what is like a case before it is opened."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Text
from common.api.views import validated
from tickets.queries.asked import TEXT_READ, TITLE_READ, already_asked, question_of
from tickets.queries.asked_page import address_of, searched_of


class AskedSerializer(serializers.Serializer[Any]):
    """What is typed of a case; any of it will do. `text` holds error texts and log lines, one a line, as they stand."""

    title = Text(required=False, allow_blank=True, max_length=TITLE_READ, default="")
    text = Text(required=False, allow_blank=True, max_length=TEXT_READ, default="")
    product = Text(required=False, allow_blank=True, max_length=140, default="")
    version = Text(required=False, allow_blank=True, max_length=120, default="")
    rule = Text(required=False, allow_blank=True, max_length=40, default="")


class SearchedSerializer(serializers.Serializer[Any]):
    """What was searched for, and what was not."""

    title = serializers.CharField(allow_null=True)
    error_texts = serializers.ListField(child=serializers.CharField())
    rule = serializers.CharField(allow_null=True)
    product = serializers.CharField(allow_null=True)
    version = serializers.CharField(allow_null=True)
    not_searched = serializers.ListField(child=serializers.CharField())


class ElsewhereSerializer(serializers.Serializer[Any]):
    """Whether departments that let it be told have something that you may not see."""

    cases = serializers.BooleanField()
    issues = serializers.BooleanField()


class AlreadyAskedSerializer(serializers.Serializer[Any]):
    """Similar cases and known issues, the best first; docs/already-asked.md says what each word means."""

    searched = SearchedSerializer()
    results = serializers.ListField(child=serializers.DictField())
    more = serializers.BooleanField()
    elsewhere = ElsewhereSerializer()


class AlreadyAsked(APIView):
    """What is like a case. Asking changes nothing: it needs no Idempotency-Key, and a token to read will do."""

    asks_only = True

    @extend_schema(request=AskedSerializer, responses=AlreadyAskedSerializer, extensions={"x-asks-only": True})
    def post(self, request: Request) -> Response:
        """Tell similar cases and known issues. What is pasted may be secret: it travels in the body alone."""
        found = already_asked(asker(request), question_of(**validated(AskedSerializer, request)))
        return Response(
            {
                "searched": searched_of(found.question),
                "results": [row | {"url": address_of(row)} for row in found.rows],
                "more": found.more,
                "elsewhere": found.elsewhere,
            }
        )
