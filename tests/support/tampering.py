"""Changing history the way only an owner of the database can: past its triggers."""

from typing import Any

from django.db import connection


def tamper(statement: str, values: list[Any]) -> None:
    """Run a statement past every trigger. What was written before is checked first, while it is whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")
