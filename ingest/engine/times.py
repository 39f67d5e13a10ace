"""Times as logs print them: local, often without a date, never with a zone unless somebody says which."""

import datetime as dt
import re
import zoneinfo
from functools import lru_cache
from typing import Final

DAY_MS: Final = 86_400_000
DATE_LENGTH: Final = 10
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2261
EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:[.,](\d{1,9}))?$")
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)$")


def day_number(date: str) -> int | None:
    """Days from 1970-01-01 of ``YYYY-MM-DD``, or None for what is no date that a gateway can have had."""
    return _day_number(date) if len(date) == DATE_LENGTH else None


@lru_cache(maxsize=4096)
def _day_number(date: str) -> int | None:
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        return None
    return day.toordinal() - EPOCH_DAY if FIRST_YEAR <= day.year <= LAST_YEAR else None


@lru_cache(maxsize=4096)
def _second_of_day(clock: str) -> int | None:
    found = _CLOCK.match(clock)
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


def clock_ms(clock: str) -> int | None:
    """Milliseconds of the day of ``hh:mm:ss[.fff]``, or None for what is no time of day."""
    second = _second_of_day(clock[:8])
    fraction = clock[8:]
    if second is None or not fraction:
        return None if second is None else second * 1000
    digits = fraction[1:4]
    if fraction[0] not in ".," or not digits.isdecimal():
        return None
    return second * 1000 + int(digits) * (1 if len(digits) == 3 else 10 ** (3 - len(digits)))


def moment(date: str, clock: str) -> tuple[int | None, int | None]:
    """Milliseconds from 1970 on the log's own clock (None without a date), and milliseconds of the day."""
    ms, day = clock_ms(clock), day_number(date)
    return (None if day is None or ms is None else day * DAY_MS + ms), ms


def day_text(ms: int) -> str:
    """The day of a stamp as ``YYYY-MM-DD``."""
    return dt.date.fromordinal(ms // DAY_MS + EPOCH_DAY).isoformat()


def rfc3339(ms: int | None, zone: dt.tzinfo | None) -> str | None:
    """A stamp as RFC 3339, with an offset only where the zone is known (else the log's clock as it is)."""
    if ms is None:
        return None
    time = dt.datetime.fromordinal(ms // DAY_MS + EPOCH_DAY) + dt.timedelta(milliseconds=ms % DAY_MS)
    digits = "milliseconds" if ms % 1000 else "seconds"
    return time.replace(tzinfo=zone).isoformat(timespec=digits)


def read_zone(zone: str | None) -> dt.tzinfo | None:
    """An IANA name or ``±hh:mm`` as a zone; raises `ValueError` with one sentence for what is neither."""
    if not zone:
        return None
    if zone in {"Z", "UTC"}:
        return dt.UTC
    if found := _OFFSET.match(zone):
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes < 24 * 60:
            return dt.timezone(dt.timedelta(minutes=minutes if found[1] == "+" else -minutes))
    try:
        return zoneinfo.ZoneInfo(zone)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ValueError(f"“{zone}” is no time zone: give an IANA name (Asia/Tokyo) or an offset (+09:00)") from error
