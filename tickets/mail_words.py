"""The words of mails: why one waits, what is unsure of its date, what wrote it, what put it into a case."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.words import Word
from tickets.models import FiledBy, MailKind

REASONS: dict[str, Any] = {
    "no-thread": _("It bears no token and answers no mail of a case."),
    "several-tokens": _("It bears the tokens of several cases."),
    "several-cases": _("It answers mails of several cases."),
    "sender-not-of-the-case": _(
        "Its sender is not known to the case that it names: a contact counts where your own department recorded it, or"
        " once you file a mail of theirs there."
    ),
    "no-sender": _("It names no sender."),
    "several-senders": _("It names several senders."),
    "unreadable": _("It could not be read. It is kept as it came."),
    "same-id": _(
        "A mail of this Message-ID is here already, in another form (.eml or .msg), and nothing tells whether both say"
        " the same. Look at both."
    ),
    "taken-out": _("Somebody took it out of a case."),
}
DOUBTS: dict[str, Any] = {
    "date-missing": _("It bears no date."),
    "date-unreadable": _("Its date cannot be read."),
    "date-without-zone": _("Its date names no zone."),
    "date-from-received": _("The date is that of the first relay."),
    "date-from-archive": _("The date is that of the archive."),
    "date-not-as-received": _("The first relay saw it on another day."),
    "date-ahead": _("Its date lies after the day on which it came here."),
}
KINDS: dict[str, Word] = {
    MailKind.MAIL: Word(_("Mail"), "message", ""),
    MailKind.AUTO_REPLY: Word(_("Automatic answer"), "message"),
    MailKind.AUTOMATIC: Word(_("Automatic notice"), "message"),
    MailKind.BOUNCE: Word(_("Undelivered"), "late", "warn"),
}
FILED: dict[str, Any] = {
    FiledBy.TOKEN: _("by its token"),
    FiledBy.REFERENCES: _("by its thread"),
    FiledBy.IN_REPLY_TO: _("as an answer"),
    FiledBy.PERSON: pgettext_lazy("filed", "by hand"),
}
