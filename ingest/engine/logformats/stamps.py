"""Times as the formats of this package print them, and the year where a log has none.

The rule for the year: that of the reference (the file's own time), or the one before where the day would lie in the
reference's future; from then on a step from December to January adds a year, one from January to December takes it
back. The engine has no clock of its own, and what was assumed is said in a warning.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.engine.times import DAY_MS, EPOCH_DAY, clock_ms, day_number

MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
STEP: Final = 10  # months: a step of as many is one across the turn of a year
_SYSLOG: Final = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (?:(\d{4}) )?(\d\d:\d\d:\d\d[\d.]*)$")
_CTIME: Final = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$")
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,9})?) ?(Z|[+-]\d\d:?\d\d)?$")
_EPOCH: Final = re.compile(r"(\d{9,10})(?:\.(\d{1,9}))?$|(\d{13})$")


class Stamp(NamedTuple):
    """A time as far as it is written: ``day`` None means that ``month`` and ``dom`` wait for their year."""

    day: int | None
    clock: int | None
    zone: str | None = None
    month: int = 0
    dom: int = 0


NO_TIME: Final = Stamp(None, None)


@lru_cache(maxsize=4096)
def read_time(text: str) -> Stamp:
    """A time in any of the known forms: ISO 8601, syslog's, ctime's, seconds or milliseconds since 1970."""
    if found := _ISO.match(text):
        return Stamp(day_number(found[1]), clock_ms(found[2]), found[3])
    if found := _SYSLOG.match(text):
        month, dom = MONTHS.get(found[1].lower(), 0), int(found[2])
        if found[3]:
            return Stamp(_day(int(found[3]), month, dom), clock_ms(found[4]))
        return Stamp(None, clock_ms(found[4]), None, month, dom)
    if found := _CTIME.match(text):
        return Stamp(_day(int(found[4]), MONTHS.get(found[1].lower(), 0), int(found[2])), clock_ms(found[3]))
    if found := _EPOCH.match(text):
        ms = int(found[3]) if found[3] else int(found[1]) * 1000 + int((found[2] or "0").ljust(3, "0")[:3])
        return Stamp(ms // DAY_MS, ms % DAY_MS, "Z")
    return NO_TIME


@lru_cache(maxsize=4096)
def _day(year: int, month: int, dom: int) -> int | None:
    try:
        return dt.date(year, month, dom).toordinal() - EPOCH_DAY
    except ValueError:
        return None


class Years:
    """The year of each line of one stream, in the order of its lines."""

    def __init__(self, reference: dt.date | None) -> None:
        self._reference = reference
        self._year: int | None = None
        self._month = 0
        self._date = (0, 0)
        self._day: tuple[int | None, str | None] = (None, None)

    def day(self, month: int, dom: int) -> tuple[int | None, str | None]:
        """Days from 1970-01-01, and the sentence that says which year was assumed and why."""
        if self._reference is None or not month:
            return None, None
        if (month, dom) == self._date:  # most lines are of the day of the line before
            return self._day
        if self._year is None:
            self._year = self._first(self._reference, month, dom)
        elif self._month - month >= STEP:
            self._year += 1
        elif month - self._month >= STEP:
            self._year -= 1
        self._month, self._date = month, (month, dom)
        self._day = _day(self._year, month, dom), _assumed(self._year, self._reference)
        return self._day

    def _first(self, reference: dt.date, month: int, dom: int) -> int:
        # One day of grace, since the log's zone may be ahead of the clock that dated the file.
        latest = reference + dt.timedelta(days=1)
        return latest.year if (month, dom) <= (latest.month, latest.day) else latest.year - 1


@lru_cache(maxsize=64)
def _assumed(year: int, reference: dt.date) -> str:
    late = "; that lies behind the file's own time, so the file covers more than a year or its time is wrong"
    return f"no year is written in it: {year} was assumed, by the file's own time ({reference.isoformat()})" + (
        late if year > reference.year else ""
    )
