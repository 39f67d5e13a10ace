"""Pages of a list, with a count that costs the same however long the list is."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from common.counts import COUNT_LIMIT, bounded_count

PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 500
PAGE_LIMIT = 100_000


def whole_number(raw: str | None, *, name: str, default: int, limit: int) -> int:
    """Return a query parameter as a number from 1 to `limit`."""
    if raw is None:
        return default
    if len(raw) <= 12 and raw.isascii() and raw.isdecimal() and 1 <= int(raw) <= limit:
        return int(raw)
    raise ValidationError({name: f"A whole number from 1 to {limit}."})


class BoundedCountPagination(BasePagination):
    """`{"count", "count_exact", "next", "previous", "results"}`; `page` and `page_size` in the address."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """Return the rows of the page asked for."""
        params = request.query_params
        self.request = request
        self.page = whole_number(params.get("page"), name="page", default=1, limit=PAGE_LIMIT)
        size = whole_number(params.get("page_size"), name="page_size", default=PAGE_SIZE, limit=PAGE_SIZE_LIMIT)
        start = (self.page - 1) * size
        rows = list(queryset[start : start + size + 1])
        if not rows and self.page > 1:
            raise ValidationError({"page": f"There is no page {self.page}."})
        self.has_next = len(rows) > size
        if self.has_next:
            self.count, self.exact = bounded_count(queryset)
        else:  # the last page tells how many there are
            seen = start + len(rows)
            self.count, self.exact = min(seen, COUNT_LIMIT), seen <= COUNT_LIMIT
        return rows[:size]

    def _link(self, page: int) -> str:
        """Return the address of another page of the same list."""
        address = self.request.build_absolute_uri()
        return remove_query_param(address, "page") if page == 1 else replace_query_param(address, "page", page)

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rows of a page."""
        return Response(
            {
                "count": self.count,
                "count_exact": self.exact,
                "next": self._link(self.page + 1) if self.has_next else None,
                "previous": self._link(self.page - 1) if self.page > 1 else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the wrapping to the OpenAPI schema."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "count_exact", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "description": f"Exact up to {COUNT_LIMIT}, else {COUNT_LIMIT}."},
                "count_exact": {"type": "boolean", "description": "false: there are more than `count`."},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the paging parameters to the OpenAPI schema."""
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": text,
                "schema": {"type": "integer", "minimum": 1, "maximum": limit},
            }
            for name, text, limit in (
                ("page", "Number of the page, from 1.", PAGE_LIMIT),
                ("page_size", f"Rows a page; {PAGE_SIZE} where not given.", PAGE_SIZE_LIMIT),
            )
        ]
