"""Heads of columns that sort, with links that keep the filters."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def sort_head(context: Context, name: str, words: str, css: str = "") -> SafeString:
    """Return the head of a column; a click sorts by it, a second one turns the order round."""
    order, request = context["order"], context["request"]
    current = order.key.removeprefix("-") == name
    down = order.key.startswith("-")
    parameters = request.GET.copy()
    parameters.pop("page", None)
    parameters["order"] = name if current and down else f"-{name}" if current else name
    state = mark_safe(f' aria-sort="{"descending" if down else "ascending"}"') if current else ""  # noqa: S308
    kind: Any = format_html(' class="{}"', css) if css else ""
    return format_html('<th scope="col"{}{}><a href="?{}">{}</a></th>', kind, state, parameters.urlencode(), words)
