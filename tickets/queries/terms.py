"""Until when parties owe an answer, and in whose office hours: by contract, else by the installation's settings."""

import json
import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.db.models import Q

from accounts.models import Department
from common.rows import columns_of, fetch, split
from kb.models import Party, Product
from tickets.models import Case, Contract, ContractClock
from tickets.turns.business_time import WORKDAYS, Calendar
from tickets.turns.due import AllTerms, Terms

ONE_DAY = timedelta(days=1)


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


@lru_cache(maxsize=1024)
def is_country(code: str) -> bool:
    """Whether the holidays of a country, or of a part of one (`DE-BY`), are known."""
    land, _, part = code.partition("-")
    known = holidays.list_supported_countries()
    return land in known and (not part or part in known[land])


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


def force_of(contract: Contract, moment: datetime) -> str:
    """Return whether a contract is in force at a moment: `now`, else `ahead` or `over`.

    By the day in its own time zone, wherever the reader is.
    """
    day = moment.astimezone(ZoneInfo(contract.zone or settings.DEFAULT_USER_TIME_ZONE)).date()
    if contract.starts_on is not None and day < contract.starts_on:
        return "ahead"
    return "over" if contract.ends_on is not None and contract.ends_on < day else "now"


def in_force(contract: Contract, moment: datetime) -> bool:
    """Whether a contract is in force at a moment."""
    return force_of(contract, moment) == "now"


def perhaps_in_force(moment: datetime) -> Q:
    """Return what the contracts in force at a moment have in common: it is on one of three days, whatever the zone."""
    day = moment.astimezone(UTC).date()
    return Q(Q(starts_on=None) | Q(starts_on__lte=day + ONE_DAY), Q(ends_on=None) | Q(ends_on__gte=day - ONE_DAY))


# Asked for with every case; the ORM took longer to put it together than the server to answer. Which of them cover the
# case, `covers` says.
_CONTRACTS = f"""
SELECT {columns_of(Contract, "found")}, {columns_of(Party, "party")}, {columns_of(Department, "department")},
    {columns_of(Product, "product")}
FROM tickets_contract AS found
    JOIN kb_party AS party ON party.id = found.party_id
    JOIN accounts_department AS department ON department.id = found.department_id
    LEFT JOIN kb_product AS product ON product.id = found.product_id
WHERE (found.department_id = %s OR found.shared)
    AND found.party_id IN (SELECT party_id FROM tickets_caseparty WHERE case_id = %s)
"""  # noqa: S608  (column names of our own models)


class Covered(Protocol):
    """What a contract is chosen by: a case, or what is read of it."""

    @property
    def department_id(self) -> int:
        """The department that owns it."""

    @property
    def product_id(self) -> int | None:
        """The product that it is about."""

    @property
    def opened_at(self) -> datetime:
        """When it began."""


def covers(contract: Contract, case: Covered) -> bool:
    """Whether a contract with a party of a case covers it: for its product or for all, in force when it began."""
    return (
        (contract.shared or contract.department_id == case.department_id)
        and contract.product_id in (None, case.product_id)
        and in_force(contract, case.opened_at)
    )


def contracts_of_case(case: Case) -> list[Contract]:
    """Return the contracts that cover a case: with its parties, for its product or for all, in force when it began."""
    found = []
    for row in fetch(_CONTRACTS, [case.department_id, case.pk]):
        contract, contract.party, contract.department, contract.product = split(
            row, Contract, Party, Department, Product
        )
        if covers(contract, case):
            contract.response_hours = json.loads(
                contract.response_hours
            )  # a row past the ORM is as the server sends it
            found.append(contract)
    return found


def nearest(contracts: Iterable[Contract], case: Covered) -> dict[str, Contract]:
    """Return the one contract of each party that counts: of the product before one of all, ours before a shared one."""
    ranked = sorted(
        contracts,
        key=lambda one: (
            one.product_id is not None,
            one.department_id == case.department_id,
            one.starts_on or date.min,
            one.pk,
        ),
    )
    return {one.party.slug: one for one in ranked}


def terms_of(contract: Contract, severity: str) -> Terms:
    """Return what a party owes by a contract for a severity; without a target the default ones, by its calendar."""
    calendar = calendar_of(contract.zone, contract.holidays, contract.opens, contract.closes)
    hours = contract.response_hours.get(severity, contract.response_hours.get("any"))
    if hours is None:
        return Terms(calendar)
    return Terms(calendar, hours, business=contract.clock == ContractClock.BUSINESS, source="contract")


def terms_of_case(case: Case) -> AllTerms:
    """Return what the parties of a case owe."""
    found = nearest(contracts_of_case(case), case)
    return AllTerms(Terms(default_calendar()), {slug: terms_of(one, case.severity) for slug, one in found.items()})
