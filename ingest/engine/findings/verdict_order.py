"""The scanners give their verdicts in another order than before: within one message, URL before IP, say."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from ingest.engine.findings.change_point import MOST_CHANCE, Needs, Shift, holds, strongest
from ingest.engine.findings.cites import Cite
from ingest.engine.findings.hit import Hit
from ingest.engine.findings.statistics import holm, p_words, two_by_two
from ingest.engine.findings.verdict_drift import upgrades_told
from ingest.engine.findings.whole import (
    NAMELESS,
    UNPROVEN,
    DeviceKey,
    Order,
    Totals,
    WholeAnswer,
    WholeHit,
    WholeRule,
    by_device,
)
from ingest.engine.fortimail.scanners import scanner_name
from ingest.engine.records import Tables
from ingest.engine.times import DAY_MS, day_text

NAME: Final = "verdict-order-changed"
DATE: Final = "2026-11-28"
NEEDS: Final = Needs(counts=20, distance=0.2)
NO_BASELINE: Final = (
    "there is no baseline: the files name one firmware or none, no log of before was given, and inside this log"
)
TOO_FEW: Final = f"it takes at least {NEEDS.counts} messages with the same two verdicts on each side"
NO_SUCH: Final = "no message of the log has two spam verdicts (slog) in a known order"

NEVER: Final = 10**9

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """Messages with a pair of verdicts: in how many the first of the pair came first, and in how many second."""

    ahead: int
    behind: int

    @property
    def all(self) -> int:
        """Both."""
        return self.ahead + self.behind

    @property
    def share(self) -> float:
        """The share in which the first of the pair came first."""
        return self.ahead / self.all if self.all else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A pair compared over two sides. ``chance`` is corrected for the number of comparisons."""

    pair: Pair
    before: Side
    after: Side
    chance: float
    named: tuple[str, str]
    is_before: Callable[[Order], bool]
    is_after: Callable[[Order], bool]
    note: str
    edge: int = NEVER  # the first day after the change

    @property
    def effect(self) -> float:
        """How far the share moved, 0 to 1."""
        return abs(self.before.share - self.after.share)

    @property
    def holds(self) -> bool:
        """Whether it is too large for chance, and large enough to matter."""
        return self.chance <= MOST_CHANCE and self.effect >= NEEDS.distance


def find(totals: Totals, baseline: Totals | None, __: Tables) -> WholeAnswer:
    """Each device by itself: against the log given as baseline, else the firmware before, else inside the log."""
    answer = WholeAnswer()
    for (_, reason), messages in totals.unordered.items():
        answer.doubts[reason] += messages
    devices = by_device(totals.orders)
    before = by_device(baseline.orders) if baseline is not None else None
    nameless = sum(name is None for name, _ in devices)
    if not devices:
        answer.doubts[NO_SUCH] += 0
    for device, orders in devices.items():
        messages = totals.ordered[device]
        if device[0] is None and nameless > 1:
            answer.doubts[NAMELESS] += messages
            continue
        theirs, note = orders, ""
        if before is not None:
            theirs, note = _theirs(before, device)
            changes = _against(theirs, orders, note)
        elif len(runs := totals.runs(device)) > 1:
            changes = _over_upgrades(orders, runs)
        else:
            changes = _inside(orders)
        if isinstance(changes, str):
            answer.doubts[changes] += messages
            continue
        answer.judged += messages
        if held := [change for change in changes if change.holds]:
            held.sort(key=lambda change: (-change.effect, change.chance, change.pair, change.named))
            cites = [*_cites(held[0], theirs, baseline or totals, "before"), *_cites(held[0], orders, totals, "after")]
            if len(cites) == 4:
                answer.found.append(_hit(totals, device, held, cites))
            else:
                answer.doubts[UNPROVEN] += messages
    return answer


def _theirs(before: dict[DeviceKey, dict[Order, int]], device: DeviceKey) -> tuple[dict[Order, int], str]:
    """The baseline of a device: lines of the same one where both logs name it, else all of them."""
    if device[0] is not None and (device[0], None) in before:
        return before[device[0], None], ""
    everything = {order: count for orders in before.values() for order, count in orders.items()}
    return everything, "The baseline names another device or none."


def _against(theirs: dict[Order, int], orders: dict[Order, int], note: str) -> list[Change] | str:
    """Against another log."""
    changes = _compare(
        theirs,
        orders,
        ("in the baseline", "in this log"),
        (_any, _any),
        note=note,
    )
    return _corrected(changes) or TOO_FEW + " (the baseline is one)"


def _any(_: Order) -> bool:
    return True


def _over_upgrades(orders: dict[Order, int], runs: list[tuple[int, str]]) -> list[Change] | str:
    """Each firmware against the one before it. A run ends where the next begins; that day belongs to both."""
    changes: list[Change] = []
    ends = [day for day, _ in runs[1:]] + [NEVER]
    for place in range(1, len(runs)):
        sides = [_in_run(runs[at], ends[at]) for at in (place - 1, place)]
        parts = [{order: count for order, count in orders.items() if inside(order)} for inside in sides]
        named = (f"with {runs[place - 1][1]}", f"with {runs[place][1]}")
        note = f"The lines of {runs[place][1]} begin on {_text(runs[place][0])}."
        changes += _compare(parts[0], parts[1], named, (sides[0], sides[1]), note=note, edge=runs[place][0])
    return _corrected(changes) or TOO_FEW + " of a change of firmware"


def _in_run(run: tuple[int, str], end: int) -> Callable[[Order], bool]:
    return lambda order: run[0] <= order.day <= end and order.firmware == run[1]


def _compare(
    before: dict[Order, int],
    after: dict[Order, int],
    named: tuple[str, str],
    sides: tuple[Callable[[Order], bool], Callable[[Order], bool]],
    *,
    note: str,
    edge: int = NEVER,
) -> list[Change]:
    """Every pair that enough messages of both sides have; the chances are not corrected where others follow."""
    changes = []
    for pair in sorted(_pairs(before) & _pairs(after)):
        one, other = _side(before, pair), _side(after, pair)
        if min(one.all, other.all) >= NEEDS.counts:
            chance = two_by_two(one.ahead, one.behind, other.ahead, other.behind)
            changes.append(Change(pair, one, other, chance, named, *sides, note, edge))
    return changes


def _corrected(changes: list[Change]) -> list[Change]:
    chances = holm([change.chance for change in changes])
    return [replace(change, chance=chance) for change, chance in zip(changes, chances, strict=True)]


def _inside(orders: dict[Order, int]) -> list[Change] | str:
    """A day inside the log at which the order of a pair becomes another one."""
    pairs = sorted(_pairs(orders))
    changes, why = [], ""
    for pair in pairs:
        days: dict[int, Counter[bool]] = defaultdict(Counter)
        for order, count in orders.items():
            if _pair(order) == pair:
                days[order.day][order.first == pair[0]] += count
        shift = strongest(days, NEEDS)
        if isinstance(shift, str):
            why = why or shift
            continue
        before, after = (Side(row.get(True, 0), row.get(False, 0)) for row in (shift.before, shift.after))
        chance = min(1.0, shift.chance * len(pairs)) if holds(shift, NEEDS, len(pairs)) else 1.0
        changes.append(_at_day(pair, (before, after), chance, shift))
    return changes or f"{NO_BASELINE} {why}"


def _at_day(pair: Pair, sides: tuple[Side, Side], chance: float, shift: Shift[bool]) -> Change:
    named = (f"before {_text(shift.day)}", "from that day on")
    note = "No log of before was given, so the baseline is this log before that day."
    if shift.until is not None:
        named = (f"before {_text(shift.day)} and from {_text(shift.until)} on", "in between")
        note = "No log of before was given, so the baseline is the rest of this log."
    return Change(
        pair,
        *sides,
        chance,
        named,
        lambda order: not shift.is_after(order.day),
        lambda order: shift.is_after(order.day),
        note,
        shift.day,
    )


def _pair(order: Order) -> Pair:
    return min(order.first, order.second), max(order.first, order.second)


def _pairs(orders: Iterable[Order]) -> set[Pair]:
    return {_pair(order) for order in orders}


def _side(orders: dict[Order, int], pair: Pair) -> Side:
    ahead = sum(count for order, count in orders.items() if (order.first, order.second) == pair)
    return Side(ahead, sum(count for order, count in orders.items() if (order.second, order.first) == pair))


def _hit(totals: Totals, device: DeviceKey, held: list[Change], cites: list[Cite]) -> WholeHit:
    """The change that moved most; others are named beside it."""
    told = [_told(change) for change in held[:3]]
    more = f" {len(held) - 3} more pairs changed." if len(held) > 3 else ""
    most = held[0]
    first = min((record.stamp for record, says in cites if says == "after"), default=None)
    after = first // DAY_MS if first is not None else 0
    firmware = "" if most.note.startswith("The lines of") else " " + upgrades_told(totals, device, after - 1, after)
    summary = f"{' '.join(told)}{more} {most.note}{firmware}".strip().replace("  ", " ")
    return WholeHit(device[0], Hit(NAME, "medium", "", tuple(cites), None, (), summary), first)


def _told(change: Change) -> str:
    """A change in words, put so that what came first before is named first."""
    first, second = change.pair
    before, after = change.before, change.after
    if before.share < after.share:
        first, second = second, first
        before, after = Side(before.behind, before.ahead), Side(after.behind, after.ahead)
    return (
        f"{scanner_name(first)} gave its verdict before {scanner_name(second)} in {before.ahead} of {before.all}"
        f" messages {change.named[0]}, and in {after.ahead} of {after.all} {change.named[1]}"
        f" ({p_words(change.chance)})."
    )


def _cites(change: Change, orders: dict[Order, int], totals: Totals, says: Literal["before", "after"]) -> list[Cite]:
    """The two lines of a message in the order that is typical of a side: of those kept the nearest to the change."""
    inside, side = (change.is_before, change.before) if says == "before" else (change.is_after, change.after)
    wanted = change.pair if side.ahead >= side.behind else (change.pair[1], change.pair[0])
    typical = [one for one in orders if (one.first, one.second) == wanted and inside(one) and one in totals.examples]
    best = min(typical, key=lambda one: _nearness(one, change, totals, says), default=None)
    return [(record, says) for record in totals.examples[best].records] if best else []


def _nearness(order: Order, change: Change, totals: Totals, side: str) -> tuple[bool, int, int, str]:
    """How near the change; of the days with the old order those before it first. In a log of its own the last ones."""
    edge = 0 if change.edge == NEVER and side == "after" else change.edge
    return (side == "before" and order.day >= edge, abs(order.day - edge), *totals.examples[order][:2])


def _text(day: int) -> str:
    return day_text(day * DAY_MS)


RULE: Final = WholeRule(NAME, DATE, find)
