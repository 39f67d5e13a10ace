"""Behaviour attributes over the API: what a product does, with a value per span of versions."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Text, TextList
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from kb.api.catalogue import product_named
from kb.models import BehaviourAttribute, BehaviourValue, ValueSays
from kb.queries.parties import party_by_slug
from kb.queries.sources import source_by_id
from kb.services.behaviours import add_value, create_behaviour


class ValueSerializer(serializers.Serializer[Any]):
    """A value that is stated for versions: on one (`seen`), to the train's end (`from`), or `and_later`."""

    id = serializers.UUIDField(read_only=True)
    value = Text(max_length=200)
    title = Text(max_length=300, required=False, allow_blank=True, default="")
    says = serializers.ChoiceField(choices=ValueSays.choices)
    version = Text(max_length=120)
    trains = TextList(required=False, default=list)
    party = Text(max_length=140, required=False, allow_null=True, default=None)
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]
    note = Text(max_length=10_000, required=False, allow_blank=True, default="")


class BehaviourSerializer(serializers.Serializer[Any]):
    """Something that a product does one way or another, with the values that stand."""

    id = serializers.IntegerField(read_only=True)
    product = Text(max_length=140)
    slug = Text(max_length=80)
    title = Text(max_length=300)
    about = Text(max_length=20_000, required=False, allow_blank=True, default="")
    values = ValueSerializer(many=True, required=False, default=list)


class BehaviourFilter(Filters):
    """Filters of the list."""

    product = filters.CharFilter(field_name="product__slug")
    slug = filters.CharFilter()


class BehaviourList(RowsListView):
    """Behaviours, for everybody who is logged in."""

    serializer_class = BehaviourSerializer
    filterset_class = BehaviourFilter
    queryset = BehaviourAttribute.objects.select_related("product").prefetch_related("values__party", "values__source")
    orderings: ClassVar[tuple[str, ...]] = ("slug", "title")
    search_fields = ("slug", "title")

    def rows(self, page: Sequence[BehaviourAttribute]) -> list[dict[str, Any]]:
        """Return the behaviours of a page."""
        return [behaviour_row(row) for row in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=BehaviourSerializer, responses={201: BehaviourSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a behaviour of a product."""
        values = validated(BehaviourSerializer, request)
        product, stated = product_named(values.pop("product")), values.pop("values")
        attribute = create_behaviour(product=product, **values)
        for number, one in enumerate(stated):
            _add(attribute, one, asker(request).user, f"values.{number}.")
        return Response(behaviour_row(attribute), status=201)


class BehaviourView(APIView):
    """One behaviour."""

    @extend_schema(responses=BehaviourSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell a behaviour with the values that stand."""
        attribute = BehaviourList.queryset.filter(pk=pk).first()
        if attribute is None:
            raise NotVisible
        return Response(behaviour_row(attribute))


def _add(attribute: BehaviourAttribute, values: dict[str, Any], author: Any, prefix: str = "") -> BehaviourValue:
    party = party_by_slug(values.pop("party"), field=f"{prefix}party")
    source = source_by_id(attribute.product, values.pop("source"), field=f"{prefix}source")
    return add_value(attribute=attribute, author=author, party=party, source=source, field=prefix, **values)


class BehaviourValues(APIView):
    """Values of a behaviour."""

    def authorize(self, request: Request, pk: int) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=ValueSerializer, responses={201: ValueSerializer})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """State a value for versions."""
        attribute = BehaviourAttribute.objects.select_related("product").filter(pk=pk).first()
        if attribute is None:
            raise NotVisible
        return Response(
            value_row(_add(attribute, validated(ValueSerializer, request), asker(request).user)), status=201
        )


def behaviour_row(attribute: BehaviourAttribute) -> dict[str, Any]:
    """Return a behaviour as the API tells it."""
    return {
        "id": attribute.pk,
        "product": attribute.product.slug,
        "slug": attribute.slug,
        "title": attribute.title,
        "about": attribute.about,
        "values": [value_row(row) for row in attribute.values.all() if row.taken_back_at is None],
    }


def value_row(row: BehaviourValue) -> dict[str, Any]:
    """Return a value as the API tells it."""
    return {
        "id": row.public_id,
        "value": row.value,
        "title": row.title,
        "says": row.says,
        "version": row.version,
        "trains": row.trains,
        "party": row.party.slug if row.party else None,
        "source": row.source.public_id if row.source else None,
        "note": row.note,
    }
