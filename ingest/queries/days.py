"""Reading what the logs of a case say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.models import DailyCount
from tickets.models import Case

VERDICTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict by its number, so that a renamed one is no new one."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Days:
    """A table: a row a day, a column a verdict. `left_out` counts the days that are not shown."""

    verdicts: Sequence[Verdict]
    rows: Sequence[tuple[date | None, list[int]]]
    other_verdicts: int
    left_out: int


def days_of(case: Case) -> Days:
    """Return messages by day and verdict, all days; the verdicts with the most messages first, the rest added up."""
    counts: dict[date | None, dict[Verdict, int]] = {}
    totals: dict[Verdict, int] = {}
    rows: Any = DailyCount.objects.filter(case=case).values_list("day", "verdict_code", "verdict", "messages")
    for day, code, name, messages in rows:
        verdict = Verdict(code, name)
        counts.setdefault(day, {})[verdict] = messages
        totals[verdict] = totals.get(verdict, 0) + messages
    ranked = sorted(totals, key=lambda verdict: (-totals[verdict], verdict.code))
    shown, others = ranked[:VERDICTS_SHOWN], ranked[VERDICTS_SHOWN:]
    days = sorted(counts, key=lambda day: (day is not None, day or date.min))
    table = [(day, _cells(counts[day], shown, others)) for day in days]
    return Days(verdicts=shown, rows=table, other_verdicts=len(others), left_out=0)


def _cells(counts: dict[Verdict, int], shown: Sequence[Verdict], others: Sequence[Verdict]) -> list[int]:
    """Return the figures of a day: one a verdict, and one for all that have no column."""
    cells = [counts.get(verdict, 0) for verdict in shown]
    return [*cells, sum(counts.get(verdict, 0) for verdict in others)] if others else cells
