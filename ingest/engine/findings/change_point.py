"""The day at which a mix of counts becomes another one, if there is such a day.

For every day that could divide the log, G compares the counts before and after (a likelihood ratio). Days differ among
themselves by more than chance would have it, so G is held against the spread of the days on either side: G over the
number of its degrees of freedom, divided by Pearson's X² of the days over its own (never below 1), is F-distributed
(quasi-likelihood: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, 4.5.2 and 9.2). The probability is
multiplied by the number of days tried (Bonferroni), so it bounds the one that any of them does so by chance.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from ingest.engine.findings.statistics import distance, f_tail, g_statistic, total

_T = TypeVar("_T")
MIN_DAYS: Final = 2
MOST_CHANCE: Final = 0.01
RARE: Final = 10  # categories with fewer counts are one: they would decide by chance


@dataclass(frozen=True, slots=True)
class Needs:
    """What a division must have: counts on each side, and the distance of the two mixes."""

    counts: int
    distance: float


@dataclass(frozen=True, slots=True)
class Shift(Generic[_T]):
    """A division: ``day`` is the first one after it, ``last`` the last one before. ``chance`` is corrected."""

    last: int
    day: int
    before: dict[_T, int]
    after: dict[_T, int]
    days_before: int
    days_after: int
    distance: float
    chance: float
    tried: int


def strongest(days: Mapping[int, Mapping[_T, int]], needs: Needs) -> Shift[_T] | str:
    """The most telling division of the days, or why none can be looked at. Whether it counts, `holds` says."""
    order = sorted(day for day, row in days.items() if any(row.values()))
    if len(order) < 2 * MIN_DAYS:
        return f"it takes at least {MIN_DAYS} days on each side of a shift, and there are {len(order)} in all"
    pooled = _pooled([days[day] for day in order])
    best: tuple[float, int, float] | None = None
    tried = 0
    for at in _divisions(order, pooled, needs):
        tried += 1
        f, chance = _f(pooled[:at], pooled[at:])
        if best is None or f > best[0]:
            best = f, at, chance
    if best is None:
        return (
            f"it takes at least {needs.counts} messages and one working day on each side of a shift, and no day of the"
            " log divides it so"
        )
    _, at, chance = best
    before, after = total(days[day] for day in order[:at]), total(days[day] for day in order[at:])
    far = distance(total(pooled[:at]), total(pooled[at:]))
    return Shift(order[at - 1], order[at], before, after, at, len(order) - at, far, min(1.0, chance * tried), tried)


def holds(shift: Shift[_T], needs: Needs, tests: int = 1) -> bool:
    """Whether a division is a shift: too large for chance (of so many tests), and large enough to matter."""
    return shift.chance * tests <= MOST_CHANCE and shift.distance >= needs.distance


def _pooled(rows: list[Mapping[_T, int]]) -> list[Counter[_T | None]]:
    whole = total(rows)
    pooled: list[Counter[_T | None]] = []
    for row in rows:
        counts: Counter[_T | None] = Counter()
        for key, count in row.items():
            counts[key if whole[key] >= RARE else None] += count
        pooled.append(counts)
    return pooled


def _divisions(order: list[int], rows: list[Counter[_T | None]], needs: Needs) -> Iterator[int]:
    """Where the days may be divided. A side of nothing but a weekend would make each Monday a shift."""
    sums = [row.total() for row in rows]
    for at in range(MIN_DAYS, len(order) - MIN_DAYS + 1):
        enough = min(sum(sums[:at]), sum(sums[at:])) >= needs.counts
        if enough and any(map(_is_working_day, order[:at])) and any(map(_is_working_day, order[at:])):
            yield at


def _is_working_day(day: int) -> bool:
    return (day + 3) % 7 < 5  # 1970-01-01 was a Thursday


def _f(before: list[Counter[_T | None]], after: list[Counter[_T | None]]) -> tuple[float, float]:
    """F of a division and its probability."""
    g, freedom = g_statistic([total(before), total(after)])
    if not freedom:
        return 0.0, 1.0
    within = (len(before) + len(after) - 2) * freedom
    spread = max(1.0, (_pearson(before) + _pearson(after)) / within)
    f = g / freedom / spread
    return f, f_tail(f, freedom, within)


def _pearson(rows: list[Counter[_T | None]]) -> float:
    """Pearson's X² of the days of one side against their common mix."""
    whole = total(rows)
    messages = sum(whole.values())
    x = 0.0
    for row in rows:
        mine = row.total()
        for key, count in whole.items():
            expected = mine * count / messages if messages else 0
            if expected:
                x += (row[key] - expected) ** 2 / expected
    return x
