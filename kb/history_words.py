"""Changes of fields as people read them: which field, what it was, what it is."""

import json
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from common.words import Word
from kb.condition_words import condition_words, move_words
from kb.words import AUDIENCES, SEVERITIES

LONGEST = 120  # characters of a value
NONE = "–"
FIELDS: dict[str, Any] = {
    "title": _("What happens, in one line"),
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
VALUES: dict[str, dict[str, Word]] = {"severity": SEVERITIES, "audience": AUDIENCES}
LINES = {"condition": condition_words, "move": move_words}


def change_words(changes: dict[str, Any]) -> list[str]:
    """Return changes, one a line; a field whose values the reader may not know is only named."""
    return [
        f"{FIELDS.get(name, name)}: {_value(name, change['old'])} → {_value(name, change['new'])}"
        if change
        else str(FIELDS.get(name, name))
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
