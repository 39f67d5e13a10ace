"""What the product itself wrote into a timeline or a job, in the reader's language.

Services write these texts in English, once and for all; a text that is not known here is shown as it was written.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from tickets.words import CASE_KINDS, CASE_STATES, RULES, SEVERITIES, rule_words

_NOT_READ = r"(?P<name>.+?) (?:read again; )?"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(?P<name>.+) received, (?P<size>[\d,]+) bytes, SHA-256 (?P<hash>[0-9a-f]{64})",
     gettext_noop("%(name)s received, %(size)s bytes, SHA-256 %(hash)s")),
    (r"(?P<name>.+) read again; read: (?P<lines>[\d,]+) lines",
     gettext_noop("%(name)s read again, together with other evidence: %(lines)s lines")),
    (r"(?P<name>.+) read: (?P<lines>[\d,]+) lines", gettext_noop("%(name)s read: %(lines)s lines")),
    (_NOT_READ + r"read in part: (?P<reason>.+)", gettext_noop("%(name)s read in part: %(reason)s")),
    (_NOT_READ + r"kept, but not read as a log, and so not judged: (?P<reason>.+)",
     gettext_noop("%(name)s kept, but not read as a log, and so not judged: %(reason)s")),
    (_NOT_READ + r"could not be read, and so is not judged: (?P<reason>.+)",
     gettext_noop("%(name)s could not be read, and so is not judged: %(reason)s")),
    (r"(?P<lines>[\d,]+) lines read, (?P<findings>[\d,]+) findings so far",
     gettext_noop("%(lines)s lines read, %(findings)s findings so far")),
    (r"(?P<lines>[\d,]+) lines read", gettext_noop("%(lines)s lines read")),
    (r"Waiting for another piece of this case to be read\.",
     gettext_noop("Waiting for another piece of this case to be read.")),
    (r"evidence pack for (?P<party>.+) released by (?P<name>.+): (?P<lines>[\d,]+) lines, SHA-256 (?P<hash>\w{64})",
     gettext_noop("Evidence pack for %(party)s released by %(name)s: %(lines)s lines, SHA-256 %(hash)s")),
    (r"(?P<lines>[\d,]+) lines, (?P<values>[\d,]+) values replaced",
     gettext_noop("%(lines)s lines, %(values)s values replaced")),
    (r"shared with (?P<name>.+)", gettext_noop("shared with %(name)s")),
    (r"no longer shared with (?P<name>.+)", gettext_noop("no longer shared with %(name)s")),
    (r"party added: (?P<name>.+)", gettext_noop("party added: %(name)s")),
    (r"ticket (?P<number>.+) at (?P<name>.+)", gettext_noop("ticket %(number)s at %(name)s")),
    (r"to do: (?P<text>.+) \(due (?P<day>[\d-]+)\)", gettext_noop("to do: %(text)s (due %(day)s)")),
    (r"to do: (?P<text>.+)", gettext_noop("to do: %(text)s")),
    (r"look again on (?P<day>[\d-]+): (?P<text>.+)", gettext_noop("look again on %(day)s: %(text)s")),
    (r"done: (?P<text>.+)", gettext_noop("done: %(text)s")),
    (r"to do again: (?P<text>.+)", gettext_noop("to do again: %(text)s")),
)  # fmt: skip
_FORMS = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _PATTERNS)
_FOUND = re.compile(r"(?P<rule>[a-z0-9-]+): (?P<now>[\d,]+)(?: \((?P<then>[\d,]+) before\))?")
_CHANGED = re.compile(
    r"(?P<field>title|kind|state|severity|product|release|assignee|devices): (?P<old>.*) → (?P<new>.*)"
)
_FIELDS = {
    "title": gettext_noop("title"),
    "kind": gettext_noop("kind"),
    "state": gettext_noop("state"),
    "severity": gettext_noop("severity"),
    "product": gettext_noop("product"),
    "release": gettext_noop("release"),
    "assignee": gettext_noop("assigned to"),
    "devices": gettext_noop("devices"),
}
_CHANGED = re.compile(rf"(?P<field>{'|'.join(_FIELDS)}): (?P<old>.*) → (?P<new>.*)")
_VALUES: dict[str, Mapping[str, Any]] = {"kind": CASE_KINDS, "state": CASE_STATES, "severity": SEVERITIES}


def in_words(text: str, titles: Mapping[str, str] | None = None) -> str:
    """Return a text of the product's own in the reader's language; `titles` names the detectors."""
    for told in (_by_pattern(text), _found(text, titles or {}), _changed(text)):
        if told is not None:
            return told
    return text


def _by_pattern(text: str) -> str | None:
    """Return a text of one of the fixed forms."""
    for pattern, words in _FORMS:
        match = pattern.fullmatch(text)
        if match:
            return gettext(words) % match.groupdict()
    return None


def _found(text: str, titles: Mapping[str, str]) -> str | None:
    """Return how often a rule holds now, and before."""
    match = _FOUND.fullmatch(text)
    if match is None or (match["rule"] not in RULES and match["rule"] not in titles):
        return None
    told = gettext("%(rule)s: %(n)s") % {"rule": rule_words(match["rule"], titles), "n": match["now"]}
    return told + (gettext(" (%(n)s before)") % {"n": match["then"]} if match["then"] else "")


def _changed(text: str) -> str | None:
    """Return which fields of a case changed."""
    told = []
    for part in text.split("; "):
        match = _CHANGED.fullmatch(part)
        if match is None:
            return None
        field, words = match["field"], _word_of(match["field"])
        told.append(f"{gettext(_FIELDS[field])}: {words(match['old'])} → {words(match['new'])}")
    return gettext("; ").join(told)


def _word_of(field: str) -> Callable[[str], str]:
    """Return what turns a stored value of a field into its word."""
    known = _VALUES.get(field, {})
    return lambda value: str(known[value].text) if value in known else value
