"""The list of cases by whose turn it is: two filters and two orders that no column has."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from common.api.filters import Search, StrictFilters, StrictOrdering
from tickets.queries.by_turn import ByTurn, by_turn

OVERDUE = {"true": True, "false": False}


class TurnOrdering(StrictOrdering):
    """Narrows what all other filters left to whose turn it is, and orders it.

    The view gets what was found of the cases in `standing`; None where nothing of it is asked for.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that are asked for, in the order asked for."""
        params = request.query_params
        wanted = ByTurn(params.get("holder", ""), OVERDUE.get(params.get("overdue", "")), params.get("ordering", ""))
        view.standing = {} if params.get("turns") == "true" else None
        if wanted.narrows or wanted.orders:
            found = by_turn(queryset, wanted)
            view.standing = found.standing
            if wanted.orders:
                return found.cases.order_by(*found.order)
            queryset = found.cases
        return super().filter_queryset(request, queryset, view)


CASE_FILTERS = (StrictFilters, Search, TurnOrdering)
