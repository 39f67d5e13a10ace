"""Every family through every rule: findings, counts, and what could not be judged and why."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.event import Kind
from ingest.engine.findings import LATER, RULES
from ingest.engine.findings.hit import SEVERITIES, Hit
from ingest.engine.records import Tables, unpack
from ingest.engine.times import day_text
from ingest.engine.transactions import Device, Ledger
from ingest.engine.truth import MOST_CITED, Truth, weigh

_HISTORY: Final = int(Kind.HISTORY)
NO_MESSAGES: Final = "the log speaks of no message"
NO_SESSION: Final = "lines that name no session, each counted as one: which message they speak of is not known"
SHARED: Final = (
    "their id also stands in another file, and the device of one of them is not known, so the lines were not joined:"
    " name the device of each file"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the family it is about. ``stamp`` is the family's first time in ms, None without dates."""

    hit: Hit
    device: str | None
    transaction: str
    children: tuple[str, ...]
    stamp: int | None


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A rule that could not judge some transactions, and the reason."""

    rule: str
    transactions: int
    reason: str


@dataclass(frozen=True, slots=True)
class DayCount:
    """Messages of one day with one verdict; ``day`` is None where the log has no dates."""

    day: str | None
    verdict: str | None
    verdict_code: str | None
    messages: int


@dataclass(frozen=True, slots=True)
class FamilyAnswer:
    """What the rules say about one family: a function of its records and nothing else.

    ``judged`` names the rules that could judge it, ``doubts`` are (rule, reason), ``days`` are the (day, number of the
    verdict) that its history lines count for. Families of one shape have equal answers; one with ``found`` is counted
    once only, since what was found is about that family.
    """

    is_message: bool
    unfinished: bool
    judged: tuple[str, ...]
    doubts: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    days: tuple[tuple[int | None, int], ...]


@dataclass(slots=True)
class Judgement:
    """The answer over all families."""

    transactions: int = 0
    messages: int = 0
    unfinished: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    doubts: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: Counter[tuple[int | None, int]] = field(default_factory=Counter)

    def count(self, answer: FamilyAnswer, times: int = 1) -> None:
        """Add the answer about a family, or about so many families of the same shape."""
        if answer.found and times != 1:
            raise ValueError("what was found is about one family: it cannot be counted several times")
        self.transactions += times
        for day in answer.days:
            self.days[day] += times
        if not answer.is_message:
            return
        self.messages += times
        self.unfinished += answer.unfinished * times
        for rule in answer.judged:
            self.judged[rule] += times
        for doubt in answer.doubts:
            self.doubts[doubt] += times
        self.found.extend(answer.found)

    def not_judged(self) -> list[NotJudged]:
        """Every rule with every reason; never empty, since some rules are not part of this version."""
        rows = [NotJudged(rule, count, reason) for (rule, reason), count in sorted(self.doubts.items())]
        if not self.messages:
            rows += [NotJudged(rule.name, 0, NO_MESSAGES) for rule in RULES]
        return rows + [NotJudged(rule.name, self.transactions, rule.reason) for rule in LATER]

    def by_day(self, tables: Tables) -> list[DayCount]:
        """Counts per day and verdict, in that order, days that are not known first."""
        rows = []
        for (day, number), messages in self.days.items():
            verdict, code = tables.verdicts.values[number]
            rows.append(DayCount(None if day is None else day_text(day), verdict, code, messages))
        return sorted(rows, key=lambda row: (row.day or "", row.verdict_code or "", row.verdict or ""))


def judge(ledger: Ledger) -> Judgement:
    """Weigh every family of every device."""
    judgement = Judgement()
    _count_shared(ledger, judgement)
    for device in ledger.devices:
        for key, packed in device.families.items():
            judgement.count(judge_family(weigh(device, key, unpack(packed), ledger.tables), ledger.tables))
        _count_loose(device, judgement)
    judgement.found.sort(key=_order)
    return judgement


def judge_family(truth: Truth, tables: Tables) -> FamilyAnswer:
    """Put one family through every rule. ``tables`` only name its children where something is found."""
    days = _days(truth)
    if not truth.is_message:
        return FamilyAnswer(False, False, (), (), (), days)
    judged: list[str] = []
    doubts: list[tuple[str, str]] = []
    hits: list[Hit] = []
    for rule in RULES:
        if lacking := rule.lacks(truth):
            doubts.append((rule.name, lacking))
            continue
        judged.append(rule.name)
        doubts += [(rule.name, doubt.reason) for doubt in rule.doubts if doubt.holds(truth)]
        hits += rule.find(truth)
    found = _found(truth, hits, tables) if hits else ()
    return FamilyAnswer(True, truth.unfinished, tuple(judged), tuple(doubts), found, days)


def _found(truth: Truth, hits: list[Hit], tables: Tables) -> tuple[Found, ...]:
    """Hits with the suffixes in their family (of very many the first), and its first time."""
    children = {child for record in truth.records if (child := tables.children.values[record.child])}
    first = min((record.dated for record in truth.records if record.dated is not None), default=None)
    shown = tuple(sorted(children)[:MOST_CITED])
    return tuple(Found(hit, truth.device.name, truth.key, shown, first) for hit in hits)


def _days(truth: Truth) -> tuple[tuple[int | None, int], ...]:
    """A message counts once per day and verdict, however many history lines its recipients have."""
    return tuple({(_day(record.dated), record.verdict) for record in truth.records if record.kind == _HISTORY})


def _count_loose(device: Device, judgement: Judgement) -> None:
    """Lines that name no session: history among them counts for its day, and none of them can be judged."""
    for seen in device.loose.values():
        if seen:
            judgement.days[_day(seen[0]), seen[1]] += 1
    if device.loose:
        judgement.doubts.update({(rule.name, NO_SESSION): len(device.loose) for rule in RULES})


def _day(stamp: int | None) -> int | None:
    """The stamp of the day's beginning, so that equal days are equal."""
    return None if stamp is None else stamp - stamp % 86_400_000


def _count_shared(ledger: Ledger, judgement: Judgement) -> None:
    """Ids that stand in two files whose devices cannot be told equal or different (those without a name stand last)."""
    devices = ledger.devices
    if len(devices) < 2 or all(device.name is not None for device in devices):
        return
    seen: set[str] = set()
    shared: set[str] = set()
    for device in devices:
        if device.name is None:
            shared.update(seen.intersection(device.families))
        seen.update(device.families)
    if shared:
        judgement.doubts.update({(rule.name, SHARED): len(shared) for rule in RULES})


def _order(found: Found) -> tuple[object, ...]:
    """Worst first, then by time, device, transaction and recipient: never by the order of lines."""
    worst = -SEVERITIES.index(found.hit.severity)
    stamp = found.stamp if found.stamp is not None else -1
    return worst, stamp, found.device or "", found.transaction, found.hit.recipient, found.hit.rule
