"""Parties over the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Text
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from kb.models import Party, PartyKind
from kb.services.parties import create_party


class PartySerializer(serializers.ModelSerializer[Party]):
    """A party."""

    slug = serializers.CharField(help_text="Of letters and digits of any script.")

    class Meta:
        model = Party
        fields = ("slug", "name", "kind", "note", "created_at")


class NewPartySerializer(serializers.Serializer[Any]):
    """What a new party needs."""

    name = Text(max_length=120)
    kind = serializers.ChoiceField(choices=[kind for kind in PartyKind.choices if kind[0] != PartyKind.US])
    note = Text(max_length=10_000, required=False, allow_blank=True, default="")


class PartyFilter(Filters):
    """Filters of the list."""

    kind = filters.ChoiceFilter(choices=PartyKind.choices)


class PartyList(RowsListView):
    """All parties, for everybody who is logged in: knowledge has no department."""

    serializer_class = PartySerializer
    filterset_class = PartyFilter
    queryset = Party.objects.all()
    orderings: ClassVar[tuple[str, ...]] = ("name", "kind", "created_at")
    search_fields = ("name", "slug")

    def rows(self, page: Sequence[Party]) -> list[dict[str, Any]]:
        """Return the parties of a page."""
        return [party_row(party) for party in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=NewPartySerializer, responses={201: PartySerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a party."""
        party = create_party(**validated(NewPartySerializer, request))
        return Response(party_row(party), status=201)


class VendorList(RowsListView):
    """The parties of the kind vendor."""

    serializer_class = PartySerializer
    queryset = Party.objects.filter(kind=PartyKind.VENDOR)
    orderings: ClassVar[tuple[str, ...]] = ("name", "created_at")
    search_fields = ("name", "slug")

    def rows(self, page: Sequence[Party]) -> list[dict[str, Any]]:
        """Return the vendors of a page."""
        return [party_row(party) for party in page]


class PartyView(APIView):
    """One party."""

    @extend_schema(responses=PartySerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Tell a party by its slug."""
        party = Party.objects.filter(slug=slug).first()
        if party is None:
            raise NotVisible
        return Response(party_row(party))


class VendorView(APIView):
    """One vendor."""

    @extend_schema(responses=PartySerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Tell a vendor by its slug."""
        vendor = Party.objects.filter(slug=slug, kind=PartyKind.VENDOR).first()
        if vendor is None:
            raise NotVisible
        return Response(party_row(vendor))


def party_row(party: Party) -> dict[str, Any]:
    """Return a party as the API tells it."""
    return {
        "slug": party.slug,
        "name": party.name,
        "kind": party.kind,
        "note": party.note,
        "created_at": party.created_at,
    }
