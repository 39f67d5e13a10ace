"""The sentence on whose turn it is: who, since when, until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from common.templatetags.moments import day_words
from kb.models import Party, PartyKind
from tickets.turns.report import LegReport, Turns

SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentences and their tone; one for each leg that somebody holds."""

    sentences: list[str]
    tone: str


def party_words(party: Party) -> str:
    """Return what a party is called in a sentence."""
    return pgettext("our own side", "We") if party.kind == PartyKind.US else party.name


def day_of(moment: datetime, precision: str = "day") -> str:
    """Return the day of a moment as words; `c.` stands before what is only known to the week."""
    words = day_words(timezone.localtime(moment).date())
    return pgettext("approximate day", "c. %(day)s") % {"day": words} if precision == "week" else words


def lead_of(turns: Turns, parties: Mapping[str, Party], precisions: Mapping[str, str]) -> Lead:
    """Return the sentences on whose turn it is now; the worst leg gives the tone."""
    if turns.state == "parked":
        return Lead([gettext("Parked since %(day)s: the clocks stand.") % {"day": day_of(turns.pauses[-1].begin)}], "")
    if turns.state != "open":
        words = {
            "solved": gettext("Solved on %(day)s: nobody’s turn."),
            "closed": gettext("Closed on %(day)s: nobody’s turn."),
        }
        return Lead([words[turns.state] % {"day": day_of(turns.pauses[-1].begin)}], "")
    held = [leg for leg in turns.legs if leg.holder]
    if not held:
        return Lead([gettext("Nobody’s turn: nothing is asked or promised.")], "")
    tones = [_tone(leg, turns) for leg in held]
    return Lead(
        [_sentence(leg, turns, parties, precisions) for leg in held],
        "bad" if "bad" in tones else "warn" if "warn" in tones else "calm",
    )


def _tone(leg: LegReport, turns: Turns) -> str:
    """Return how much a leg presses."""
    if leg.is_overdue:
        return "bad"
    return "warn" if leg.due and leg.due.at - turns.now < SOON else "calm"


def _sentence(leg: LegReport, turns: Turns, parties: Mapping[str, Party], precisions: Mapping[str, str]) -> str:
    """Return who has the turn of a leg, since when, and until when."""
    current = leg.current
    if current is None:
        return ""
    holder = parties[current.holder]
    since = day_of(current.begin, precisions.get(current.entry, "day"))
    if holder.kind == PartyKind.US:
        words = gettext("Our turn towards %(other)s since %(day)s") % {
            "other": parties[leg.leg.party].name,
            "day": since,
        }
    else:
        words = gettext("%(party)s has had the turn since %(day)s") % {"party": holder.name, "day": since}
    return (
        gettext("%(words)s, %(due)s.") % {"words": words, "due": due_words(leg)}
        if leg.due
        else f"{words}{gettext('.')}"
    )


def due_words(leg: LegReport) -> str:
    """Return until when a holder owes something, and by what."""
    if leg.due is None:
        return ""
    due = source_words(leg.due.source, leg.due.at)
    if not leg.is_overdue:
        return due
    return gettext("%(due)s: %(late)s") % {"due": due, "late": late_words(leg.overdue_for)}


def source_words(source: str, at: datetime) -> str:
    """Return a due day with where it comes from."""
    words = {
        "entry": gettext("due %(day)s"),
        "contract": gettext("due %(day)s by contract"),
        "default": gettext("due %(day)s by default"),
    }
    return words[source] % {"day": day_of(at)}


def late_words(late: timedelta) -> str:
    """Return how late something is, in days; in months beside them from two on."""
    if late < timedelta(days=1):
        return gettext("less than a day late")
    words = ngettext("%(n)s day late", "%(n)s days late", late.days) % {"n": f"{late.days:,}"}
    months, years = round(late.days / 30.44), round(late.days / 365.25)
    if months < 2:
        return words
    roughly = (
        ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
        if months < 24
        else ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    )
    return gettext("%(words)s (%(months)s)") % {"words": words, "months": roughly}
