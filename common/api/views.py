"""Base classes of the API's views: thin doors that shape what services and queries give."""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from common.api.filters import LIST_FILTERS


class RowsListView(generics.ListAPIView[Any]):
    """A list whose rows are plain dicts made by `rows`: a serializer would cost more than the query.

    `serializer_class` describes the rows in the schema; a test holds the two together.
    """

    filter_backends: tuple[type[Any], ...] = LIST_FILTERS
    orderings: ClassVar[tuple[str, ...]] = ("-pk",)

    def rows(self, page: Sequence[Any]) -> list[dict[str, Any]]:
        """Return the rows of a page; a constant number of queries."""
        raise NotImplementedError  # each list says what its rows are; this class has none of its own

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer a page of the list."""
        queryset: QuerySet[Any] = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(queryset)
        return self.get_paginated_response(self.rows(page or []))


@cache
def _checker(serializer: type[Serializer[Any]], *, partial: bool) -> Serializer[Any]:
    """Return a serializer to check bodies by; it holds nothing of a request. To copy its fields takes 1 ms."""
    return serializer(partial=partial)


def validated(serializer: type[Serializer[Any]], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """Return the body of a request, checked; raises a 400 that names the fields."""
    return dict(_checker(serializer, partial=partial).run_validation(request.data))
