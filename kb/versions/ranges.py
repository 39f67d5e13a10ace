"""Sets of keys: multiranges, as PostgreSQL has them. A multirange is a sorted tuple of spans that do not touch."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from kb.versions.version import Span

Multirange = tuple[Span, ...]
_TOP: Final = "\U0010ffff"  # behind every key: with it a search by the lower end compares plain tuples
EVERYTHING: Final[Multirange] = (Span("0", "9"),)  # every key begins with 7: a number comes first


def multirange(spans: Iterable[Span]) -> Multirange:
    """The normal form: empty spans left out, the rest sorted, those that overlap or touch made one."""
    found: list[Span] = []
    for lo, hi in sorted(span for span in spans if span.lo < span.hi):
        if found and lo <= found[-1].hi:
            found[-1] = Span(found[-1].lo, max(found[-1].hi, hi))
        else:
            found.append(Span(lo, hi))
    return tuple(found)


def union(*ranges: Iterable[Span]) -> Multirange:
    """What is in any of them."""
    return multirange(span for one in ranges for span in one)


def intersection(left: Iterable[Span], right: Iterable[Span]) -> Multirange:
    """What is in both."""
    ours, theirs = multirange(left), multirange(right)
    found, a, b = [], 0, 0
    while a < len(ours) and b < len(theirs):
        found.append(Span(max(ours[a].lo, theirs[b].lo), min(ours[a].hi, theirs[b].hi)))
        if ours[a].hi < theirs[b].hi:
            a += 1
        else:
            b += 1
    return multirange(found)


def difference(left: Iterable[Span], right: Iterable[Span]) -> Multirange:
    """What is in the first and not in the second."""
    found, holes = [], multirange(right)
    for span in multirange(left):
        lo = span.lo
        for hole in holes:
            if hole.hi <= lo:
                continue
            if hole.lo >= span.hi:
                break
            found.append(Span(lo, hole.lo))
            lo = hole.hi
        found.append(Span(lo, span.hi))
    return multirange(found)


def covers(ranges: Multirange, span: Span) -> bool:
    """Tell whether a whole span is in a normal multirange; an empty one is."""
    if span.lo >= span.hi:
        return True
    place = bisect_right(ranges, (span.lo, _TOP))
    return place > 0 and span.hi <= ranges[place - 1][1]


def touches(ranges: Multirange, span: Span) -> bool:
    """Tell whether any key of a span is in a normal multirange."""
    if span.lo >= span.hi:
        return False
    place = bisect_right(ranges, (span.lo, _TOP))
    return (place > 0 and span.lo < ranges[place - 1][1]) or (place < len(ranges) and ranges[place][0] < span.hi)


def to_sql(ranges: Multirange, prefix: str = "") -> str:
    """PostgreSQL's text for a multirange of a range over text with COLLATE "C"; the prefix stands before each key."""
    return "{" + ",".join(f"[{_quoted(prefix + lo)},{_quoted(prefix + hi)})" for lo, hi in ranges) + "}"


def _quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
