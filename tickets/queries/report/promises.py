"""The promises of a report, and what became of each."""

from django.utils.translation import gettext, ngettext, pgettext

from tickets import words
from tickets.queries.report.gathered import Gathered
from tickets.queries.report.words import fact, happened_words, joined, moment_words, side
from tickets.queries.turns_words import late_words, source_words
from tickets.report.document import Item, Remark, Section, Tone, visible
from tickets.turns.promises import Promise

TONES: dict[str, Tone] = {"late": "warn", "broken": "bad", "lapsed": "bad"}


def promises(of: Gathered) -> Section:
    """Return the promises in the order in which they were made."""
    known = {str(entry.public_id): (entry.text, entry.precision) for entry in of.entries}
    items = tuple(_promise(of, one, *known.get(one.entry, ("", "day"))) for one in of.turns.promises)
    remarks = () if items else (Remark(gettext("No promise is noted.")),)
    return Section("promises", gettext("Promises"), remarks, items=items)


def _promise(of: Gathered, one: Promise, text: str, precision: str) -> Item:
    """Return a promise: who to whom, until when and by what, what became of it, and how often it was reminded of."""
    state = str(words.PROMISE_STATES[one.state].text)
    due = source_words(one.due.source, one.due.at)
    late = late_words(one.overdue_for) if one.overdue_for.total_seconds() > 0 else ""
    reminded = gettext("no reminder sent")
    if one.reminders:
        sent = ngettext("%(n)d reminder sent", "%(n)d reminders sent", one.reminders) % {"n": one.reminders}
        reminded = joined(sent, gettext("the last on %(when)s") % {"when": moment_words(one.reminded_at)})
    facts = [
        fact(gettext("What became of it"), joined(state, late), TONES.get(one.state, "")),
        fact(gettext("Due"), due),
        fact(pgettext("report", "Reminders"), reminded),
    ]
    if one.settled_at:
        facts.append(fact(pgettext("report", "Answered"), moment_words(one.settled_at)))
    sides = f"{side(of.parties[one.party])} → {side(of.parties[one.to])}"
    return Item(joined(happened_words(one.made_at, precision), sides), tuple(facts), text=visible(text))
