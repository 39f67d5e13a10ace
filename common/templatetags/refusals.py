"""What services say when they refuse."""

from django import template

from common.refusals import in_words

register = template.Library()


@register.filter
def refusal(said: str) -> str:
    """Return a refusal in the reader's language."""
    return in_words(said)
