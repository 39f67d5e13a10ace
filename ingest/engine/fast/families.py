"""Families of lines of the same shape are judged once.

What the rules say of a family depends on what its lines say, on which recipients and receipts are equal, and on the
order of their times; not on the names. So each family gets a signature of just that, compiled; one family of each
signature goes through the rules, and its answer counts for all. Where something is found, and where a family is too
large or odd for a signature, its lines are read once more and judged alone, the plain way.
"""

from typing import Any, NamedTuple

import numpy as np

from ingest.engine.fast.compiled import Compiled


class Signed(NamedTuple):
    """Families, one after the other.

    ``bounds`` are the places in ``order`` where each begins, with the end of the last behind them. ``signatures`` are 0
    for families that are judged alone. ``last`` is the time of the last line, ``when`` stands for the days and files of
    the spam lines. ``seen`` are the rows of history lines that count: for each family, day and verdict the earliest.
    ``days`` has a row (device, day, place) where lines that count for days are of a file whose firmware is known.
    """

    order: Any
    bounds: Any
    signatures: Any
    last: Any
    when: Any
    seen: Any
    days: Any


def sign(compiled: Compiled, rows: Any, has_firmware: Any) -> Signed:
    """Put rows in the order of their families, and sign these. ``has_firmware`` says of which places that is known."""
    ids, _, counts = compiled.group(np.ascontiguousarray(rows["family"]))
    order, bounds = compiled.arrange(ids, counts)
    count = len(bounds) - 1
    signatures, when = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    last, seen = np.zeros(count, np.int64), np.empty(len(rows), np.int64)
    days = np.empty((len(rows) if has_firmware.any() else 1, 3), np.int64)
    ends = compiled.sign(rows, order, bounds, has_firmware, (signatures, last, when, seen, days))
    return Signed(order, bounds, signatures, last, when, seen[: ends[0]], days[: ends[1]])
