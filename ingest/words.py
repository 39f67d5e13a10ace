"""The words of comparisons: what was told, what was done, and what could not be compared."""

import re
from typing import Any

from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

TOLD: dict[str | None, Any] = {
    "accepted": pgettext_lazy("what the sender was told", "accepted"),
    "refused": pgettext_lazy("what the sender was told", "refused"),
    "deferred": pgettext_lazy("what the sender was told", "deferred"),
    None: pgettext_lazy("what the sender was told", "told unknown"),
}
DONE: dict[str | None, Any] = {
    "delivered": pgettext_lazy("what was done with a message", "delivered"),
    "quarantined": pgettext_lazy("what was done with a message", "quarantined"),
    "discarded": pgettext_lazy("what was done with a message", "discarded"),
    "bounced": pgettext_lazy("what was done with a message", "bounced"),
    "expanded": pgettext_lazy("what was done with a message", "expanded to a list"),
    "handed_over": pgettext_lazy("what was done with a message", "handed over"),
    "deferred": pgettext_lazy("what was done with a message", "deferred"),
    "queued": pgettext_lazy("what was done with a message", "queued"),
    None: pgettext_lazy("what was done with a message", "done unknown"),
}
SIDES: dict[str, Any] = {
    "before": pgettext_lazy("side of a comparison", "before"),
    "after": pgettext_lazy("side of a comparison", "after"),
}
NO_SCANNER = _("no scanner's verdict")
_REASONS = (
    ((r"the log (?P<side>before|after) has (?P<n>\d+) messages, and it takes at least (?P<most>\d+) on each side: "
     r"nothing was tested"),
     gettext_noop("Side %(side)s: %(n)s messages, and it takes at least %(most)s on each side. Nothing was tested.")),
    (r"of the log (?P<side>before|after) (?P<n>\d+) messages have no date: they are on none of its days, not counted",
     gettext_noop("Side %(side)s: %(n)s messages have no date. They are on none of its days, and not counted.")),
    (r"of the log (?P<side>before|after) (?P<n>\d+) lines name no transaction: messages in them are not counted",
     gettext_noop("Side %(side)s: %(n)s lines name no transaction. Messages in them are not counted.")),
    ((r"of the log (?P<side>before|after) some lines could not be read, or the reading ended early: "
      r"they are not counted"),
     gettext_noop("Side %(side)s: some lines could not be read, or the reading ended early. They are not counted.")),
    ((r"of the log (?P<side>before|after) (?P<n>\d+) messages are unfinished: what became of them may stand in lines "
     r"that it does not have"),
     gettext_noop(
         "Side %(side)s: %(n)s messages are unfinished. What became of them may stand in lines that it does not have."
     )),
)  # fmt: skip
_FORMS = tuple((re.compile(pattern), words) for pattern, words in _REASONS)


def reason_words(reason: str) -> str:
    """Return why something was not compared in the reader's language; what is not known here stays as it is."""
    for form, words in _FORMS:
        if match := form.fullmatch(reason):
            parts = match.groupdict() | {"side": SIDES[match["side"]]}
            if "n" in parts:
                parts["n"] = f"{int(parts['n']):,}"
            return gettext(words) % parts
    return reason
