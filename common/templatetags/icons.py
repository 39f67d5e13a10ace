"""Icons: a page carries the drawing of each icon that it uses once, and refers to it."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from common.icons import ICONS

register = template.Library()
USED = "icons_used"


def draw_icon(context: Context | dict[str, Any], name: str) -> SafeString:
    """Return an icon. Inside a page it refers to the page's symbols; a fragment brings its own drawing."""
    drawing = ICONS[name]
    used = getattr(context.get("request"), USED, None)
    if used is None:
        return format_html('<svg class="i" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', mark_safe(drawing))  # noqa: S308
    used.add(name)
    return mark_safe(f'<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>')  # noqa: S308  (a name of ICONS)


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str) -> SafeString:
    """Draw the icon of this name."""
    return draw_icon(context, name)


@register.simple_tag(takes_context=True)
def collect_icons(context: Context) -> str:
    """Begin a page: from here on, icons are collected."""
    request = context.get("request")
    if request is not None:
        setattr(request, USED, set())
    return ""


@register.simple_tag(takes_context=True)
def icon_symbols(context: Context) -> SafeString:
    """End a page: the drawings of the icons that it used."""
    used = getattr(context.get("request"), USED, None) or ()
    symbols = "".join(f'<symbol id="i-{name}" viewBox="0 0 16 16">{ICONS[name]}</symbol>' for name in sorted(used))
    attributes = 'id="symbols" width="0" height="0" class="hide" aria-hidden="true" focusable="false"'
    return mark_safe(f"<svg {attributes}><defs>{symbols}</defs></svg>")  # noqa: S308  (our own drawings)
