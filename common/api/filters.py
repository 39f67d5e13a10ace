"""Filters of lists: an unknown word is an error with the words that are known, never silently ignored."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.request import Request

PAGING = frozenset({"page", "page_size", "ordering", "search"})


class StrictFilters(DjangoFilterBackend):
    """Applies a view's FilterSet; refuses parameters that it does not know."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that the parameters leave."""
        filterset: type[FilterSet] | None = getattr(view, "filterset_class", None)
        known = set(filterset.base_filters) if filterset else set()
        unknown = sorted(set(request.query_params) - known - PAGING)
        if unknown:
            words = ", ".join(sorted(known | PAGING))
            raise ValidationError(dict.fromkeys(unknown, f"No such filter. Known are: {words}."))
        return super().filter_queryset(request, queryset, view)


class StrictOrdering(BaseFilterBackend):
    """Orders by one of the view's `orderings`, a leading `-` for the other way round; `id` breaks ties."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows in the order asked for, else in the view's first one."""
        known: tuple[str, ...] = view.orderings
        wanted = request.query_params.get("ordering") or known[0]
        if wanted.removeprefix("-") not in {name.removeprefix("-") for name in known}:
            words = ", ".join(name.removeprefix("-") for name in known)
            raise ValidationError({"ordering": f"One of {words}, with a leading - for the other way round."})
        return queryset.order_by(wanted, "-pk" if wanted.startswith("-") else "pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameter to the OpenAPI schema."""
        words = [form for name in view.orderings for form in (name.removeprefix("-"), "-" + name.removeprefix("-"))]
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": f"`{view.orderings[0]}` where not given.",
                "schema": {"type": "string", "enum": words},
            }
        ]


class Search(SearchFilter):
    """Finds a part of a text in the view's `search_fields`."""

    search_description = "A part of the text, whatever its case."


LIST_FILTERS = (StrictFilters, StrictOrdering, Search)
