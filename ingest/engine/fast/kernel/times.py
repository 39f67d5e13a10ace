"""Times as the formats that are data print them, compiled: ISO 8601, syslog's, ctime's; all others go the plain way."""

from typing import Any, Final

from numba import njit

from ingest.engine.fast.kernel.message import is_digit

DAY_MS: Final = 86_400_000
# The letters of each month in one number, as `_month` reads them.
_MONTHS: Final = tuple(
    ord(name[0]) << 16 | ord(name[1]) << 8 | ord(name[2])
    for name in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
)
NOT: Final = (-1, 0, 0)


@njit(nogil=True, inline="always")
def _two(data: Any, at: int) -> int:
    """Two digits as a number, -1 for what is none."""
    if not (is_digit(data[at]) and is_digit(data[at + 1])):
        return -1
    return (data[at] - 48) * 10 + (data[at + 1] - 48)


@njit(nogil=True)
def _clock(data: Any, at: int) -> int:
    """Milliseconds of the day of ``hh:mm:ss``, -1 for other forms and for leap seconds."""
    hour, minute, second = _two(data, at), _two(data, at + 3), _two(data, at + 6)
    if data[at + 2] != 58 or data[at + 5] != 58:
        return -1
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59):
        return -1
    return ((hour * 60 + minute) * 60 + second) * 1000


@njit(nogil=True)
def _fraction(data: Any, at: int, end: int) -> int:
    """Milliseconds of the digits behind a point, which are nine at most."""
    part, weight = 0, 100
    for place in range(at, min(end, at + 3)):
        part += (data[place] - 48) * weight
        weight //= 10
    return part


@njit(nogil=True)
def _month(data: Any, at: int) -> int:
    word = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
    for number in range(12):
        if _MONTHS[number] == word:
            return number + 1
    return 0


@njit(nogil=True)
def _day_of_month(data: Any, at: int) -> int:
    if data[at] == 32 and is_digit(data[at + 1]):
        return data[at + 1] - 48
    return _two(data, at)


@njit(nogil=True)
def day_number(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01, -1 for what is no date from 1971 to 2260."""
    if not 1971 <= year <= 2260 or not 1 <= month <= 12 or day < 1:
        return -1
    long_ = month in (1, 3, 5, 7, 8, 10, 12)
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    if day > (31 if long_ else 30 if month != 2 else 29 if leap else 28):
        return -1
    # Days from civil, H. Hinnant, “chrono-Compatible Low-Level Date Algorithms”.
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@njit(nogil=True)
def read_time(data: Any, at: int, end: int) -> Any:
    """A time: its milliseconds, its date where it has no year, and where its zone begins (0 for none).

    Milliseconds are from 1970, without a year of the day, and -1 for a form that is not read here. The date is the
    month times 32 with the day of the month.
    """
    size = end - at
    if size == 15 and data[at + 3] == 32 and data[at + 6] == 32:
        month, day, clock = _month(data, at), _day_of_month(data, at + 4), _clock(data, at + 7)
        if month == 0 or not 1 <= day <= 31 or clock < 0:
            return NOT
        return clock, month * 32 + day, 0
    if size == 24 and data[at + 3] == 32 and data[at + 7] == 32 and data[at + 10] == 32 and data[at + 19] == 32:
        high, low = _two(data, at + 20), _two(data, at + 22)
        clock = _clock(data, at + 11)
        day = day_number(high * 100 + low, _month(data, at + 4), _day_of_month(data, at + 8))
        named = True
        for place in range(3):
            letter = data[at + place]
            named = named and (65 <= letter <= 90 if place == 0 else 97 <= letter <= 122)
        if not named or high < 0 or low < 0 or clock < 0 or day < 0:
            return NOT
        return day * DAY_MS + clock, 0, 0
    if size < 19 or data[at + 4] != 45 or data[at + 7] != 45 or data[at + 10] not in (84, 32):
        return NOT
    high, low, month, dom = _two(data, at), _two(data, at + 2), _two(data, at + 5), _two(data, at + 8)
    clock = _clock(data, at + 11)
    if high < 0 or low < 0 or clock < 0:
        return NOT
    day = day_number(high * 100 + low, month, dom)
    if day < 0:
        return NOT
    here = at + 19
    if here < end and data[here] in (46, 44):
        begin = here + 1
        here = begin
        while here < end and is_digit(data[here]):
            here += 1
        if here == begin or here - begin > 9:
            return NOT
        clock += _fraction(data, begin, here)
    if here < end and data[here] == 32:
        here += 1
        if here == end:
            return NOT
    if here == end:
        return day * DAY_MS + clock, 0, 0
    if data[here] == 90 and here + 1 == end:
        return day * DAY_MS + clock, 0, here
    if data[here] not in (43, 45) or end - here not in (5, 6):
        return NOT
    minutes = here + 3 if end - here == 5 else here + 4
    if (minutes == here + 4 and data[here + 3] != 58) or _two(data, here + 1) < 0 or _two(data, minutes) < 0:
        return NOT
    return day * DAY_MS + clock, 0, here
