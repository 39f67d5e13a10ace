"""Moments, parties and amounts in the words of a report."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext

from common.templatetags.figures import size
from common.templatetags.moments import clock_words, day_words
from kb.models import Party
from tickets.queries.turns_words import day_of, party_words
from tickets.report.document import Fact, Tone, visible


def moment_words(at: datetime | None) -> str:
    """Return a moment to the minute, on the clock of the report."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return pgettext("day and time", "%(day)s, %(time)s") % {"day": day_words(local.date()), "time": clock_words(local)}


def happened_words(at: datetime, precision: str) -> str:
    """Return when something happened, no more exactly than it is known."""
    return moment_words(at) if precision == "minute" else day_of(at, precision)


def since_words(at: datetime) -> str:
    """Return a moment that may stand for a whole day."""
    return day_of(at) if timezone.localtime(at).time() == time() else moment_words(at)


def said_words(said_at: date | None, said_about: str) -> str:
    """Return the day on which something was said, as far as it is known."""
    if said_at is not None:
        return day_words(said_at)
    return visible(said_about) or gettext("day not known")


def side(party: Party) -> str:
    """Return what a party is called."""
    return visible(party_words(party))


def sides(sender: Party | None, receiver: Party | None) -> str:
    """Return who addressed whom; empty where nobody is named."""
    if sender and receiver:
        return f"{side(sender)} → {side(receiver)}"
    return side(sender) if sender else f"→ {side(receiver)}" if receiver else ""


def days_words(days: float) -> str:
    """Return days with a tenth."""
    return gettext("%(n)s days") % {"n": number_format(days, 1, use_l10n=True, force_grouping=True)}


def bytes_words(octets: int) -> str:
    """Return a size, exact: a rounded one proves nothing."""
    exact = gettext("%(n)s bytes") % {"n": f"{octets:,}"}
    return exact if octets < 1000 else f"{exact} ({size(octets)})"


def fact(name: str, value: str, tone: Tone = "", *, code: bool = False) -> Fact:
    """Return a fact whose value somebody else wrote."""
    return Fact(name, visible(value), tone, code)


def joined(*parts: str) -> str:
    """Return the parts that are there, one behind the other."""
    return " · ".join(part for part in parts if part)
