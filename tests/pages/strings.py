"""Which strings the pages say: found in templates and code without any tool outside of Python."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "common", "ingest", "kb", "tickets")
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
String = tuple[str | None, str | tuple[str, ...]]


def _sources() -> Iterator[str]:
    """Yield the source of each template, as Python, and of each module."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.read_text(encoding="utf-8")


@cache
def strings_of_the_pages() -> frozenset[String]:
    """Return every string that is marked for translation: its context, and one form or two."""
    found: set[String] = set()
    for source in _sources():
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            found.add((context, message if isinstance(message, str) else tuple(message)))
    return frozenset(found)
