"""The mix of verdicts by their number becomes another one at a day."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

from ingest.engine.findings.change_point import Needs, Shift, holds, strongest
from ingest.engine.findings.cites import Cite
from ingest.engine.findings.hit import Hit
from ingest.engine.findings.statistics import p_words
from ingest.engine.findings.whole import (
    NAMELESS,
    UNPROVEN,
    DeviceKey,
    Seen,
    Totals,
    WholeAnswer,
    WholeHit,
    WholeRule,
    by_device,
)
from ingest.engine.records import Tables
from ingest.engine.times import DAY_MS, day_text

NAME: Final = "verdict-drift"
DATE: Final = "2026-11-28"
NEEDS: Final = Needs(counts=100, distance=0.1)
CLEAN: Final = frozenset({"not spam", "undefined"})  # words for "no scanner decided": one verdict, with a number or not
NO_SCANNER: Final = "none"
NO_HISTORY: Final = "the log has no history lines (alog), which name the verdict"
UNDATED: Final = "their history lines have no date"
NEW_WORDS: Final = (
    "their verdict is a word whose number is not known, and there are enough of them for a mere change of names to look"
    " like a shift"
)
SHOWN: Final = 3

Days = dict[int, Counter[str]]


def find(totals: Totals, _: Totals | None, tables: Tables) -> WholeAnswer:
    """Each device by itself: two of them have mixes of their own."""
    answer = WholeAnswer()
    devices = by_device(totals.verdicts)
    nameless = sum(name is None for name, _ in devices)
    if not devices:
        answer.doubts[NO_HISTORY] += 0
    for device, counts in devices.items():
        days, undated, unnumbered = _mix(counts, tables)
        messages = sum(row.total() for row in days.values())
        if undated:
            answer.doubts[UNDATED] += undated
        if not messages + unnumbered:
            continue
        if device[0] is None and nameless > 1:
            answer.doubts[NAMELESS] += messages + unnumbered
        elif unnumbered and unnumbered >= NEEDS.distance * (messages + unnumbered):
            answer.doubts[NEW_WORDS] += messages + unnumbered
        elif isinstance(shift := strongest(days, NEEDS), str):
            answer.doubts[shift] += messages + unnumbered
        else:
            answer.judged += messages
            if unnumbered:
                answer.doubts["their verdict is a word whose number is not known"] += unnumbered
            if holds(shift, NEEDS):
                if hit := _hit(totals, device, shift, tables, counts):
                    answer.found.append(hit)
                else:
                    answer.doubts[UNPROVEN] += messages
    return answer


def number_of(verdict: str | None, code: str | None) -> str | None:
    """What a verdict counts as: its number, `NO_SCANNER`, or None for a word without a number that is known."""
    if verdict is None or verdict.casefold() in CLEAN:
        return NO_SCANNER
    return code


def _mix(counts: Mapping[Seen, int], tables: Tables) -> tuple[Days, int, int]:
    """Messages of a device by day and number; those without a date, and those with a word of no known number."""
    days: Days = defaultdict(Counter)
    undated = unnumbered = 0
    for seen, messages in counts.items():
        number = number_of(*tables.verdicts.values[seen.verdict])
        if seen.day is None:
            undated += messages
        elif number is None:
            unnumbered += messages
        else:
            days[seen.day][number] += messages
    return days, undated, unnumbered


def _hit(
    totals: Totals, device: DeviceKey, shift: Shift[str], tables: Tables, counts: Mapping[Seen, int]
) -> WholeHit | None:
    """The finding, None where no lines are kept that prove it."""
    before, after = sum(shift.before.values()), sum(shift.after.values())
    moved = {
        number: shift.after.get(number, 0) / after - shift.before.get(number, 0) / before
        for number in {*shift.before, *shift.after}
    }
    most = sorted(moved, key=lambda number: (-round(abs(moved[number]), 9), number))[:SHOWN]
    names = _names(tables)
    parts = [
        f"{names.get(number, number)} went from {shift.before.get(number, 0) / before:.1%} to"
        f" {shift.after.get(number, 0) / after:.1%}"
        for number in most
    ]
    when, outside, inside = f"From {_text(shift.day)} on", "before", "after"
    if shift.until is not None:
        when = f"From {_text(shift.day)} until {_text(shift.until)}"
        outside, inside = "before and since", "in between"
    firmware = upgrades_told(totals, device, shift.last, shift.day, shift.until)
    summary = (
        f"{when} the mix of verdicts is another one: {', '.join(parts)} ({before} messages on {shift.days_before} days"
        f" {outside}, {after} on {shift.days_after} days {inside}, distance {shift.distance:.2f}, "
        f"{p_words(shift.chance)}, {shift.tried} divisions tried). {firmware}"
    )
    cites = _cites(totals, counts, shift, set(most), tables)
    if {says for _, says in cites} != {"before", "after"}:
        return None
    first = min((record.stamp for record, says in cites if says == "after"), default=None)
    return WholeHit(device[0], Hit(NAME, "medium", "", tuple(cites), None, (), summary), first)


def upgrades_told(totals: Totals, device: DeviceKey, last: int, day: int, until: int | None = None) -> str:
    """Whether the firmware changed between the last day before a change and the first one after it, and at its end."""
    upgrades = list(totals.upgrades(device))
    at = [
        f"{before} became {after} on {_text(when)}"
        for when, before, after in upgrades
        if last < when <= day or when == until
    ]
    if at:
        return f"The firmware {'; '.join(at)}."
    if upgrades:
        told = "; ".join(f"{before} became {after} on {_text(when)}" for when, before, after in upgrades)
        return f"No change of firmware is known for that day ({told})."
    runs = totals.runs(device)
    return f"The firmware is said to be {runs[0][1]} throughout." if runs else "The firmware is not known."


def _names(tables: Tables) -> dict[str, str]:
    names = {code: f"{verdict} ({code})" for verdict, code in tables.verdicts.values if code}
    return names | {NO_SCANNER: "no scanner's verdict"}


def _cites(totals: Totals, counts: Mapping[Seen, int], shift: Shift[str], most: set[str], tables: Tables) -> list[Cite]:
    """Of each verdict that moved the line nearest to the change on either side, where it has one."""
    nearest: dict[tuple[bool, str], Seen] = {}
    for seen in counts.keys() & totals.examples.keys():
        number = number_of(*tables.verdicts.values[seen.verdict])
        if seen.day is None or number is None or number not in most:
            continue
        side = shift.is_after(seen.day)
        known = nearest.get((side, number))
        if known is None or _nearness(seen, totals, shift) < _nearness(known, totals, shift):
            nearest[side, number] = seen
    cites: list[Cite] = []
    for (side, _), seen in sorted(nearest.items()):
        cites += [(record, "after" if side else "before") for record in totals.examples[seen].records]
    return cites


def _nearness(seen: Seen, totals: Totals, shift: Shift[str]) -> tuple[bool, int, int, str]:
    """How near the change; of the days without the other mix those before it first."""
    day = seen.day or 0
    since = day >= shift.day and not shift.is_after(day)
    return (since, abs(day - shift.day), *totals.examples[seen][:2])


def _text(day: int) -> str:
    return day_text(day * DAY_MS)


RULE: Final = WholeRule(NAME, DATE, find)
