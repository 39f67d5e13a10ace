"""Products over the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from common.api.fields import Flag, Text
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import NotVisible
from kb.models import Product
from kb.queries.parties import parties_by_slug
from kb.services.products import create_product


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product; `vendor` is a party's slug."""

    vendor = serializers.CharField(source="vendor.slug")

    class Meta:
        model = Product
        fields = ("slug", "name", "vendor", "scheme", "path_needed", "downgrades", "created_at")


class NewProductSerializer(serializers.Serializer[Any]):
    """What a new product needs."""

    name = Text(max_length=120)
    vendor = Text(max_length=140, help_text="The slug of a party of the kind vendor.")
    scheme = Text(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="How its versions are ordered; without one the scheme that serves its slug, else the general one.",
    )
    path_needed = Flag(required=False, default=True, help_text="False: every upgrade is supported without stops.")
    downgrades = Flag(required=False, default=False, help_text="True: going back is supported.")


class ProductFilter(Filters):
    """Filters of the list."""

    vendor = filters.CharFilter(field_name="vendor__slug")


class ProductList(RowsListView):
    """All products, for everybody who is logged in."""

    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    queryset = Product.objects.select_related("vendor")
    orderings: ClassVar[tuple[str, ...]] = ("name", "created_at")
    search_fields = ("name", "slug")

    def rows(self, page: Sequence[Product]) -> list[dict[str, Any]]:
        """Return the products of a page."""
        return [product_row(product) for product in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    @extend_schema(request=NewProductSerializer, responses={201: ProductSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a product of a vendor."""
        values = validated(NewProductSerializer, request)
        (vendor,) = parties_by_slug([values["vendor"]], field="vendor")
        return Response(product_row(create_product(**{**values, "vendor": vendor})), status=201)


class ProductView(APIView):
    """One product."""

    @extend_schema(responses=ProductSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Tell a product by its slug."""
        product = Product.objects.select_related("vendor").filter(slug=slug).first()
        if product is None:
            raise NotVisible
        return Response(product_row(product))


def product_row(product: Product) -> dict[str, Any]:
    """Return a product as the API tells it."""
    return {
        "slug": product.slug,
        "name": product.name,
        "vendor": product.vendor.slug,
        "scheme": product.scheme,
        "path_needed": product.path_needed,
        "downgrades": product.downgrades,
        "created_at": product.created_at,
    }
