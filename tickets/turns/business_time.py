"""Business hours: opening hours on weekdays, in a time zone, without holidays."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Container
from zoneinfo import ZoneInfo

WORKDAYS = frozenset({0, 1, 2, 3, 4})
A_DAY = 24 * 60
SEARCHED_YEARS = 40  # a calendar without any open hour in so many years never opens


class Calendar:
    """When somebody is there. ``opens`` and ``closes`` are minutes of the local day, 0 to 1440; Monday is 0.

    ``holidays`` says of a day whether it is one. What was worked out of a year is kept in the object.
    """

    def __init__(
        self,
        zone: str,
        *,
        opens: int = 9 * 60,
        closes: int = 18 * 60,
        weekdays: frozenset[int] = WORKDAYS,
        holidays: Container[dt.date] = frozenset(),
    ) -> None:
        if not 0 <= opens < closes <= A_DAY:
            raise ValueError(f"A day opens before it closes, within 0 and {A_DAY} minutes: {opens}, {closes}.")
        self.zone = ZoneInfo(zone)
        self._opens, self._closes = opens, closes
        self._weekdays, self._holidays = weekdays, holidays
        self._years: dict[int, tuple[list[float], list[float], list[float]]] = {}

    def _is_open(self, day: dt.date) -> bool:
        """Whether anybody is there on a day."""
        return day.weekday() in self._weekdays and day not in self._holidays

    def _moment(self, day: dt.date, minute: int) -> float:
        """Return a local time of a day, in seconds since 1970; the clock's changes are the zone's."""
        clock = dt.time(minute // 60 % 24, minute % 60)
        day += dt.timedelta(days=minute // A_DAY)
        return dt.datetime.combine(day, clock, tzinfo=self.zone).timestamp()

    def _year(self, year: int) -> tuple[list[float], list[float], list[float]]:
        """Return the openings of a year's open days, their closings, and the open seconds before each and in all."""
        if year not in self._years:
            begins, ends, sums, day = [], [], [0.0], dt.date(year, 1, 1)
            while day.year == year:
                if self._is_open(day):
                    begins.append(self._moment(day, self._opens))
                    ends.append(self._moment(day, self._closes))
                    sums.append(sums[-1] + ends[-1] - begins[-1])
                day += dt.timedelta(days=1)
            self._years[year] = begins, ends, sums
        return self._years[year]

    def _before(self, moment: dt.datetime) -> tuple[int, float]:
        """Return the local year of a moment, and the open seconds of that year before it."""
        year, seconds = moment.astimezone(self.zone).year, moment.timestamp()
        begins, ends, sums = self._year(year)
        place = bisect_right(begins, seconds) - 1
        return year, sums[place] + min(seconds, ends[place]) - begins[place] if place >= 0 else 0.0

    def seconds_between(self, begin: dt.datetime, end: dt.datetime) -> float:
        """Return the open seconds from one moment to a later one; 0 where it is not later."""
        if end <= begin:
            return 0.0
        first, before = self._before(begin)
        last, until = self._before(end)
        return sum(self._year(year)[2][-1] for year in range(first, last)) + until - before

    def after(self, begin: dt.datetime, seconds: float) -> dt.datetime | None:
        """Return when so many open seconds have passed since a moment; None where that never comes."""
        year, passed = self._before(begin)
        wanted = passed + seconds
        for one in range(year, year + SEARCHED_YEARS):
            begins, _, sums = self._year(one)
            if begins and wanted <= sums[-1]:
                number = max(bisect_left(sums, wanted), 1) - 1
                return dt.datetime.fromtimestamp(begins[number] + wanted - sums[number], dt.UTC)
            wanted -= sums[-1]
        return None
