"""Response times and what became of turns as a person reads them."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common.templatetags.icons import draw_icon
from tickets import words
from tickets.queries.accountability import ALL, HIDDEN, NO_CONTRACT, Group
from tickets.templatetags.turn_words import days

register = template.Library()


@register.simple_tag(takes_context=True)
def outcome_chip(context: Context, outcome: str) -> SafeString:
    """Show what became of a turn."""
    word = words.TURN_OUTCOMES[outcome]
    return format_html('<span class="chip {}">{}{}</span>', word.tone, draw_icon(context, word.icon), word.text)


@register.filter
def outcome_words(outcome: str) -> Any:
    """Return what became of a turn."""
    return words.TURN_OUTCOMES[outcome].text


@register.filter
def promise_words(state: str) -> Any:
    """Return what became of a promise."""
    return words.PROMISE_STATES[state].text


@register.filter
def group_words(group: Group) -> str:
    """Return what a group of cases is called."""
    if group.contract:
        return group.contract.number
    named = {
        ALL: gettext("All cases"),
        NO_CONTRACT: gettext("Without a contract"),
        HIDDEN: gettext("By contracts of other departments"),
    }
    return named.get(group.key) or pgettext("our own side", "We")


def _unit(group: Group) -> str:
    """Return the unit of a group."""
    return gettext("business hours") if group.unit == "business_hours" else pgettext("unit", "days")


@register.simple_tag
def times_words(group: Group, which: str) -> str:
    """Return a median (`median`) or p90 with its unit; beyond what was seen, that it is more; else how few cases."""
    times = group.times
    if not times.enough:
        return gettext("too few cases: %(n)s") % {"n": f"{times.cases:,}"}
    value = times.median if which == "median" else times.p90
    if value is None:
        return gettext("more than %(n)s") % {"n": f"{days(times.longest)} {_unit(group)}"}
    return f"{days(value)} {_unit(group)}"


@register.simple_tag
def between_words(group: Group, which: str) -> str:
    """Return between what the median lies (`median`), or what was seen (`seen`); a dash with too few cases."""
    times = group.times
    if not times.enough:
        return "–"
    if which == "seen":
        low, high = times.shortest, times.longest
    else:
        low, high = times.longest if times.low is None else times.low, times.high
    if high is None:
        return gettext("from %(low)s, no upper end") % {"low": days(low)}
    return gettext("%(low)s to %(high)s") % {"low": days(low), "high": days(high)}


@register.filter
def of_state(counts: Any, state: str) -> int:
    """Return how many there are of a state."""
    return int(counts[state])
