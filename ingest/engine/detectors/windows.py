"""Windows of time in which what a correlation asks for is there: plain functions over the matches of one group.

A window is closed at both ends. Matches come in the order of time; at one moment, in the order of their lines within a
file, while between files nothing tells which was first, so each order that the files allow counts.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Final, NamedTuple

from ingest.engine.detectors.model import Correlation, Operator


class Match(NamedTuple):
    """A line that a rule matched: ``rule`` is the rule's number, ``row`` the line's in the frame that it is from."""

    at: int
    place: int
    line: int
    rule: int
    value: tuple[str, ...] | None
    row: int


Window = list[Match]
IsOver = Callable[[int, int], bool]  # whether the log covers all from one moment to another
COMPARE: Final[dict[Operator, Callable[[int, int], bool]]] = {
    "gte": ge, "gt": gt, "lte": le, "lt": lt, "eq": eq, "neq": ne,
}  # fmt: skip


class Found(NamedTuple):
    """The windows of a group, and how many could not be judged, since the log does not cover them."""

    windows: list[Window]
    open: int


def find_windows(matches: Sequence[Match], absent: Sequence[Match], asked: Correlation, is_over: IsOver) -> Found:
    """The windows that hold, none of which shares a match with another."""
    span = asked.seconds * 1000
    if asked.kind == "temporal":
        return _judged(_together(matches, asked, span), absent, asked, is_over)
    if asked.kind == "temporal_ordered":
        return _judged(_in_order(matches, asked, span), absent, asked, is_over)
    if asked.operator in {"gte", "gt"}:
        return Found(list(_at_least(matches, asked, span)), 0)
    return _one_after_another(matches, asked, span, is_over)


def _amount(window: Sequence[Match], asked: Correlation) -> int:
    if asked.kind == "event_count":
        return len({(match.place, match.line) for match in window})
    return len({match.value for match in window if match.value is not None})


def _at_least(matches: Sequence[Match], asked: Correlation, span: int) -> Iterator[Window]:
    """Windows that slide from match to match: a burst is seen wherever it begins."""
    wanted = asked.count + (asked.operator == "gt")
    seen: Counter[object] = Counter()
    begin = 0
    for end, match in enumerate(matches):
        _count(seen, match, asked, 1)
        while match.at - matches[begin].at > span:
            _count(seen, matches[begin], asked, -1)
            begin += 1
        if len(seen) >= wanted:
            yield list(matches[begin : end + 1])
            seen.clear()
            begin = end + 1


def _count(seen: Counter[object], match: Match, asked: Correlation, by: int) -> None:
    what: object = (match.place, match.line) if asked.kind == "event_count" else match.value
    if what is None:
        return
    seen[what] += by
    if not seen[what]:
        del seen[what]


def _one_after_another(matches: Sequence[Match], asked: Correlation, span: int, is_over: IsOver) -> Found:
    """Windows that begin at the first match and at each that comes after the one before has ended.

    "Fewer than" can only be said of a window that is over, and says nothing at the end of a burst: so these do not
    slide.
    """
    windows: list[Window] = []
    not_over = at = 0
    times = [match.at for match in matches]
    while at < len(matches):
        begin = matches[at].at
        window = list(matches[at : bisect_right(times, begin + span)])
        if not is_over(begin, begin + span):
            not_over += 1
        elif COMPARE[asked.operator](_amount(window, asked), asked.count):
            windows.append(window)
        at += len(window)
    return Found(windows, not_over)


Candidates = Iterator[tuple[Window, Callable[[], None]]]  # a window, and what to call when it holds


def _judged(candidates: Candidates, absent: Sequence[Match], asked: Correlation, is_over: IsOver) -> Found:
    """The windows in which nothing stands that must not be there, as far as the log tells.

    Where rules are in order, what must not be there is looked for from the first match on, for the whole span; else in
    all of the time that lies within the span of every match.
    """
    span, ordered = asked.seconds * 1000, asked.kind == "temporal_ordered"
    windows: list[Window] = []
    undecided: set[tuple[int, int]] = set()
    times = [match.at for match in absent]
    for window, took in candidates:
        if asked.absent:
            first, last = window[0], max(match.at for match in window)
            begin, end = (first.at, first.at + span) if ordered else (last - span, first.at + span)
            if _stands(absent, times, begin, end, first if ordered else None):
                continue
            if not is_over(begin, end):
                undecided.add((first.place, first.line))
                continue
        windows.append(window)
        took()
    return Found(windows, len(undecided))


def _stands(absent: Sequence[Match], times: list[int], begin: int, end: int, first: Match | None) -> bool:
    """Whether there is a match from one moment to another; not one that the same file has before the first line."""
    for match in absent[bisect_left(times, begin) : bisect_right(times, end)]:
        if first is None or match.at > first.at or match.place != first.place or match.line >= first.line:
            return True
    return False


def _together(matches: Sequence[Match], asked: Correlation, span: int) -> Candidates:
    """Matches of as many rules as are asked for, in any order."""
    last: dict[int, Match] = {}
    for match in matches:
        last[match.rule] = match
        near = sorted(one for one in last.values() if match.at - one.at <= span)
        if len(near) >= asked.count:
            yield near, last.clear


class _Chain(NamedTuple):
    """Matches of the first rules, in their order: the last of them, and the chain before it."""

    match: Match
    before: "_Chain | None"
    start: int

    def matches(self) -> Window:
        """The matches, the first one first."""
        found: Window = []
        link: _Chain | None = self
        while link is not None:
            found.append(link.match)
            link = link.before
        return found[::-1]

    def allows(self, match: Match) -> bool:
        """Whether a match at the same moment, or later, may come behind this chain."""
        link: _Chain | None = self
        while link is not None and link.match.at == match.at:
            if link.match.place == match.place and link.match.line >= match.line:
                return False
            link = link.before
        return True


def _in_order(matches: Sequence[Match], asked: Correlation, span: int) -> Candidates:
    """A match of each rule, each behind that of the rule before it, all within the span of the first.

    Of chains of equal length the one that began last is kept: whatever completes another completes it too.
    """
    steps = {rule: step for step, rule in enumerate(asked.rules)}
    best: list[_Chain | None] = [None] * len(steps)
    for _, block in itertools.groupby(matches, key=lambda match: match.at):
        now = list(block)
        passes = len(steps) if len({match.place for match in now}) > 1 else 1
        for _ in range(passes):
            for line in _by_line(now):
                for match in sorted(line, key=lambda one: -steps[one.rule]):  # one line is one step at most
                    yield from _step(best, steps[match.rule], match, span)


def _by_line(matches: list[Match]) -> Iterator[list[Match]]:
    for _, same in itertools.groupby(matches, key=lambda match: (match.place, match.line)):
        yield list(same)


def _step(best: list[_Chain | None], step: int, match: Match, span: int) -> Candidates:
    before = best[step - 1] if step else None
    if step and (before is None or match.at - before.start > span or not before.allows(match)):
        return
    chain = _Chain(match, before, before.start if before else match.at)
    if step == len(best) - 1:
        yield chain.matches(), lambda: best.__setitem__(slice(None), [None] * len(best))
    held = best[step]
    if held is None or held.start < chain.start:
        best[step] = chain
