"""The day at which a mix of counts becomes another one, if there is such a day.

For every way to divide the days in two, G compares the counts before and after (a likelihood ratio): at one day, or at
two where the mix went back (Olshen et al., Biostatistics 5, 2004: circular binary segmentation). Days differ among
themselves by more than chance would have it, so G is held against the spread of the days on either side: G over the
number of its degrees of freedom, divided by Pearson's X² of the days over its own (never below 1), is F-distributed
(quasi-likelihood: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, 4.5.2 and 9.2). The probability is
multiplied by the number of ways tried (Bonferroni), so it bounds the one that any of them does so by chance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Generic, NamedTuple, TypeVar

from ingest.engine.findings.statistics import distance, f_tail, g_statistic, total

_T = TypeVar("_T")
MIN_DAYS: Final = 2
MOST_CHANCE: Final = 0.01
RARE: Final = 10  # categories with fewer counts are one: they would decide by chance
MOST_KINDS: Final = 64  # as are all but the largest: no gateway has more, but a hostile log has
MOST_DAYS_FOR_RETURNS: Final = 100  # two ends make thousands of ways: a longer log is only divided at one day


class Needs(NamedTuple):
    """What a division must have: counts on each side, and the distance of the two mixes."""

    counts: int
    distance: float


@dataclass(frozen=True, slots=True)
class Shift(Generic[_T]):
    """A division: ``day`` is the first one after it, ``last`` the last one before; ``until`` the first one at which
    the mix is back, None where it stays. ``chance`` is corrected for the ways ``tried``."""

    last: int
    day: int
    until: int | None
    before: dict[_T, int]
    after: dict[_T, int]
    days_before: int
    days_after: int
    distance: float
    chance: float
    tried: int

    def is_after(self, day: int) -> bool:
        """Whether a day is one of those with the other mix."""
        return self.day <= day and (self.until is None or day < self.until)


class _Sums:
    """Sums over days from any day to any other, worked out once. ``squares`` are of count² over the day's total."""

    def __init__(self, rows: list[dict[_T | None, int]]) -> None:
        keys = list(total(rows))
        messages = [sum(row.values()) for row in rows]
        self.messages = list(accumulate(messages, initial=0))
        self.counts = [list(accumulate((row.get(key, 0) for row in rows), initial=0)) for key in keys]
        self.squares = [
            list(accumulate((row.get(key, 0) ** 2 / n for row, n in zip(rows, messages, strict=True)), initial=0.0))
            for key in keys
        ]

    def f(self, start: int, end: int) -> tuple[float, float, float]:
        """F, its probability and the distance of the days from start to before end, against all others."""
        days = len(self.messages) - 1
        inside = [sums[end] - sums[start] for sums in self.counts]
        outside = [sums[days] - count for sums, count in zip(self.counts, inside, strict=True)]
        g, freedom = g_statistic([dict(enumerate(inside)), dict(enumerate(outside))])
        if not freedom:
            return 0.0, 1.0, 0.0
        within = (days - 2) * freedom
        squares = [sums[end] - sums[start] for sums in self.squares]
        rest = [sums[days] - square for sums, square in zip(self.squares, squares, strict=True)]
        spread = max(1.0, (_pearson(inside, squares) + _pearson(outside, rest)) / within)
        f = g / freedom / spread
        return f, f_tail(f, freedom, within), distance(dict(enumerate(inside)), dict(enumerate(outside)))


def strongest(days: Mapping[int, Mapping[_T, int]], needs: Needs) -> Shift[_T] | str:
    """The most telling division of the days, or why none can be looked at. Whether it counts, `holds` says.

    One that is large enough to matter goes before any that is not, however sure that one is: a small step in a month
    must not hide three days on which everything was different.
    """
    order = sorted(day for day, row in days.items() if any(row.values()))
    if len(order) < 2 * MIN_DAYS:
        return f"it takes at least {MIN_DAYS} days on each side of a shift, and there are {len(order)} in all"
    pooled = _pooled([days[day] for day in order])
    sums = _Sums(pooled)
    best: tuple[bool, float, int, int, float] | None = None
    tried = 0
    for start, end in _divisions(order, sums.messages, needs):
        tried += 1
        f, chance, far = sums.f(start, end)
        matters = far >= needs.distance
        if best is None or (matters, f) > best[:2]:
            best = matters, f, start, end, chance
    if best is None:
        return (
            f"it takes at least {needs.counts} messages and one working day on each side of a shift, and no day of the"
            " log divides it so"
        )
    _, _, start, end, chance = best
    outside = [place for place in range(len(order)) if not start <= place < end]
    return Shift(
        last=order[start - 1],
        day=order[start],
        until=order[end] if end < len(order) else None,
        before=total(days[order[place]] for place in outside),
        after=total(days[day] for day in order[start:end]),
        days_before=len(outside),
        days_after=end - start,
        distance=distance(total(pooled[place] for place in outside), total(pooled[start:end])),
        chance=min(1.0, chance * tried),
        tried=tried,
    )


def holds(shift: Shift[_T], needs: Needs, tests: int = 1) -> bool:
    """Whether a division is a shift: too large for chance (of so many tests), and large enough to matter."""
    return shift.chance * tests <= MOST_CHANCE and shift.distance >= needs.distance


def _pooled(rows: list[Mapping[_T, int]]) -> list[dict[_T | None, int]]:
    whole = total(rows)
    by_size = sorted((key for key, count in whole.items() if count >= RARE), key=lambda key: (-whole[key], repr(key)))
    kept = set(by_size[:MOST_KINDS])
    pooled: list[dict[_T | None, int]] = []
    for row in rows:
        counts: dict[_T | None, int] = {}
        for key, count in row.items():
            name = key if key in kept else None
            counts[name] = counts.get(name, 0) + count
        pooled.append(counts)
    return pooled


def _divisions(order: list[int], messages: list[int], needs: Needs) -> Iterator[tuple[int, int]]:
    """Which days may be taken together, from and to. A side of nothing but weekends would make each Monday a shift,
    and where a mix is said to be back, enough messages must say so."""
    days = len(order)
    working = list(accumulate(map(_is_working_day, order), initial=0))
    for start in range(MIN_DAYS, days - MIN_DAYS + 1):
        ends = range(start + MIN_DAYS, days - MIN_DAYS + 1) if days <= MOST_DAYS_FOR_RETURNS else range(0)
        for end in (days, *ends):
            parts = [messages[start], messages[end] - messages[start]]
            parts += [messages[days] - messages[end]] if end < days else []
            if min(parts) >= needs.counts and 0 < working[end] - working[start] < working[days]:
                yield start, end


def _is_working_day(day: int) -> bool:
    return (day + 3) % 7 < 5  # 1970-01-01 was a Thursday


def _pearson(counts: list[int], squares: list[float]) -> float:
    """Pearson's X² of days against the mix of all of them: of (count - expected)² over expected, multiplied out."""
    whole = sum(counts)
    return sum(square * whole / count for count, square in zip(counts, squares, strict=True) if count) - whole
