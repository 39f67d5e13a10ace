"""Business hours: opening hours on weekdays, in a time zone, without holidays."""

import datetime as dt
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
        self._years: dict[int, list[float]] = {}

    def _is_open(self, day: dt.date) -> bool:
        """Whether anybody is there on a day."""
        return day.weekday() in self._weekdays and day not in self._holidays

    def _moment(self, day: dt.date, minute: int) -> float:
        """Return a local time of a day, in seconds since 1970; the clock's changes are the zone's."""
        clock = dt.time(minute // 60 % 24, minute % 60)
        day += dt.timedelta(days=minute // A_DAY)
        return dt.datetime.combine(day, clock, tzinfo=self.zone).timestamp()

    def _span(self, day: dt.date) -> tuple[float, float]:
        """Return from when to when a day is open, in seconds since 1970; of no length where it is not."""
        begin = self._moment(day, self._opens)
        return begin, self._moment(day, self._closes) if self._is_open(day) else begin

    def _sums(self, year: int) -> list[float]:
        """Return the open seconds of a year before each of its days, and of all of it at the end."""
        if year not in self._years:
            sums, day = [0.0], dt.date(year, 1, 1)
            while day.year == year:
                begin, end = self._span(day)
                sums.append(sums[-1] + end - begin)
                day += dt.timedelta(days=1)
            self._years[year] = sums
        return self._years[year]

    def _before(self, moment: dt.datetime) -> tuple[int, float]:
        """Return the local year of a moment, and the open seconds of that year before it."""
        local = moment.astimezone(self.zone)
        begin, end = self._span(local.date())
        passed = min(max(moment.timestamp(), begin), end) - begin
        return local.year, self._sums(local.year)[local.timetuple().tm_yday - 1] + passed

    def seconds_between(self, begin: dt.datetime, end: dt.datetime) -> float:
        """Return the open seconds from one moment to a later one; 0 where it is not later."""
        if end <= begin:
            return 0.0
        first, before = self._before(begin)
        last, until = self._before(end)
        return sum(self._sums(year)[-1] for year in range(first, last)) + until - before

    def after(self, begin: dt.datetime, seconds: float) -> dt.datetime | None:
        """Return when so many open seconds have passed since a moment; None where that never comes."""
        year, passed = self._before(begin)
        wanted = passed + seconds
        for one in range(year, year + SEARCHED_YEARS):
            sums = self._sums(one)
            if wanted <= sums[-1]:
                number = next(place for place, total in enumerate(sums) if total >= wanted and place)
                day = dt.date(one, 1, 1) + dt.timedelta(days=number - 1)
                return dt.datetime.fromtimestamp(self._span(day)[0] + wanted - sums[number - 1], dt.UTC)
            wanted -= sums[-1]
        return None
