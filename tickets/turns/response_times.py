"""Response times as numbers: median, p90, how sure the median is, and when there are too few cases to say any of it.

A turn that was not answered (yet) counts for as long as it lasted and no longer: left out, whoever never answers would
look quick. That is the product-limit estimate (Kaplan and Meier 1958); the interval of the median is the one of
Brookmeyer and Crowley (1982) by Greenwood's variance.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

CASES_NEEDED = 5
MEDIAN, P90 = Fraction(1, 2), Fraction(9, 10)
Z95 = 1.959963984540054  # the normal quantile of an interval of 95 per cent


class Time(NamedTuple):
    """How long one turn lasted, in any unit; ``answered`` False: at least so long. ``case`` tells cases apart."""

    length: float
    answered: bool
    case: int


class Step(NamedTuple):
    """The share that is not answered after a length, and the standard error of that share."""

    length: float
    share: Fraction
    error: float


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """The numbers, in the unit of the lengths. Without ``enough`` cases all of them are None.

    ``median`` or ``p90`` None although there are enough cases: so many were not answered that it lies beyond what was
    seen, above ``longest``. ``low`` and ``high`` hold the median with 95 per cent; ``high`` None: no upper end.
    ``shortest`` and ``longest`` are the ends of what was seen, answered or not.
    """

    turns: int
    answered: int
    cases: int
    enough: bool
    median: float | None = None
    p90: float | None = None
    low: float | None = None
    high: float | None = None
    shortest: float | None = None
    longest: float | None = None


def response_times(times: Iterable[Time]) -> ResponseTimes:
    """Return the numbers of turns; with fewer than five cases only how many there are."""
    rows = sorted(times)
    cases, answered = len({one.case for one in rows}), sum(one.answered for one in rows)
    if cases < CASES_NEEDED:
        return ResponseTimes(len(rows), answered, cases, enough=False)
    steps = steps_of(rows)
    return ResponseTimes(
        turns=len(rows),
        answered=answered,
        cases=cases,
        enough=True,
        median=_first(steps, MEDIAN),
        p90=_first(steps, P90),
        low=next((one.length for one in steps if float(one.share) - Z95 * one.error <= 0.5), None),
        high=next((one.length for one in steps if float(one.share) + Z95 * one.error <= 0.5), None),
        shortest=rows[0].length,
        longest=rows[-1].length,
    )


def steps_of(times: Sequence[Time]) -> list[Step]:
    """Return by length which share is not answered by then; the share is exact."""
    ends, answers = Counter(one.length for one in times), Counter(one.length for one in times if one.answered)
    waiting, share, spread, steps = len(times), Fraction(1), 0.0, []
    for length in sorted(ends):
        if now := answers[length]:
            share *= 1 - Fraction(now, waiting)
            spread += now / (waiting * (waiting - now)) if now < waiting else 0.0
            steps.append(Step(length, share, float(share) * sqrt(spread)))
        waiting -= ends[length]
    return steps


def _first(steps: Sequence[Step], part: Fraction) -> float | None:
    """Return the first length by which a part is answered; None where that was not seen."""
    return next((one.length for one in steps if one.share <= 1 - part), None)
