"""The words of the daily graph."""

from datetime import date

from django import template
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, ngettext, pgettext

from common.templatetags.moments import day_words
from ingest.daily_graph import Graph, Row
from ingest.queries.days import Verdict
from ingest.queries.marks import Mark

register = template.Library()


@register.simple_tag
def short_day(day: date) -> str:
    """Name a day below an axis: 19 May."""
    return format_date(day, pgettext("date format", "j M"))


@register.filter
def day_text(day: date) -> str:
    """Return a day as words, for a place inside a sentence."""
    return day_words(day)


@register.simple_tag
def mark_words(mark: Mark) -> str:
    """Say in a few words what changed on a day."""
    words = {"day": short_day(mark.day), "device": mark.device, "before": mark.before, "after": mark.after}
    if mark.finding is not None:
        return gettext("%(day)s: the mix shifts") % words
    return gettext("%(day)s: %(device)s %(before)s → %(after)s") % words


@register.simple_tag
def verdict_words(verdict: Verdict | None) -> str:
    """Name the verdict of a row."""
    if verdict is None:
        return gettext("all others")
    name = verdict.name or gettext("no verdict")
    return f"{name} {verdict.code}".strip()


@register.simple_tag
def row_words(row: Row) -> str:
    """Say how many messages a row has: a day before and after the change, else in all."""
    if row.before is not None and row.after is not None:
        return gettext("%(before)s → %(after)s a day") % {"before": f"{row.before:,}", "after": f"{row.after:,}"}
    return ngettext("%(figure)s message", "%(figure)s messages", row.total) % {"figure": f"{row.total:,}"}


@register.simple_tag
def graph_words(graph: Graph) -> str:
    """Say the graph in sentences, for who does not see it; the figures are in the table below it."""
    parts = [
        gettext("Messages a day by verdict, %(first)s to %(last)s.")
        % {"first": day_words(graph.first), "last": day_words(graph.last)},
        *(f"{mark_words(one['mark'])}." for one in graph.marks),
        *(f"{verdict_words(row.verdict)}: {row_words(row)}." for row in graph.rows),
    ]
    return " ".join(parts)
