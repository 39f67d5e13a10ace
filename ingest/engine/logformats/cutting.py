"""Ways to cut a line's text into named values: key=value, columns, JSON. Any text gives values or a reason."""

import csv
import json
import re
from typing import Any, Final, NamedTuple

MOST_KEYS: Final = 512
MOST_COLUMNS: Final = 512
HEADER_LENGTH: Final = 8192
_PAIR: Final = re.compile(r'(?<![^\s,;|\]])([A-Za-z_][\w.\-]{0,63})=(?:"([^"\\]*(?:\\.[^"\\]*)*)("|$)|([^\s,;"]*))')
_ESCAPED: Final = re.compile(r"\\(.)")
NO_PAIRS: Final = "no key=value stands in it"
NOT_JSON: Final = "it is no JSON object"
NO_COLUMNS: Final = "no line that names the columns stands before it"


class Values(NamedTuple):
    """Values by key, of a key that stands twice the first; ``unclear`` are keys that cannot be believed.

    ``says_nothing`` is a line of a table that is no row: the names of the columns, or a remark before them.
    """

    fields: dict[str, str]
    unclear: frozenset[str] = frozenset()
    says_nothing: bool = False


NONE: Final[frozenset[str]] = frozenset()


def cut_keys(text: str, senders: frozenset[str], addresses: frozenset[str] = NONE) -> Values | str:
    """``key=value`` and ``key="value"``, between blanks, commas, semicolons or bars.

    Keys that stand twice are unclear. So is all behind a key of the sender's text (``senders``) that is not in quotes,
    and behind an address of his (``addresses``) that may go on where the value ends.
    """
    fields: dict[str, str] = {}
    unclear: set[str] = set()
    open_text = False
    for count, found in enumerate(_PAIR.finditer(text)):
        if count >= MOST_KEYS:
            return f"it has more than {MOST_KEYS} keys"
        key = found[1].lower()
        quoted = found[2] is not None
        if key in fields or open_text or (quoted and not found[3]):
            unclear.add(key)
        value = _ESCAPED.sub(r"\1", found[2]) if quoted and "\\" in found[2] else found[2] if quoted else found[4]
        fields.setdefault(key, value)
        if not quoted and not open_text and (key in senders or (key in addresses and not _is_whole(text, found))):
            open_text = True
            unclear.add(key)
    return Values(fields, frozenset(unclear)) if fields else NO_PAIRS


def _is_whole(text: str, found: re.Match[str]) -> bool:
    """Whether a bare address ends where its value does: brackets closed, and no quote behind it."""
    value = found[4]
    return (value[:1] != "<" or value[-1:] == ">") and text[found.end() : found.end() + 1] != '"'


def cut_columns(text: str, columns: tuple[str, ...]) -> Values | str:
    """One row of a table; a row of another width cannot be told apart from one that the sender's text has moved."""
    cells = split_row(text)
    if cells is None:
        return "its quotes do not fit"
    if len(cells) != len(columns):
        return f"it has {len(cells)} columns where the header names {len(columns)}"
    return Values(dict(zip(columns, cells, strict=True)))


def split_row(text: str) -> list[str] | None:
    """The cells of a row in RFC 4180's form, None where its quotes do not fit."""
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def header_columns(text: str) -> tuple[str, ...]:
    """The names in a line that names columns; empty for a line that can be none."""
    cells = split_row(text) if len(text) <= HEADER_LENGTH else None
    names = tuple(cell.strip().strip("\ufeff").lower() for cell in cells or ())
    return names if len(set(names)) == len(names) and 1 < len(names) <= MOST_COLUMNS else ()


def cut_json(text: str) -> Values | str:
    """A JSON object; inner objects by dotted names, lists of words joined by commas. A name twice is unclear."""
    if text[:1] != "{":
        return NOT_JSON
    twice: set[str] = set()
    try:
        # Numbers stay as they are written: neither size nor precision is ours to judge.
        tree = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=lambda pairs: _object(pairs, twice))
    except (ValueError, RecursionError):
        return NOT_JSON
    fields: dict[str, str] = {}
    _flatten(tree, "", fields)
    if len(fields) > MOST_KEYS:
        return f"it has more than {MOST_KEYS} keys"
    return Values(fields, frozenset(key for key in fields if key in twice or key.rpartition(".")[2] in twice))


def _object(pairs: list[tuple[str, Any]], twice: set[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        key = key.lower()  # noqa: PLW2901
        if key in tree:
            twice.add(key)
        tree.setdefault(key, value)
    return tree


def _flatten(tree: dict[str, Any], before: str, fields: dict[str, str], depth: int = 0) -> None:
    for key, value in tree.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            if depth < 8:
                _flatten(value, f"{name}.", fields, depth + 1)
        elif isinstance(value, list):
            fields.setdefault(name, ",".join(one for one in value if isinstance(one, str)))
        elif value is not None:
            fields.setdefault(name, value if isinstance(value, str) else str(value).lower())
