"""Releases and sources over the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Day, Flag, Text, TextList
from common.api.filters import Filters, TrueOrFalse
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import Invalid, NotVisible
from kb.models import Precedent, Product, Release, Source, SourceKind
from kb.queries.products import product_by_slug
from kb.queries.sources import source_by_id
from kb.services.catalogue import change_release, create_release, create_source, record_precedent


def product_named(slug: str) -> Product:
    """Return a product by its slug; Invalid for none."""
    product = product_by_slug(slug)
    if product is None:
        raise Invalid.field("product", "Name the product by its slug.", code="required")
    return product


class ReleaseSerializer(serializers.Serializer[Any]):
    """A release; a day that is not known is null."""

    id = serializers.IntegerField()
    product = serializers.CharField()
    version = serializers.CharField()
    build = serializers.CharField(allow_null=True)
    train = serializers.CharField()
    released = serializers.DateField(allow_null=True)
    end_of_engineering_support = serializers.DateField(allow_null=True)
    end_of_support = serializers.DateField(allow_null=True)
    source = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    note = serializers.CharField()


class NewReleaseSerializer(serializers.Serializer[Any]):
    """What a new release needs; a version without a build stands for all its builds."""

    product = Text(max_length=140)
    version = Text(max_length=120)
    released = Day(required=False, allow_null=True, default=None)
    end_of_engineering_support = Day(required=False, allow_null=True, default=None)
    end_of_support = Day(required=False, allow_null=True, default=None)
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]


class ReleaseChangesSerializer(serializers.Serializer[Any]):
    """What of a release may be changed."""

    released = Day(required=False, allow_null=True)
    end_of_engineering_support = Day(required=False, allow_null=True)
    end_of_support = Day(required=False, allow_null=True)
    note = Text(required=False, max_length=500, allow_blank=True)


class ReleaseFilter(Filters):
    """Filters of the list."""

    product = filters.CharFilter(field_name="product__slug")
    train = filters.CharFilter(field_name="train")
    version = filters.CharFilter(field_name="version")


class ReleaseList(RowsListView):
    """The catalogue, for everybody who is logged in; `ordering=key` is the order of versions."""

    serializer_class = ReleaseSerializer
    filterset_class = ReleaseFilter
    queryset = Release.objects.select_related("product", "source")
    orderings: ClassVar[tuple[str, ...]] = ("key", "released", "created_at")
    search_fields = ("version", "note")

    def rows(self, page: Sequence[Release]) -> list[dict[str, Any]]:
        """Return the releases of a page."""
        return [release_row(release) for release in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=NewReleaseSerializer, responses={201: ReleaseSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a release."""
        values = validated(NewReleaseSerializer, request)
        product = product_named(values.pop("product"))
        source = source_by_id(product, values.pop("source"))
        release = create_release(product=product, source=source, **values)
        return Response(release_row(release), status=201)


class ReleaseView(APIView):
    """One release."""

    @extend_schema(responses=ReleaseSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell a release."""
        return Response(release_row(_release(pk)))

    @extend_schema(request=ReleaseChangesSerializer(partial=True), responses=ReleaseSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change days or note of a release."""
        asker(request).require_write_anywhere()
        changes = validated(ReleaseChangesSerializer, request, partial=True)
        release = change_release(release=_release(pk), author=asker(request).user, changes=changes)
        return Response(release_row(release))


def _release(pk: int) -> Release:
    release = Release.objects.select_related("product", "source").filter(pk=pk).first()
    if release is None:
        raise NotVisible
    return release


def release_row(release: Release) -> dict[str, Any]:
    """Return a release as the API tells it."""
    return {
        "id": release.pk,
        "product": release.product.slug,
        "version": release.version,
        "build": release.build or None,
        "train": release.train,
        "released": release.released,
        "end_of_engineering_support": release.end_of_engineering_support,
        "end_of_support": release.end_of_support,
        "source": release.source.public_id if release.source else None,
        "note": release.note,
    }


class SourceSerializer(serializers.Serializer[Any]):
    """A document that statements rest on."""

    id = serializers.UUIDField()
    product = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    published = serializers.DateField(allow_null=True)
    retrieved = serializers.DateField(allow_null=True)
    covers = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()


class NewSourceSerializer(serializers.Serializer[Any]):
    """What a new source needs. `covers` names the versions and trains whose issues it lists."""

    product = Text(max_length=140)
    title = Text(max_length=300)
    url = serializers.URLField(max_length=1000, required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    published = Day(required=False, allow_null=True, default=None)
    retrieved = Day(required=False, allow_null=True, default=None)
    covers = TextList(required=False, default=list)
    note = Text(max_length=10_000, required=False, allow_blank=True, default="")


class SourceFilter(Filters):
    """Filters of the list."""

    product = filters.CharFilter(field_name="product__slug")
    kind = filters.ChoiceFilter(choices=SourceKind.choices)


class SourceList(RowsListView):
    """Sources, for everybody who is logged in."""

    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    queryset = Source.objects.select_related("product")
    orderings: ClassVar[tuple[str, ...]] = ("title", "retrieved", "published")
    search_fields = ("title", "url")

    def rows(self, page: Sequence[Source]) -> list[dict[str, Any]]:
        """Return the sources of a page."""
        return [source_row(source) for source in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=NewSourceSerializer, responses={201: SourceSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a source."""
        values = validated(NewSourceSerializer, request)
        product = product_named(values.pop("product"))
        return Response(source_row(create_source(product=product, **values)), status=201)


class SourceView(APIView):
    """One source."""

    @extend_schema(responses=SourceSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        """Tell a source."""
        source = Source.objects.select_related("product").filter(public_id=public_id).first()
        if source is None:
            raise NotVisible
        return Response(source_row(source))


def source_row(source: Source) -> dict[str, Any]:
    """Return a source as the API tells it."""
    return {
        "id": source.public_id,
        "product": source.product.slug,
        "title": source.title,
        "url": source.url,
        "kind": source.kind,
        "published": source.published,
        "retrieved": source.retrieved,
        "covers": source.covers,
        "note": source.note,
    }


class PrecedentSerializer(serializers.Serializer[Any]):
    """What happened when somebody made a move."""

    id = serializers.UUIDField(read_only=True)
    product = Text(max_length=140)
    from_version = Text(max_length=120)
    to_version = Text(max_length=120)
    happened_on = Day(required=False, allow_null=True, default=None)
    outcome = Text(max_length=300)
    rolled_back = Flag(required=False, allow_null=True, default=None)
    note = Text(max_length=10_000, required=False, allow_blank=True, default="")


class PrecedentFilter(Filters):
    """Filters of the list."""

    product = filters.CharFilter(field_name="product__slug")
    rolled_back = TrueOrFalse()


class PrecedentList(RowsListView):
    """Precedents, for everybody who is logged in."""

    serializer_class = PrecedentSerializer
    filterset_class = PrecedentFilter
    queryset = Precedent.objects.select_related("product")
    orderings: ClassVar[tuple[str, ...]] = ("-happened_on", "recorded_at")
    search_fields = ("outcome", "note")

    def rows(self, page: Sequence[Precedent]) -> list[dict[str, Any]]:
        """Return the precedents of a page."""
        return [precedent_row(row) for row in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=PrecedentSerializer, responses={201: PrecedentSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record what happened when somebody made a move."""
        values = validated(PrecedentSerializer, request)
        product = product_named(values.pop("product"))
        row = record_precedent(product=product, author=asker(request).user, **values)
        return Response(precedent_row(row), status=201)


def precedent_row(row: Precedent) -> dict[str, Any]:
    """Return a precedent as the API tells it."""
    return {
        "id": row.public_id,
        "product": row.product.slug,
        "from_version": row.from_version,
        "to_version": row.to_version,
        "happened_on": row.happened_on,
        "outcome": row.outcome,
        "rolled_back": row.rolled_back,
        "note": row.note,
    }
