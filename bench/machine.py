"""How fast the machine itself is at a moment: shared cores are lent to others, and may run at half their speed.

A loop of nothing but arithmetic is timed right before each measurement. What was measured while that loop took as long
as it does at its best is what the program needs; the rest is what the neighbours took.
"""

import time
from collections.abc import Sequence

TURNS = 6_000  # a fifth of a millisecond, or two
AS_FAST = 1.2
ENOUGH = 20


def pace() -> float:
    """Return the seconds that the loop takes now."""
    began = time.perf_counter()
    total = 0
    for number in range(TURNS):
        total += number
    return time.perf_counter() - began


def own_pace(paces: Sequence[float]) -> float:
    """Return what the loop takes on this machine when nobody disturbs: the 2nd percentile."""
    return sorted(paces)[len(paces) // 50]


def undisturbed(values: Sequence[float], paces: Sequence[float], best: float) -> list[float]:
    """Return the values that were measured while the machine ran at most a fifth below its best.

    Fewer than ENOUGH values tell nothing: then there are none.
    """
    found = [value for value, taken in zip(values, paces, strict=True) if taken <= best * AS_FAST]
    return found if len(found) >= ENOUGH else []
