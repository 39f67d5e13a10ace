"""Conditions and moves as people read them."""

from typing import Any

from django.utils.translation import gettext, pgettext

SIGNS = {"eq": "=", "matches": "~"}


def condition_words(predicate: Any) -> str:
    """Return a condition as a line: `antispam.settings.x = y and not system.ha`."""
    ((word, argument),) = predicate.items()
    if word in {"and", "or"}:
        joint = pgettext("in a condition", " and ") if word == "and" else pgettext("in a condition", " or ")
        parts = [condition_words(part) for part in argument]
        return f"({joint.join(parts)})" if len(parts) > 1 else parts[0]
    if word == "not":
        return gettext("not %(condition)s") % {"condition": condition_words(argument)}
    if word == "exists":
        return gettext("%(path)s is set") % {"path": argument}
    if word == "in":
        return gettext("%(path)s is one of %(values)s") % {
            "path": argument[0],
            "values": ", ".join(map(str, argument[1])),
        }
    if word == "version":
        return f"{argument[0]} {argument[1]} {argument[2]}"
    return f"{argument[0]} {SIGNS[word]} {argument[1]}"


def move_words(move: dict[str, Any]) -> str:
    """Return the moves that a notice is for."""
    direction = {
        "upgrade": gettext("upgrades"),
        "downgrade": gettext("downgrades"),
    }.get(move.get("direction", "any"), gettext("upgrades and downgrades"))
    parts = [direction]
    for end, words in (("from", gettext("from %(span)s")), ("to", gettext("to %(span)s"))):
        if span := move.get(end):
            parts.append(words % {"span": _span(span)})
    return " ".join(parts)


def _span(span: dict[str, Any]) -> str:
    first, last = span.get("from"), span.get("to")
    if first and last:
        return first if first == last else f"{first} – {last}"
    return gettext("%(version)s and later") % {"version": first} if first else f"… {last}"
