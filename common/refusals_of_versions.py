"""Why a text is no version, in the reader's language: the half sentences of `kb.versions`, which speaks English."""

import re

from django.utils.translation import gettext, gettext_noop

REASONS = (
    gettext_noop("it is a train: name a version of it"),
    gettext_noop("it is a series: name a version of it"),
    gettext_noop("it is a range: name one version"),
    gettext_noop("it is a version, not a train"),
    gettext_noop("more than one number in it: name one version"),
    gettext_noop("no number in it"),
    gettext_noop("too short: name the whole version"),
    gettext_noop("too short: a train has two numbers"),
    gettext_noop("too long"),
    gettext_noop("empty"),
    gettext_noop("it holds a control character or half of one"),
)
_FORM = re.compile(r"(?P<text>'.*'|\".*\"): (?P<reason>.+?)\.(?: Perhaps: (?P<found>.+)\.)?", re.DOTALL)


def version_refusal(said: str) -> str | None:
    """Return why a text is no version, or None where something else is said."""
    match = _FORM.fullmatch(said)
    if match is None or match["reason"] not in REASONS:
        return None
    reason = match["reason"]
    words = {"text": match["text"][1:-1], "reason": gettext(reason), "found": match["found"]}
    if match["found"]:
        return gettext("“%(text)s”: %(reason)s. Perhaps: %(found)s.") % words
    return gettext("“%(text)s”: %(reason)s.") % words
