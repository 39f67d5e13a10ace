"""Chips, parties and reasons of what is known."""

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from common.templatetags.icons import draw_icon
from common.words import Word
from kb import condition_words, history_words, words
from kb.models import PartyKind
from kb.reason_words import told

register = template.Library()

SHAPES = {
    PartyKind.VENDOR.value: "p-vendor",
    PartyKind.RESELLER.value: "p-reseller",
    PartyKind.DEPARTMENT.value: "p-dept",
    PartyKind.US.value: "p-us",
}
CHIPS = {"severity": words.SEVERITIES, "confidence": words.CONFIDENCES}
PLAIN: dict[str, Any] = {
    "kind": words.KINDS, "says": words.SAYS, "audience": words.AUDIENCES, "remediation": words.REMEDIATIONS,
    "source": words.SOURCE_KINDS, "value_says": words.VALUE_SAYS, "event": words.EVENTS,
    "proposition": words.PROPOSITIONS, "stance": words.STANCES, "position": words.POSITIONS,
    "catalogue_event": words.CATALOGUE_EVENTS,
}  # fmt: skip


@register.simple_tag(takes_context=True)
def verdict(context: Context, value: str, text: str = "") -> SafeString:
    """Show a verdict: its icon and its word, or the text that is given."""
    word = words.VERDICTS[value]
    return format_html(
        '<span class="chip" data-v="{}">{}{}</span>', value, draw_icon(context, word.icon), text or word.text
    )


@register.simple_tag(takes_context=True)
def known_chip(context: Context, kind: str, value: str, calm: bool = False) -> SafeString:
    """Show a severity or a confidence; a calm one reassures nobody, whatever it says."""
    word = CHIPS[kind].get(value) or Word(value, "unknown", "warn")
    if calm and word.tone == "good":
        word = Word(word.text, word.icon)
    return format_html('<span class="chip {}">{}{}</span>', word.tone, draw_icon(context, word.icon), word.text)


@register.simple_tag(takes_context=True)
def position_chip(context: Context, value: str) -> SafeString:
    """Show where the vendor stands."""
    return _said(context, words.POSITIONS[value])


@register.simple_tag(takes_context=True)
def verb_chip(context: Context, kind: str, proposition: str, stance: str, calm: bool = False) -> SafeString:
    """Show what a party of a kind did when it said this; a calm one reassures nobody, whatever was said."""
    verb = words.calm_verb_of if calm else words.verb_of
    return _said(context, verb(kind, proposition, stance))


def _said(context: Context, word: Word) -> SafeString:
    return format_html(
        '<span class="chip" data-c="{}">{}{}</span>', word.tone, draw_icon(context, word.icon), word.text
    )


@register.simple_tag
def verb_attribute(kind: str, proposition: str, stance: str) -> SafeString:
    """Return the attribute that gives a claim its tone."""
    return format_html('data-c="{}"', words.verb_of(kind, proposition, stance).tone)


@register.simple_tag
def party_named(name: str, kind: str) -> SafeString:
    """Show a party; its shape tells its kind."""
    shown = pgettext("our own side", "We") if kind == PartyKind.US else name
    return format_html('<span class="party {}">{}</span>', SHAPES[kind], shown)


@register.filter
def known_word(value: str, of: str) -> Any:
    """Return the word for a value: `kind`, `says`, `remediation` and the like; an unknown value stays as it is."""
    word = PLAIN[of].get(value, value)
    return word.text if isinstance(word, Word) else word


@register.filter
def reason_words(reason: dict[str, Any]) -> str:
    """Return one of the reasons why an item is listed."""
    return told(reason["told"], reason["source"])


@register.filter
def as_day(raw: str | date | None) -> date | None:
    """Return a day that JSON holds as text."""
    return date.fromisoformat(raw[:10]) if isinstance(raw, str) else raw


@register.filter
def condition_line(predicate: Any) -> str:
    """Return a condition as people read it."""
    return condition_words.condition_words(predicate)


@register.filter
def move_line(move: dict[str, Any]) -> str:
    """Return the moves that a notice is for."""
    return condition_words.move_words(move)


@register.filter
def change_lines(changes: dict[str, Any]) -> list[str]:
    """Return changes of an issue's fields, one a line."""
    return history_words.change_words(changes, history_words.OF_ISSUE)


@register.filter
def catalogue_change_lines(changes: dict[str, Any]) -> list[str]:
    """Return changes of a catalogue, one a line."""
    return history_words.change_words(changes, history_words.OF_CATALOGUE)
