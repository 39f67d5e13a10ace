"""Counting rows of a list at a cost that does not grow with the list."""

from typing import Any

from django.db.models import QuerySet

COUNT_LIMIT = 10_000


def bounded_count(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """Return how many rows there are, at most COUNT_LIMIT, and whether that is exact."""
    # Only the keys: what the rows would show, and the tables it is looked up in, need not be read to count.
    number = queryset.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return min(number, COUNT_LIMIT), number <= COUNT_LIMIT
