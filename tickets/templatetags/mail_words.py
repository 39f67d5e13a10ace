"""Mails in templates."""

from typing import Any

from django import template

from tickets.mail_words import DOUBTS, FILED, KINDS, REASONS

register = template.Library()


@register.filter
def mail_reason(reason: str) -> Any:
    """Return why a mail waits."""
    return REASONS.get(reason, reason)


@register.filter
def mail_doubt(doubt: str) -> Any:
    """Return what is unsure of a mail's date."""
    return DOUBTS.get(doubt, doubt)


@register.filter
def mail_kind(kind: str) -> Any:
    """Return what wrote a mail."""
    return KINDS[kind].text


@register.filter
def filed_words(by: str) -> Any:
    """Return what put a mail into a case."""
    return FILED[by]
