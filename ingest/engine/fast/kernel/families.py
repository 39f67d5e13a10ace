"""Families of rows, compiled: their unique rows, and a signature of what the rules can see of them."""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.event import Kind
from ingest.engine.fast.kernel.words import SEED, fold, mix
from ingest.engine.fast.rows import ALONE, MOST_ROWS, WRITTEN
from ingest.engine.times import DAY_MS

_ENVELOPE: Final = int(Kind.ENVELOPE)
_HISTORY: Final = int(Kind.HISTORY)
_SPAM: Final = int(Kind.SPAM)
_OTHER: Final = int(Kind.OTHER)
_DAY: Final = DAY_MS


@njit(nogil=True)
def group(values: Any, table: Any, ids: Any, first: Any, counts: Any) -> int:
    """Number values by their first appearance: ``ids`` of each, and of each number where it is first and how often.

    ``table`` is all 0, of a size that is a power of two above that of the values: numbers from 1, by linear probing.
    Lines of a message stand near each other, so what is looked up is in the cache, and this takes a fifth of the time
    of a sort.
    """
    mask, count = np.uint64(len(table) - 1), 0
    for place in range(len(values)):
        value = values[place]
        slot = value & mask
        number = table[slot] - 1
        while number >= 0 and values[first[number]] != value:
            slot = (slot + np.uint64(1)) & mask
            number = table[slot] - 1
        if number < 0:
            number = count
            count += 1
            table[slot] = count
            first[number], counts[number] = place, 0
        ids[place] = number
        counts[number] += 1
    return count


@njit(nogil=True)
def arrange(ids: Any, counts: Any, bounds: Any, order: Any) -> None:
    """Put places in the order of their numbers, those of one number in their own order; ``bounds`` is one longer."""
    total = 0
    for number in range(len(counts)):
        bounds[number] = total
        total += counts[number]
    for place in range(len(ids)):
        number = ids[place]
        order[bounds[number]] = place
        bounds[number] += 1
    for number in range(len(counts), 0, -1):
        bounds[number] = bounds[number - 1]
    bounds[0] = 0


@njit(nogil=True)
def unique_rows(rows: Any, order: Any, begin: int, end: int, kept: Any) -> int:
    """The rows of a family that speak, each event once; -1 for too many."""
    count = 0
    for place in range(begin, end):
        row = rows[order[place]]
        if row.kind == _OTHER and row.flags == 0:
            continue
        again = False
        for earlier in range(count):
            other = rows[kept[earlier]]
            # The time and kind too: a hash without a key is no proof against who writes the subject. A year that was
            # assumed makes the same line no other.
            timed = other.stamp == row.stamp or row.flags & WRITTEN != 0
            again = again or (other.digest == row.digest and timed and other.kind == row.kind)
        if again:
            continue
        if count == MOST_ROWS:
            return -1
        kept[count] = order[place]
        count += 1
    return count


@njit(nogil=True)
def _is_before(one: Any, other: Any) -> bool:
    if one.stamp != other.stamp:
        return one.stamp < other.stamp
    return one.place < other.place or (one.place == other.place and one.line < other.line)


@njit(nogil=True)
def sign(
    rows: Any,
    order: Any,
    bounds: Any,
    has_firmware: Any,
    kept: Any,
    signatures: Any,
    last: Any,
    when: Any,
    seen: Any,
    days: Any,
) -> Any:
    """Sign families; what the arrays are, `ingest.engine.fast.families.Signed` says. Returns how many were noted."""
    seen_count, day_count = 0, 0
    for family in range(len(bounds) - 1):
        count = unique_rows(rows, order, bounds[family], bounds[family + 1], kept)
        alone = count < 0
        for one in range(count):
            alone = alone or (rows[kept[one]].flags & ALONE) != 0
        if alone:
            continue
        state, time = SEED, SEED
        first_seen, latest = seen_count, 0
        for one in range(count):
            row = rows[kept[one]]
            latest = max(latest, row.stamp)
            recipient, words, rank = 0, 0, 0
            for other in range(one + 1):
                if rows[kept[other]].recipient == row.recipient:
                    recipient = other
                    break
            for other in range(one + 1):
                if rows[kept[other]].words == row.words:
                    words = other
                    break
            for other in range(count):
                if rows[kept[other]].stamp < row.stamp:
                    rank += 1
            said = row.kind | row.told << 8 | row.done << 12 | row.child << 16 | row.flags << 20
            same = recipient | words << 8 | rank << 16 | (row.recipient == 0) << 24 | (row.words == 0) << 25
            number = row.verdict if row.kind in (_ENVELOPE, _SPAM) else 0
            day = row.stamp // _DAY
            if row.kind == _SPAM:
                same |= (row.stamp % 1000 == 0) << 26
                time = fold(fold(time, np.uint64(day)), np.uint64(row.place))
            state = fold(fold(state, np.uint64(said)), np.uint64(same) ^ (np.uint64(number) << np.uint64(32)))
            if row.kind == _HISTORY:
                known = False
                for place in range(first_seen, seen_count):
                    other_row = rows[seen[place]]
                    if other_row.stamp // _DAY == day and other_row.verdict == row.verdict:
                        known = True
                        if _is_before(row, other_row):
                            seen[place] = kept[one]
                        break
                if not known:
                    seen[seen_count] = kept[one]
                    seen_count += 1
            if row.kind in (_HISTORY, _SPAM) and has_firmware[row.place]:
                same_day = day_count > 0 and days[day_count - 1, 0] == row.unit
                if not (same_day and days[day_count - 1, 1] == day and days[day_count - 1, 2] == row.place):
                    days[day_count, 0], days[day_count, 1], days[day_count, 2] = row.unit, day, row.place
                    day_count += 1
        state = mix(state)
        signatures[family] = state if state else SEED
        last[family], when[family] = latest, mix(time)
    return seen_count, day_count
