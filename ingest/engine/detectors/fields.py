"""What the names in a rule mean in a table of events.

A name of the event model (`told`, `done`, `recipients` …) is the model's. Any other is a key of the line, else a key
inside its message; ``fields.KEY`` and ``message_fields.KEY`` are the one or the other, whatever the key is called.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from ingest.engine.events.columns import ASKED, FIELDS, LISTS, MESSAGE_FIELDS, OTHER_KEYS, OTHER_VALUES
from ingest.engine.events.runtime import pl

NOTHING: Final = pl.lit(None, pl.String)


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of a table. ``others`` is whether keys stand in the lists of the others too.

    ``columns`` None is a table that has every field: what a rule is tried on before there is a log.
    """

    columns: frozenset[str] | None
    others: bool = False

    def is_list(self, name: str) -> bool:
        """Whether a field has several values."""
        return name in LISTS

    def column(self, name: str) -> pl.Expr:
        """The values of a field; null where a line has none."""
        if name in ASKED:
            return pl.col(name)
        found = [self._own(one) for one in names_of(name)]
        return pl.coalesce(*found) if len(found) > 1 else found[0]

    def _own(self, name: str) -> pl.Expr:
        here = self.columns is None or name in self.columns
        column = pl.col(name) if here else NOTHING
        if not self.others:
            return column
        at = pl.col(OTHER_KEYS).list.eval((pl.element() == name).cast(pl.UInt8)).list.arg_max()
        other = pl.col(OTHER_VALUES).list.get(at, null_on_oob=True)
        return pl.coalesce(column, pl.when(pl.col(OTHER_KEYS).list.contains(name)).then(other))

    def present(self, name: str) -> pl.Expr:
        """Whether a line has a field."""
        column = self.column(name)
        return column.list.len() > 0 if self.is_list(name) else column.is_not_null()

    def near(self, name: str) -> str:
        """Names that may have been meant, as the end of a sentence; empty where none is near."""
        own = [
            column.removeprefix(FIELDS).removeprefix(MESSAGE_FIELDS) for column in self.columns or () if "." in column
        ]
        known = sorted({*ASKED, *own})
        lower = {one.lower(): one for one in known}
        found = get_close_matches(name.lower(), lower, n=3, cutoff=0.75)
        return f" (there is {', '.join(lower[one] for one in found)})" if found else ""


def names_of(name: str) -> tuple[str, ...]:
    """The columns that a name of no model field stands for, the first one first."""
    if name.startswith((FIELDS, MESSAGE_FIELDS)):
        return (name,)
    return (FIELDS + name, MESSAGE_FIELDS + name)
