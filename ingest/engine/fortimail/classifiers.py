"""Which scanner decided: numbers and the names they had by version, from `classifiers.toml`."""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).with_name("classifiers.toml")
LENGTH: Final = 128  # longer words are no names, and not worth remembering
_HEX: Final = re.compile(r"0[xX]([0-9a-fA-F]{1,8})$")


class BrokenTable(Exception):
    """A data file that cannot be used; says file and key, and stops the start."""


def read_table(text: str) -> tuple[dict[int, str], dict[str, int]]:
    """Names by number (the oldest, under which results count) and numbers by every name they had, case-blind."""
    names: dict[int, str] = {}
    codes: dict[str, int] = {}
    try:
        rows = tomllib.loads(text).get("classifier")
    except tomllib.TOMLDecodeError as error:
        raise BrokenTable(f"{TABLE.name}: it cannot be read ({error})") from error
    if not isinstance(rows, list):
        raise BrokenTable(f"{TABLE.name}: it has no list of classifiers")
    for place, row in enumerate(rows, 1):
        code, name = row.get("code"), row.get("name")
        if not isinstance(code, int) or not isinstance(name, str) or code in names:
            raise BrokenTable(f"{TABLE.name}: classifier {place} needs a code of its own and a name")
        names[code] = name
        for known in _names(row, place):
            if codes.setdefault(known.casefold(), code) != code:
                raise BrokenTable(f"{TABLE.name}: classifier {place}: the name “{known}” has two numbers")
    return names, codes


def _names(row: dict[str, Any], place: int) -> Iterator[str]:
    yield row["name"]
    for alias in row.get("aliases", []):
        if not isinstance(alias.get("name"), str):
            raise BrokenTable(f"{TABLE.name}: classifier {place}: an alias needs a name")
        yield alias["name"]


NAMES, CODES = read_table(TABLE.read_text(encoding="utf-8"))


def read_classifier(value: str) -> tuple[str | None, str | None]:
    """Verdict and its number (``0x31``). An unknown word has no number, an unknown number no other name."""
    return _read(value) if len(value) <= LENGTH else (value.strip(), None)


@lru_cache(maxsize=4096)
def _read(value: str) -> tuple[str | None, str | None]:
    value = value.strip()
    if not value:
        return None, None
    found = _HEX.match(value)
    code = int(found[1], 16) if found else CODES.get(value.casefold())
    if code is None:
        return value, None
    number = f"0x{code:02X}"
    return NAMES.get(code, number), number
