"""Filters of lists: an unknown word is an error with the words that are known, never silently ignored."""

from collections import OrderedDict
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import QuerySet
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import BooleanFilter, DjangoFilterBackend, FilterSet, IsoDateTimeFilter
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.request import Request

from common.moments import parse_moment

PAGING = frozenset({"page", "page_size", "ordering", "search"})


class _TrueOrFalseField(forms.Field):
    """Django's own field for it takes every word that it does not know for no answer."""

    def to_python(self, value: Any) -> bool | None:
        """Return what the word says; None for no word."""
        words = {None: None, "true": True, "false": False}
        if value not in words:
            raise FormError("Write true or false.", code="invalid")
        return words[value]


class TrueOrFalse(BooleanFilter):
    """A filter by `true` or `false`, and nothing else."""

    field_class = _TrueOrFalseField  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **kwargs)


class _MomentField(IsoDateTimeField):
    """Django's own field takes a time without a zone for UTC, and zones that PostgreSQL does not know."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the time in UTC; None for no word."""
        moment = parse_moment(value)
        if value and moment is None:
            raise FormError("Write a time with its zone, like 2022-06-08T09:00:00+09:00.", code="invalid")
        return moment


class MomentFilter(IsoDateTimeFilter):
    """A filter by a time that has a zone."""

    field_class = _MomentField


class Filters(FilterSet):
    """Filters of a list: only those that are asked for, with a form that is made once.

    To copy all filters and to make the form's class anew takes longer than to find a page of rows.
    """

    _forms: ClassVar[dict[tuple[type[FilterSet], frozenset[str]], type[forms.Form]]] = {}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        asked = data or {}
        named = ((name, one) for name, one in type(self).base_filters.items() if name in asked)
        self.base_filters = OrderedDict(named)
        super().__init__(data, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        """Return the form that checks the parameters."""
        form = type(self), frozenset(self.filters)
        if form not in self._forms:
            self._forms[form] = super().get_form_class()
        return self._forms[form]


class StrictFilters(DjangoFilterBackend):
    """Applies a view's FilterSet; refuses parameters that it does not know, and those that say nothing or twice."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that the parameters leave."""
        filterset: type[FilterSet] | None = getattr(view, "filterset_class", None)
        known = set(filterset.base_filters) if filterset else set()
        unknown = sorted(set(request.query_params) - known - PAGING)
        if unknown:
            words = ", ".join(sorted(known | PAGING))
            raise ValidationError(dict.fromkeys(unknown, f"No such filter. Known are: {words}."))
        for name, values in request.query_params.lists():
            if len(values) > 1:
                raise ValidationError({name: "Given more than once: which one is meant?"})
            if not values[0] and name != "search":
                raise ValidationError({name: "Give it a value, or leave it out."})
        if known.isdisjoint(request.query_params):  # its form alone would take 1.5 ms to say that nothing is asked
            return queryset
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
