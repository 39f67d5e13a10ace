"""Rows gathered column by column until there are enough for a part of the table."""

from typing import Any, Final

from ingest.engine.event import Event
from ingest.engine.events.columns import (
    FIELDS,
    KEY_LENGTH,
    MESSAGE_FIELDS,
    MODEL,
    MOST_KEYS,
    OTHER_KEYS,
    OTHER_VALUES,
    TEXTS,
    UNIT,
    model_values,
)
from ingest.engine.events.runtime import pl

MOST_ROWS: Final = 20_000
FEW: Final = 8
MOST_CHARACTERS: Final = 16_000_000  # of text; a line can have 4 MiB


class Batch:
    """Rows of the table that are not written yet. ``keys`` are the columns of the lines' own keys so far, in order."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._known: set[str] = set()
        self._columns: dict[str, list[Any]] = {}
        self._rows = 0
        self._characters = 0

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return self._rows >= MOST_ROWS or self._characters >= MOST_CHARACTERS

    def add(self, event: Event, text: str, where: dict[str, Any]) -> None:
        """Take in a line; ``where`` are the columns that the event does not say."""
        row = {**model_values(event), **where, "text": text}
        more: tuple[list[str], list[str]] = ([], [])
        self._own_keys(row, more, FIELDS, event.fields)
        self._own_keys(row, more, MESSAGE_FIELDS, event.message_fields)
        row[OTHER_KEYS], row[OTHER_VALUES] = more if more[0] else (None, None)
        columns, number = self._columns, self._rows
        for name, value in row.items():
            if value is None:
                continue  # filled up when there is a value again, or at the end
            column = columns.get(name)
            if column is None:
                column = columns[name] = [None] * number
            elif (lack := number - len(column)) > 0:
                column += [None] * lack
            column.append(value)
        self._rows += 1
        self._characters += 2 * len(text) + len(event.message or "")

    def _own_keys(
        self, row: dict[str, Any], more: tuple[list[str], list[str]], prefix: str, fields: dict[str, str]
    ) -> None:
        known = self._known
        for key, value in fields.items():
            name = prefix + key
            if name not in known and not self._learn(name, key):
                more[0].append(name)
                more[1].append(value)
            else:
                row[name] = value

    def _learn(self, name: str, key: str) -> bool:
        """Make a column of a key that is new; False where there are too many of them, or its name is no name."""
        if len(self.keys) >= MOST_KEYS or len(key) > KEY_LENGTH or not _is_text(name):
            return False
        self._known.add(name)
        self.keys.append(name)
        return True

    def take(self) -> pl.DataFrame:
        """The rows as a frame, with all columns there are by now; the batch is empty then."""
        schema = schema_of(self.keys) | {UNIT: pl.String}
        rows, columns = self._rows, self._columns
        self._columns, self._rows, self._characters = {}, 0, 0
        return pl.DataFrame([_series(name, columns.pop(name, []), kind, rows) for name, kind in schema.items()])


def schema_of(keys: list[str]) -> dict[str, Any]:
    """All columns of a table whose lines have these keys."""
    return MODEL | dict.fromkeys(keys, pl.String)


def _series(name: str, values: list[Any], kind: Any, rows: int) -> pl.Series:
    values += [None] * (rows - len(values))
    if kind == TEXTS and (longest := max((len(value) for value in values if value), default=0)) <= FEW:
        return _lists(name, values, longest)
    try:
        return pl.Series(name, values, dtype=kind)
    except UnicodeEncodeError:  # half of a pair, as JSON can write it: no text, and no column takes it
        return pl.Series(name, [_storable(value, kind) for value in values], dtype=kind)


def _lists(name: str, values: list[Any], longest: int) -> pl.Series:
    """A column of short lists, made of columns of their first texts, second ones and so on: several times as fast."""
    columns = [
        _series(str(at), [value[at] if value and len(value) > at else None for value in values], pl.String, len(values))
        for at in range(longest)
    ]
    missing = pl.Series("missing", [value is None for value in values], dtype=pl.Boolean)
    frame = pl.DataFrame([missing, *columns])
    lists = pl.concat_list(str(at) for at in range(longest)).list.drop_nulls() if longest else pl.lit([], dtype=TEXTS)
    return frame.select(pl.when(~pl.col("missing")).then(lists).alias(name)).to_series()


def _storable(value: Any, kind: Any) -> Any:
    if value is not None and kind == TEXTS:
        return [_storable(one, pl.String) for one in value]
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
