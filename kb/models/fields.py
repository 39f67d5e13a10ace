"""A field for sets of version keys: PostgreSQL's multirange over text, in the order of bytes."""

from typing import Any

from django.db import models


class KeyRangesField(models.TextField):  # type: ignore[type-arg]
    """A multirange of keys in PostgreSQL's text form (`kb.versions.ranges.to_sql` writes it).

    The type is made by a migration; lookups go through SQL, where a GiST index answers `&&`.
    """

    description = "set of version keys"

    def db_type(self, connection: Any) -> str:
        """Return the type's name."""
        return "kb_keyranges"


class KeyRangeField(models.TextField):  # type: ignore[type-arg]
    """One range of keys; migrations name it."""

    description = "range of version keys"

    def db_type(self, connection: Any) -> str:
        """Return the type's name."""
        return "kb_keyrange"


@KeyRangesField.register_lookup
class Meets(models.Lookup):
    """`affected__meets=RANGE`: whether the set shares a key with a range in PostgreSQL's text form."""

    lookup_name = "meets"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return `column && range`, which GiST answers."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} && {right}::kb_keyrange", (*left_values, *right_values)
