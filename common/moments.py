"""The times that the product keeps: within the centuries in which an appliance can have run.

A time near the ends of what a calendar can hold is a typing mistake, and cannot even be shown in another zone.
"""

import re
from datetime import UTC, date, datetime

from django.utils.dateparse import parse_datetime

from common.errors import Invalid

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def parse_moment(text: object) -> datetime | None:
    """Return the time that an RFC 3339 text says, in UTC; None for what is none, or has no zone: none is guessed."""
    try:
        parsed = parse_datetime(text) if isinstance(text, str) else None
        return parsed.astimezone(UTC) if parsed is not None and parsed.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def is_kept(moment: datetime) -> bool:
    """Whether a time with a zone is one that the product keeps."""
    return EARLIEST <= moment < LATEST


def check_moment(moment: datetime | None, *, field: str) -> None:
    """Raise Invalid for a time without a zone, or outside what is kept."""
    if moment is None:
        return
    if moment.tzinfo is None:
        raise Invalid.field(field, "A time needs its zone: write it like 2022-06-08T09:00:00+09:00.")
    if not is_kept(moment):
        raise Invalid.field(field, f"A time from {EARLIEST:%Y} on and before {LATEST:%Y}.")


def check_day(day: date | None, *, field: str) -> None:
    """Raise Invalid for a day outside what is kept."""
    if day is not None and not EARLIEST.date() <= day < LATEST.date():
        raise Invalid.field(field, f"A day from {EARLIEST:%Y} on and before {LATEST:%Y}.")


def parse_day(text: object) -> date | None:
    """Return the day that a text says, or that a time with a zone has there; None for what is none, or is not kept."""
    if not isinstance(text, str):
        return None
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
        else:
            moment = parse_datetime(text)
            if moment is None or moment.tzinfo is None:
                return None
            day = moment.date()
    except ValueError:
        return None
    return day if EARLIEST.date() <= day < LATEST.date() else None
