"""Lookups of PostgreSQL that Django has no name for, over texts in capitals, as they are indexed here."""

from typing import Any

from django.db.models import BooleanField, Func, Lookup


class Like(Lookup):
    """Whether a text in capitals is like a pattern of LIKE, which is written in any case: `Like(Upper("text"), "%x%")`.

    What of the pattern is meant as it stands needs a backslash before `%`, `_` and a backslash.
    """

    lookup_name = "like"
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} LIKE UPPER({right})", (*left_values, *right_values)


class Alike(Lookup):
    """Whether a text in capitals shares enough of its trigrams with another (`pg_trgm.similarity_threshold`)."""

    lookup_name = "alike"
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} %% UPPER({right})", (*left_values, *right_values)


class Likeness(Func):
    """How many of their trigrams two texts share, from 0 to 1."""

    function = "SIMILARITY"
