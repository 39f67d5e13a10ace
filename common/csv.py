"""CSV that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable
from typing import Any

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> str:
    """Return a cell as text; one that a spreadsheet would take for a formula gets a leading apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(RUN_BY_SPREADSHEETS) else text


def csv_line(values: Iterable[Any]) -> str:
    """Return one line of CSV (RFC 4180)."""
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(value) for value in values])
    return line.getvalue()
