"""Dates and times as a person reads them, in the reader's zone; nothing is shown more exactly than it is known."""

from datetime import date, datetime, time
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

register = template.Library()
DAYS_TOLD = 60  # beyond, a date says more than a number of days


def local(moment: datetime) -> datetime:
    """Return a moment on the reader's clock."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day_words(day: date) -> str:
    """Return a day as words: 15 May 2023."""
    return format_date(day, pgettext("date format", "j M Y"))


def clock_words(moment: datetime) -> str:
    """Return the time of a day: 09:14."""
    return format_date(moment, pgettext("time format", "H:i"))


@register.simple_tag
def day(moment: datetime | date | None) -> SafeString | str:
    """Show the day of a moment."""
    if moment is None:
        return "–"
    shown = local(moment).date() if isinstance(moment, datetime) else moment
    return _day_in(shown, get_language())


@lru_cache(maxsize=4096)
def _day_in(shown: date, language: str | None) -> SafeString:
    """Return a day as it is shown in a language; lists show the same few days again and again."""
    return format_html('<time datetime="{}">{}</time>', shown.isoformat(), day_words(shown))


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """Show a moment to the minute."""
    if at is None:
        return "–"
    shown = local(at)
    words = pgettext("day and time", "%(day)s, %(time)s") % {"day": day_words(shown), "time": clock_words(shown)}
    return format_html('<time datetime="{}">{}</time>', shown.isoformat(timespec="seconds"), words)


@register.simple_tag
def since(at: datetime | None) -> SafeString | str:
    """Show a moment that may stand for a whole day: midnight is no hour that anybody told."""
    return day(at) if at is None or local(at).time() == time() else moment(at)


@register.simple_tag
def happened(at: datetime, precision: str) -> SafeString:
    """Show the day of something; `c.` stands before what is only known to the week."""
    shown = local(at)
    words = day_words(shown)
    if precision == "week":
        words = pgettext("approximate day", "c. %(day)s") % {"day": words}
    exact = precision == "minute"
    return format_html(
        '<time datetime="{}">{}</time>',
        shown.isoformat(timespec="seconds") if exact else shown.strftime("%Y-%m-%d"),
        words,
    )


@register.filter
def clock(at: datetime) -> str:
    """Return the time of the day."""
    return clock_words(local(at))


@register.filter
def noted(recorded: datetime, at: datetime) -> str:
    """Say how much later than it happened something was written down."""
    days = (local(recorded).date() - local(at).date()).days
    if abs(days) > DAYS_TOLD:
        return gettext("noted %(day)s") % {"day": day_words(local(recorded))}
    if days == 0:
        return gettext("noted same day")
    if days < 0:
        return ngettext("noted %(n)d day before", "noted %(n)d days before", -days) % {"n": -days}
    return ngettext("noted %(n)d day later", "noted %(n)d days later", days) % {"n": days}


@register.filter
def days_since(at: datetime) -> int:
    """Return the whole days between a moment and today, on the reader's calendar."""
    return (local(timezone.now()).date() - local(at).date()).days


@register.filter
def is_past(at: datetime) -> bool:
    """Whether the day of a moment is over."""
    return days_since(at) > 0


def _log_day(raw: str) -> str:
    """Return the day in a log's own time text, on the log's own clock; the text itself where it has no such form."""
    try:
        return day_words(datetime.fromisoformat(raw))
    except ValueError:
        return raw


@register.filter
def log_day(raw: str | None) -> str:
    """Show a day as a log's clock has it."""
    return _log_day(raw) if raw else ""


@register.simple_tag
def covers(first: str, last: str) -> str:
    """Show the period that a log covers, by the log's own clock."""
    if not first and not last:
        return gettext("no date in the log")
    begin, end = _log_day(first or last), _log_day(last or first)
    return begin if begin == end else gettext("%(begin)s to %(end)s") % {"begin": begin, "end": end}


@register.filter
def log_time(raw: str | None) -> str:
    """Show a cited line's time as its log wrote it: no zone is added where the log has none."""
    if not raw:
        return ""
    try:
        at = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    words = f"{day_words(at)}, {at:%H:%M:%S}"
    return f"{words} {at:%z}".strip()


@register.simple_tag
def zone_words() -> str:
    """Name the zone in which this page's times are."""
    now = timezone.localtime()
    offset = now.strftime("%z")
    sign, hours, minutes = offset[0], int(offset[1:3]), offset[3:]
    shown = f"UTC{sign}{hours}" + (f":{minutes}" if minutes != "00" else "")
    return f"{timezone.get_current_timezone()} ({shown})"
