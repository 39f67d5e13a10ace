"""The few tests that rules and comparisons need, in plain Python. What each is used for: `docs/mail-truth.md`.

G is the likelihood-ratio statistic of a table (Woolf 1957). The incomplete gamma and beta functions are worked out by
the continued fractions and series of Abramowitz and Stegun, 6.5.29, 6.5.31 and 26.5.8, by Lentz's method.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

_T = TypeVar("_T")
_TINY: Final = 1e-300
_CLOSE: Final = 1e-12
_MOST_STEPS: Final = 10_000
SMALL: Final = 5  # below so many expected, G is no good approximation (Cochran 1954)


def g_statistic(rows: Sequence[Mapping[_T, int]]) -> tuple[float, int]:
    """G of a table with these rows, and its degrees of freedom."""
    columns: dict[_T, int] = {}
    for row in rows:
        for key, count in row.items():
            columns[key] = columns.get(key, 0) + count
    totals = [sum(row.values()) for row in rows]
    whole = sum(totals)
    g = 0.0
    for row, total in zip(rows, totals, strict=True):
        for key, count in row.items():
            if count:
                g += count * math.log(count * whole / (total * columns[key]))
    used_rows, used_columns = sum(map(bool, totals)), sum(map(bool, columns.values()))
    return max(0.0, 2 * g), max(0, (used_rows - 1) * (used_columns - 1))


def distance(one: Mapping[_T, int], other: Mapping[_T, int]) -> float:
    """Total variation distance of two mixes, 0 to 1: the share that would have to change its place."""
    all_one, all_other = sum(one.values()), sum(other.values())
    if not all_one or not all_other:
        return 0.0
    return sum(abs(one.get(key, 0) / all_one - other.get(key, 0) / all_other) for key in {*one, *other}) / 2


def chi_square_tail(value: float, freedom: int) -> float:
    """The probability of a value at least this large: 1 without a degree of freedom."""
    if freedom < 1 or value <= 0:
        return 1.0
    a, x = freedom / 2, value / 2
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        step = a
        while abs(term) > abs(total) * _CLOSE:
            step += 1
            term *= x / step
            total += term
        return max(0.0, 1 - total * scale)
    fraction = _lentz(x + 1 - a, lambda n: (-n * (n - a), x + 1 - a + 2 * n))
    return min(1.0, scale / fraction)


def f_tail(value: float, between: int, within: int) -> float:
    """The probability of an F at least this large, by the incomplete beta function."""
    if between < 1 or within < 1 or value <= 0:
        return 1.0
    x = within / (within + between * value)
    return _beta(x, within / 2, between / 2)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    log_scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)

    def step(n: int) -> tuple[float, float]:
        """One step of the fraction."""
        m = n // 2
        if n % 2:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1.0
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1.0

    return min(1.0, math.exp(log_scale) / (a * _lentz(1.0, step)))


def _lentz(first: float, step: Callable[[int], tuple[float, float]]) -> float:
    """The continued fraction first + a1/(b1 + a2/(b2 + …)), where ``step(n)`` gives a and b."""
    value = upper = first or _TINY
    lower = 0.0
    for n in range(1, _MOST_STEPS):
        a, b = step(n)
        lower = 1 / ((b + a * lower) or _TINY)
        upper = (b + a / upper) or _TINY
        value *= upper * lower
        if abs(upper * lower - 1) < _CLOSE:
            break
    return value


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Fisher's exact test of a table of two by two, two-sided: all tables that are at most as likely as this one."""
    row, column, whole = a + b, a + c, a + b + c + d
    low, high = max(0, row + column - whole), min(row, column)
    fixed = _log_choose(whole, row)
    logs = [_log_choose(column, k) + _log_choose(whole - column, row - k) - fixed for k in range(low, high + 1)]
    limit = logs[a - low] + 1e-7  # tables as likely as this one differ in the last digits
    return min(1.0, math.fsum(math.exp(log) for log in logs if log <= limit))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def two_by_two(a: int, b: int, c: int, d: int) -> float:
    """The probability of rows (a, b) and (c, d) that differ so much by chance: Fisher's test where counts are small."""
    whole = a + b + c + d
    smallest = min(a + b, c + d) * min(a + c, b + d)
    if not smallest:
        return 1.0
    if smallest / whole < SMALL:
        return fisher(a, b, c, d)
    return chi_square_tail(g_statistic([{0: a, 1: b}, {0: c, 1: d}])[0], 1)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Probabilities corrected for their number (Holm 1979), in the same order."""
    corrected = [1.0] * len(probabilities)
    worst = 0.0
    for rank, place in enumerate(sorted(range(len(probabilities)), key=probabilities.__getitem__)):
        worst = max(worst, min(1.0, probabilities[place] * (len(probabilities) - rank)))
        corrected[place] = worst
    return corrected


def p_words(probability: float) -> str:
    """A probability as people write it."""
    return f"p = {probability:.2g}" if probability >= 1e-6 else "p < 0.000001"


def total(rows: Iterable[Mapping[_T, int]]) -> dict[_T, int]:
    """Rows added up."""
    whole: dict[_T, int] = {}
    for row in rows:
        for key, count in row.items():
            whole[key] = whole.get(key, 0) + count
    return whole
