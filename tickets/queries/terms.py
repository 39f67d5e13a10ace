"""Until when parties owe an answer, and in whose office hours: by the installation's settings."""

import threading
from datetime import date
from functools import lru_cache

import holidays
from django.conf import settings

from tickets.models import Case
from tickets.turns.business_time import WORKDAYS, Calendar
from tickets.turns.due import AllTerms, Terms


class Holidays:
    """The public holidays of a country, a year at a time. A thread waits for another that works one out."""

    def __init__(self, country: str) -> None:
        land, _, part = country.partition("-")
        self._days = holidays.country_holidays(land, subdiv=part or None) if land else None
        self._lock = threading.Lock()

    def __contains__(self, day: object) -> bool:
        """Whether a day is a holiday."""
        if self._days is None or not isinstance(day, date):
            return False
        with self._lock:
            return day in self._days


@lru_cache(maxsize=256)
def calendar_of(zone: str, country: str, opens: int, closes: int, weekdays: frozenset[int] = WORKDAYS) -> Calendar:
    """Return a calendar; what it has worked out of a year is kept for the next one who asks.

    `country` is a code like `JP` or, with a part of it, `DE-BY`; empty: no day is a holiday.
    """
    return Calendar(zone, opens=opens, closes=closes, weekdays=weekdays, holidays=Holidays(country))


def default_calendar() -> Calendar:
    """Return the office hours of the installation."""
    opens, closes = settings.BUSINESS_HOURS
    return calendar_of(settings.DEFAULT_USER_TIME_ZONE, settings.HOLIDAYS, opens, closes)


def terms_of_case(case: Case) -> AllTerms:
    """Return what the parties of a case owe."""
    return AllTerms(default=Terms(default_calendar()))
