"""Days, due times and states of promises as a person reads them."""

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.refusals import in_words
from common.templatetags.icons import draw_icon
from kb.templatetags.knowledge import SHAPES, party_named
from tickets import words
from tickets.models import Contract
from tickets.queries.terms import force_of
from tickets.queries.turns_words import day_of, late_words, source_words
from tickets.turns.promises import Promise
from tickets.turns.standing import Standing

register = template.Library()
IMPORTED: dict[str, Any] = {
    "party": _("party"), "contact": _("contact"), "contract": _("contract"),
    "new": pgettext_lazy("of an import", "new"), "changed": pgettext_lazy("of an import", "changed"),
    "same": pgettext_lazy("of an import", "the same"),
}  # fmt: skip
WHOLE_FROM = 100  # a tenth of a day says something of the first hundred


@register.filter
def days(value: float | None) -> str:
    """Return days or hours: with a tenth below a hundred, whole above."""
    if value is None:
        return "–"
    return number_format(round(value) if value >= WHOLE_FROM else round(value, 1), use_l10n=True, force_grouping=True)


@register.filter
def svg(value: float) -> str:
    """Return a number as SVG writes it, whatever the reader's language."""
    return f"{value:g}"


@register.filter
def party_shape(kind: str) -> Any:
    """Return the class that gives a party's lane its tone."""
    return SHAPES[kind]


@register.simple_tag(takes_context=True)
def whose_turn(context: Context, case: int) -> SafeString:
    """Show who has the turn in a case of a list, and until when; what is overdue is marked."""
    standing: Standing = context["standing"].get(case, Standing())
    names = [party_named(*context["parties"][slug]) for slug in standing.holders]
    if not names and not standing.late:
        return mark_safe('<span class="meta">–</span>')
    told = format_html_join(" ", "{}", [(name,) for name in names])
    if standing.is_overdue:
        late = min((one.due.at for one in standing.held if one.due and one.is_overdue), default=None)
        words = gettext("overdue since %(day)s") % {"day": day_of(late)} if late else gettext("promise overdue")
        return format_html('{} <span class="chip bad">{}{}</span>', told, draw_icon(context, "late"), words)
    if standing.due_at is None:
        return told
    return format_html(
        '{} <span class="meta">{}</span>', told, gettext("due %(day)s") % {"day": day_of(standing.due_at)}
    )


@register.simple_tag(takes_context=True)
def promise_chip(context: Context, state: str) -> SafeString:
    """Show what became of a promise."""
    word = words.PROMISE_STATES[state]
    return format_html('<span class="chip {}">{}{}</span>', word.tone, draw_icon(context, word.icon), word.text)


@register.filter
def day_has_come(day: date) -> bool:
    """Whether it is a day, or past it."""
    return day <= timezone.localdate()


@register.filter
def reminder_words(kind: str) -> Any:
    """Return of what a reminder reminds."""
    return words.REMINDERS[kind]


@register.filter
def promise_due(promise: Promise) -> str:
    """Return until when a promise is or was due, by what, and how late it is."""
    due = source_words(promise.due.source, promise.due.at)
    return f"{due} · {late_words(promise.overdue_for)}" if promise.overdue_for.total_seconds() > 0 else due


@register.simple_tag(takes_context=True)
def contract_force(context: Context, contract: Contract) -> SafeString:
    """Show whether a contract is in force today, by the day in its own time zone."""
    word = words.CONTRACT_FORCE[force_of(contract, timezone.now())]
    drawing = draw_icon(context, word.icon)
    return format_html('<span class="chip {}">{}{}</span>', word.tone, drawing, word.text)


@register.filter
def target_words(contract: Contract) -> str:
    """Return within how many hours an answer is owed by a contract."""
    if not contract.response_hours:
        return gettext("seven days by default")
    parts = [
        f"{words.SEVERITIES[one].text if one in words.SEVERITIES else gettext('Any severity')} {days(hours)}"
        for one, hours in contract.response_hours.items()
    ]
    counted = gettext("office hours") if contract.clock == "business" else gettext("hours around the clock")
    return f"{gettext('; ').join(parts)} ({counted})"


@register.filter
def told_words(told: dict[str, str]) -> str:
    """Return what became of a row of an import."""
    return gettext("; ").join(f"{IMPORTED[name]}: {IMPORTED[word]}" for name, word in told.items())


@register.filter
def refusal_words(said: str) -> str:
    """Return a refusal in the reader's language."""
    return in_words(said)
