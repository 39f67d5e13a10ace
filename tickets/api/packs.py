"""Evidence packs over the API: asked for, told, released, taken, and names put back into an answer."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Flag, Text
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from kb.queries.parties import parties_by_slug
from tickets.access import get_case, get_case_to_write, get_pack, require_write
from tickets.downloads import pack_download
from tickets.models import ContactLanguage, Pack, PackState
from tickets.queries.packs import REPLY_ALLOWED, pack_row, pack_rows, packs_of, restored
from tickets.services.packs import QUESTIONS_ALLOWED, ask_pack, release_pack


class PackMemberSerializer(serializers.Serializer[Any]):
    """A member of the zip."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class PackSerializer(serializers.Serializer[Any]):
    """A pack. What is replaced by what is told on the page of the case alone, and in no answer of the API."""

    id = serializers.UUIDField()
    case = serializers.CharField()
    recipient = serializers.CharField(help_text="The slug of a party.")
    state = serializers.ChoiceField(choices=PackState.choices)
    reason = serializers.CharField(allow_blank=True, help_text="Why there is no pack, where it is refused.")
    job = serializers.UUIDField(allow_null=True)
    language = serializers.ChoiceField(choices=ContactLanguage.choices)
    findings = serializers.ListField(child=serializers.UUIDField())
    questions = serializers.CharField(allow_blank=True)
    background = serializers.BooleanField()
    lines = serializers.IntegerField()
    replaced = serializers.DictField(child=serializers.IntegerField(), help_text="How many values of each kind.")
    sha256 = serializers.CharField(allow_null=True, help_text="Of the zip.")
    size = serializers.IntegerField(allow_null=True)
    members = PackMemberSerializer(many=True)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(allow_null=True)


class NewPackSerializer(serializers.Serializer[Any]):
    """What a pack is to hold. With `preview` it waits until somebody has looked at it and releases it."""

    findings = serializers.ListField(child=serializers.UUIDField(), max_length=1000)
    recipient = Text(max_length=80, help_text="The slug of a party.")
    questions = Text(max_length=QUESTIONS_ALLOWED, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(
        choices=ContactLanguage.choices, required=False, help_text="That of the recipient's contact where not given."
    )
    background = Flag(required=False, default=False, help_text="All cited lines, also those that tell why.")
    preview = Flag(required=False, default=False)


class PromisedPackSerializer(serializers.Serializer[Any]):
    """A pack that will be made."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()


class ReplySerializer(serializers.Serializer[Any]):
    """A text with pseudonyms in it."""

    text = Text(max_length=REPLY_ALLOWED, trim_whitespace=False)


class RestoredSerializer(serializers.Serializer[Any]):
    """The text with what the pseudonyms stand for, and how many were replaced."""

    text = serializers.CharField()
    replaced = serializers.IntegerField()


class PackFilter(Filters):
    """Filters of the list."""

    state = filters.ChoiceFilter(choices=PackState.choices)
    recipient = filters.CharFilter(field_name="recipient__slug")


class CasePacks(RowsListView):
    """The packs of a case."""

    serializer_class = PackSerializer
    filterset_class = PackFilter
    queryset = Pack.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("-created_at",)
    search_fields = ("questions",)

    def get_queryset(self) -> QuerySet[Pack]:
        """Return the packs of the case."""
        return packs_of(get_case(asker(self.request), self.kwargs["ref"]))

    def rows(self, page: Sequence[Pack]) -> list[dict[str, Any]]:
        """Return the packs of a page."""
        return pack_rows(page)

    def authorize(self, request: Request, ref: str, **_: Any) -> None:
        """Refuse who may not change the case."""
        get_case_to_write(asker(request), ref)

    @extend_schema(request=NewPackSerializer, responses={202: PromisedPackSerializer})
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        """Promise a pack; `job` tells how far it is, and why there is none where a value would have leaked."""
        case = get_case_to_write(asker(request), ref)
        values = validated(NewPackSerializer, request)
        (values["recipient"],) = parties_by_slug([values["recipient"]], field="recipient")
        values["findings"] = [str(one) for one in values["findings"]]
        at_once = not values.pop("preview")
        pack = ask_pack(case=case, author=asker(request).user, at_once=at_once, **values)
        return Response({"id": pack.public_id, "job": pack.job.public_id if pack.job else None}, status=202)


class PackView(APIView):
    """One pack."""

    @extend_schema(responses=PackSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell where a pack is, and what it holds."""
        return Response(pack_row(get_pack(asker(request), public_id)))


class PackRelease(APIView):
    """Letting a pack leave."""

    def authorize(self, request: Request, public_id: uuid.UUID) -> None:
        """Refuse who may not change the case."""
        require_write(asker(request), get_pack(asker(request), public_id).case)

    @extend_schema(request=None, responses=PackSerializer)
    @idempotent
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Release a pack that was looked at; the timeline and the custody of its pieces keep it."""
        pack = get_pack(asker(request), public_id)
        require_write(asker(request), pack.case)
        release_pack(pack=pack, author=asker(request).user)
        return Response(pack_row(get_pack(asker(request), public_id)))


class PackDownload(APIView):
    """The bytes of a pack."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, public_id: uuid.UUID) -> FileResponse:
        """Give the zip of a pack that was released."""
        return pack_download(get_pack(asker(request), public_id))


class PackRestore(APIView):
    """Names put back into an answer. It changes nothing, so a token that may only read may ask."""

    asks_only = True

    @extend_schema(request=ReplySerializer, responses=RestoredSerializer, extensions={"x-asks-only": True})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Put the names of the pack's case back into a text."""
        pack = get_pack(asker(request), public_id)
        text, replaced = restored(pack.case, validated(ReplySerializer, request)["text"])
        return Response({"text": text, "replaced": replaced})
