"""Chips and names of what belongs to cases."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from common.templatetags.icons import draw_icon
from common.words import Word
from kb.models import Party
from kb.templatetags.knowledge import party_named
from tickets import words
from tickets.machine_words import in_words

register = template.Library()

CHIPS: dict[str, dict[str, Word]] = {
    "state": words.CASE_STATES,
    "severity": words.SEVERITIES,
    "entry": words.ENTRY_KINDS,
    "status": words.FINDING_STATUSES,
    "pack": words.PACK_STATES,
}


@register.simple_tag(takes_context=True)
def chip(context: Context, kind: str, value: str) -> SafeString:
    """Show a state of something: its icon and its word."""
    word = CHIPS[kind].get(value) or Word(value, "unknown", "warn")
    return _chip_in(draw_icon(context, word.icon), word, get_language())


@lru_cache(maxsize=1024)
def _chip_in(drawing: SafeString, word: Word, language: str | None) -> SafeString:
    """Return a chip in a language; lists show the same few chips again and again."""
    return format_html('<span class="chip {}">{}{}</span>', word.tone, drawing, word.text)


@register.simple_tag
def party(of: Party | None) -> SafeString | str:
    """Show a party; its shape tells its kind."""
    if of is None:
        return ""
    return party_named(of.name, of.kind)


@register.filter
def case_kind(value: str) -> Any:
    """Return the word for a kind of case."""
    word = words.CASE_KINDS.get(value)
    return word.text if word else value


@register.filter
def rule_words(rule: str, titles: Mapping[str, str] | None = None) -> Any:
    """Return what a rule says, in words; `titles` names the detectors, and what has no words keeps its name."""
    return words.rule_words(rule, titles)


@register.filter
def custody_words(action: str) -> Any:
    """Return what was done to evidence."""
    return words.CUSTODY.get(action, action)


@register.filter
def value_kind(kind: str) -> Any:
    """Return the word for a kind of value that a pack replaces."""
    return words.VALUE_KINDS.get(kind, kind)


@register.filter
def version_words(version: str | None) -> str:
    """Return a version, or that it is unknown."""
    return version or gettext("version unknown")


@register.filter
def machine_words(text: str, titles: Mapping[str, str] | None = None) -> str:
    """Return what the product itself wrote in the reader's language; `titles` names the detectors."""
    return in_words(text, titles)


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """Return a value of a dictionary by a key that is a variable."""
    return mapping.get(key)
