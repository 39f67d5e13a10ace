"""Counting rows of a list at a cost that does not grow with the list."""

import hashlib
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

COUNT_LIMIT = 10_000
MANY_KNOWN_SECONDS = 60

_many = LocMemCache("many", {})  # this process's own: asking another one would take as long as some counts


def bounded_count(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """Return how many rows there are, at most COUNT_LIMIT, and whether that is exact.

    That there are more is remembered for a minute, since it takes the longest to find out; a number never is.
    """
    # Only the keys: what the rows would show, and the tables it is looked up in, need not be read to count.
    keys = queryset.order_by().values("pk")[: COUNT_LIMIT + 1]
    try:
        sql, params = keys.query.sql_with_params()
    except EmptyResultSet:
        return 0, True
    name = "many:" + hashlib.sha256(repr((sql, params)).encode("utf-8", "replace")).hexdigest()
    if _many.get(name):
        return COUNT_LIMIT, False
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS counted", params)  # noqa: S608  (the ORM made it)
        (number,) = cursor.fetchone()
    if number > COUNT_LIMIT:
        _many.set(name, True, MANY_KNOWN_SECONDS)
        return COUNT_LIMIT, False
    return number, True
