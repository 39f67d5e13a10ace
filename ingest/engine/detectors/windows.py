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
    if asked.absent:
        return _without(matches, absent, asked, is_over)
    if asked.kind == "temporal":
        return Found(list(_together(matches, asked, span)), 0)
    if asked.kind == "temporal_ordered":
        return Found(list(_in_order(matches, asked, span)), 0)
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


def _without(matches: Sequence[Match], absent: Sequence[Match], asked: Correlation, is_over: IsOver) -> Found:
    """The windows in which nothing stands that must not be there, as far as the log tells."""
    times = [match.at for match in absent]
    if asked.kind == "temporal":
        return _free_together(matches, absent, times, asked, is_over)
    return _free_in_order(matches, absent, times, asked, is_over)


def _free_in_order(
    matches: Sequence[Match], absent: Sequence[Match], times: list[int], asked: Correlation, is_over: IsOver
) -> Found:
    """What must not be there is looked for from the first match on, for the whole span, whatever comes behind it.

    So first matches are judged by themselves, and only those that are free begin a chain.
    """
    span = asked.seconds * 1000
    free: list[Match] = []
    not_over: list[Match] = []
    for match in matches:
        if match.rule != asked.rules[0]:
            free.append(match)
            not_over.append(match)
        elif not _stands(absent, times, match.at, match.at + span, match):
            (free if is_over(match.at, match.at + span) else not_over).append(match)
    return Found(list(_in_order(free, asked, span)), sum(1 for _ in _in_order(not_over, asked, span)))


def _free_together(
    matches: Sequence[Match], absent: Sequence[Match], times: list[int], asked: Correlation, is_over: IsOver
) -> Found:
    """What must not be there is looked for in all of the time that lies within the span of every match.

    The later the last match, the less time that is: so of the windows that a match begins the longest is judged.
    """
    span = asked.seconds * 1000
    by_rule: dict[int, list[int]] = {rule: [] for rule in asked.rules}
    for number, match in enumerate(matches):
        by_rule[match.rule].append(number)
    ends = [match.at for match in matches]
    windows: list[Window] = []
    not_over = taken = 0
    for number, first in enumerate(matches):
        if number < taken:
            continue
        stop = bisect_right(ends, first.at + span)
        others = [_last(by_rule[rule], number, stop) for rule in asked.rules if rule != first.rule]
        if None in others:
            continue
        chosen = sorted([number, *(other for other in others if other is not None)])
        begin, end = matches[chosen[-1]].at - span, first.at + span
        if _stands(absent, times, begin, end, None):
            continue
        if not is_over(begin, end):
            not_over += 1
            continue
        windows.append([matches[one] for one in chosen])
        taken = chosen[-1] + 1
    return Found(windows, not_over)


def _last(numbers: list[int], after: int, before: int) -> int | None:
    """The last of ascending numbers that lies between two."""
    at = bisect_left(numbers, before) - 1
    return numbers[at] if at >= 0 and numbers[at] > after else None


def _stands(absent: Sequence[Match], times: list[int], begin: int, end: int, first: Match | None) -> bool:
    """Whether there is a match from one moment to another; not one that the same file has before the first line."""
    for match in absent[bisect_left(times, begin) : bisect_right(times, end)]:
        if first is None or match.at > first.at or match.place != first.place or match.line >= first.line:
            return True
    return False


def _together(matches: Sequence[Match], asked: Correlation, span: int) -> Iterator[Window]:
    """Matches of as many rules as are asked for, in any order."""
    last: dict[int, Match] = {}
    for match in matches:
        last[match.rule] = match
        near = sorted(one for one in last.values() if match.at - one.at <= span)
        if len(near) >= asked.count:
            yield near
            last.clear()


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


def _in_order(matches: Sequence[Match], asked: Correlation, span: int) -> Iterator[Window]:
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


def _step(best: list[_Chain | None], step: int, match: Match, span: int) -> Iterator[Window]:
    before = best[step - 1] if step else None
    if step and (before is None or match.at - before.start > span or not before.allows(match)):
        return
    chain = _Chain(match, before, before.start if before else match.at)
    if step == len(best) - 1:
        yield chain.matches()
        best[:] = [None] * len(best)
        return
    held = best[step]
    if held is None or held.start < chain.start:
        best[step] = chain
