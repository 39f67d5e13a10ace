"""The upgrade check as it is told: what knowledge says, and the cases behind it that the reader may see."""

from typing import Any

from accounts.principal import Principal
from common.errors import Invalid
from kb.conditions.facts import Facts, read_facts
from kb.queries.check_report import report_data
from kb.queries.upgrade_check import Asked, Report, upgrade_check
from tickets.queries.links import cases_behind


def answer_check(principal: Principal, asked: Asked, facts: Facts) -> dict[str, Any]:
    """Return the report of a move as data, with the cases behind each item."""
    return check_and_report(principal, asked, facts)[1]


def check_and_report(principal: Principal, asked: Asked, facts: Facts) -> tuple[Report, dict[str, Any]]:
    """Return the judged move, and its report as data."""
    report = upgrade_check(principal, asked, facts)
    cases = cases_behind(principal, [item.issue.id for item in report.items])
    return report, report_data(principal, report, facts, cases)


def facts_of(data: object) -> Facts:
    """Return the facts of a question; Invalid names the path at fault."""
    try:
        return read_facts({} if data is None else data)
    except ValueError as error:
        raise Invalid.field("facts", f"{error}.") from None
