"""Changes of fields as people read them: which field, what it was, what it is."""

import json
from collections.abc import Callable
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from common.words import Word
from kb.condition_words import condition_words, move_words
from kb.words import AUDIENCES, KINDS, SEVERITIES

LONGEST = 120  # characters of a value
NONE = "–"
OF_ISSUE: dict[str, Any] = {
    "title": _("What happens, in one line"),
    "kind": _("Kind"),
    "aliases": _("Other names"),
    "summary": _("What it means"),
    "symptoms": _("How it shows"),
    "cause": _("Cause"),
    "severity": _("Severity"),
    "severity_rule": _("Why this severity"),
    "detector": _("Rule that finds it in logs"),
    "review_on": _("To be reviewed on"),
    "condition": _("Where it applies"),
    "condition_note": _("Note on where it applies"),
    "condition_validated_by": _("Condition validated by"),
    "verification": _("How to check a unit"),
    "audience": _("Who may see it"),
    "move": _("Moves that the notice is for"),
}
OF_CATALOGUE: dict[str, Any] = {
    "released": _("Released"),
    "end_of_engineering_support": _("End of engineering support"),
    "end_of_support": _("End of support"),
    "source": _("Source"),
    "note": _("Note"),
    "stations": _("Upgrade path"),
    "title": _("Title"),
    "url": _("Address"),
    "kind": _("Whose"),
    "published": _("Published"),
    "retrieved": _("Read on"),
    "covers": _("Covers"),
}
VALUES: dict[str, dict[str, Word]] = {"severity": SEVERITIES, "audience": AUDIENCES, "kind": KINDS}


def _path(stations: list[dict[str, Any]]) -> str:
    return ", ".join(" / ".join(station["versions"]) for station in stations)


LINES: dict[str, Callable[[Any], str]] = {
    "condition": condition_words,
    "move": move_words,
    "stations": _path,
    "covers": ", ".join,
    "aliases": ", ".join,
}


def change_words(changes: dict[str, Any], fields: dict[str, Any]) -> list[str]:
    """Return changes, one a line; a field whose values the reader may not know is only named."""
    return [
        f"{fields.get(name, name)}: {_value(name, change['old'])} → {_value(name, change['new'])}"
        if change
        else str(fields.get(name, name))
        for name, change in changes.items()
    ]


def _value(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return NONE
    if name in LINES:
        return Truncator(LINES[name](value)).chars(LONGEST)
    word = VALUES.get(name, {}).get(str(value))
    text = word.text if word else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Truncator(str(text)).chars(LONGEST)
