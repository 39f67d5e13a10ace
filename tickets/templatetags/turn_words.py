"""Days, due times and states of promises as a person reads them."""

from typing import Any

from django import template
from django.template import Context
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.templatetags.icons import draw_icon
from kb.templatetags.knowledge import SHAPES
from tickets import words
from tickets.queries.turns_words import late_words, source_words
from tickets.turns.promises import Promise

register = template.Library()
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
def promise_chip(context: Context, state: str) -> SafeString:
    """Show what became of a promise."""
    word = words.PROMISE_STATES[state]
    return format_html('<span class="chip {}">{}{}</span>', word.tone, draw_icon(context, word.icon), word.text)


@register.filter
def promise_due(promise: Promise) -> str:
    """Return until when a promise is or was due, by what, and how late it is."""
    due = source_words(promise.due.source, promise.due.at)
    return f"{due} · {late_words(promise.overdue_for)}" if promise.overdue_for.total_seconds() > 0 else due
