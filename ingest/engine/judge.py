"""Every family through every rule: findings, counts, and what could not be judged and why."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.event import Kind
from ingest.engine.findings import DATES, RULES, WHOLE_RULES, accepted_and_lost
from ingest.engine.findings.coverage import Context, Remembered
from ingest.engine.findings.hit import SEVERITIES, Hit
from ingest.engine.findings.orders import orders_of
from ingest.engine.findings.whole import DeviceKey, Example, Order, Seen, Totals
from ingest.engine.records import Record, Tables, unpack
from ingest.engine.times import DAY_MS, day_text
from ingest.engine.transactions import Device, Ledger
from ingest.engine.truth import MOST_CITED, Truth, weigh

_HISTORY: Final = int(Kind.HISTORY)
_COUNTED: Final = frozenset({_HISTORY, int(Kind.SPAM)})
NO_MESSAGES: Final = "the log speaks of no message"
NAMELESS: Final = "no line names a recipient of them or says what became of them, and they count as no message"
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
    """What the rules say about one family: a function of its records and of the context, and of nothing else.

    ``judged`` names the rules that could judge it, ``doubts`` are (rule, reason). For rules about the whole log:
    ``seen`` are the days and verdicts that its history lines count for, ``orders`` the pairs of scanners of which one
    came first, each with the lines that say so; ``unordered`` is why there is no order where there could be one, and
    ``firmware`` what wrote its lines on which day. Families of one shape have equal answers but for ``transaction`` and
    the lines: to a shape belong the device, the days, the firmware, the order of the spam lines' times (and whether
    those are whole seconds), and what `Context.lacks` says of the last time. One with ``found`` is counted once only,
    since what was found is about that family.
    """

    device: DeviceKey
    transaction: str
    is_message: bool
    unfinished: bool
    judged: tuple[str, ...]
    doubts: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    seen: tuple[tuple[Seen, Record], ...]
    orders: tuple[tuple[Order, tuple[Record, Record]], ...]
    unordered: str | None
    firmware: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Judgement:
    """The answer over all families."""

    transactions: int = 0
    messages: int = 0
    unfinished: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    doubts: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: Totals = field(default_factory=Totals)
    loose: Counter[tuple[int | None, int]] = field(default_factory=Counter)

    def count(self, answer: FamilyAnswer, times: int = 1, *, keep: bool = True) -> None:
        """Add the answer about a family, or about so many families of the same shape (of which it is the earliest).

        Without ``keep`` the caller keeps the lines that make the counts.
        """
        if answer.found and times != 1:
            raise ValueError("what was found is about one family: it cannot be counted several times")
        self.transactions += times
        totals = self.totals
        for seen, record in answer.seen:
            totals.verdicts[seen] += times
            if keep:
                totals.keep(seen, Example(record.stamp, answer.transaction, (record,)))
        if answer.orders:
            totals.ordered[answer.device] += times
        for order, records in answer.orders:
            totals.orders[order] += times
            if keep:
                totals.keep(order, Example(records[0].stamp, answer.transaction, records))
        if answer.unordered:
            totals.unordered[answer.device, answer.unordered] += times
        if answer.firmware:
            totals.firmware.setdefault(answer.device, set()).update(answer.firmware)
        for doubt in answer.doubts:
            self.doubts[doubt] += times
        if not answer.is_message:
            return
        self.messages += times
        self.unfinished += answer.unfinished * times
        for rule in answer.judged:
            self.judged[rule] += times
        self.found.extend(answer.found)

    def conclude(self, tables: Tables, baseline: Totals | None = None) -> None:
        """Ask the rules about the whole log, once all families are counted, and put what was found in order."""
        for rule in WHOLE_RULES:
            answer = rule.find(self.totals, baseline, tables)
            self.found.extend(Found(hit.hit, hit.device, "", (), hit.stamp) for hit in answer.found)
            for reason, count in answer.doubts.items():
                if concerned := count or self.messages:  # 0 is a reason for all of them
                    self.doubts[rule.name, reason] += concerned
            if answer.judged:
                self.judged[rule.name] += answer.judged
        self.found.sort(key=_order)

    def not_judged(self) -> list[NotJudged]:
        """Every rule with every reason that it had."""
        rows = [NotJudged(rule, count, reason) for (rule, reason), count in sorted(self.doubts.items())]
        if not self.messages:
            rows += [NotJudged(name, 0, NO_MESSAGES) for name in DATES]
        return rows

    def by_day(self, tables: Tables) -> list[DayCount]:
        """Counts per day and verdict, in that order, days that are not known first."""
        counts = Counter(self.loose)
        for seen, messages in self.totals.verdicts.items():
            counts[seen.day, seen.verdict] += messages
        rows = []
        for (day, number), messages in counts.items():
            verdict, code = tables.verdicts.values[number]
            rows.append(DayCount(None if day is None else day_text(day * DAY_MS), verdict, code, messages))
        return sorted(rows, key=lambda row: (row.day or "", row.verdict_code or "", row.verdict or ""))


def judge(ledger: Ledger, context: Context | None = None, baseline: Totals | None = None) -> Judgement:
    """Weigh every family of every device; ``baseline`` are the totals of another log, to hold this one against."""
    context = context or Context(Remembered())
    judgement, tables = Judgement(), ledger.tables
    _count_shared(ledger, judgement)
    for device in ledger.devices:
        for key, packed in device.families.items():
            judgement.count(judge_family(weigh(device, key, unpack(packed), tables), tables, context))
        count_loose(device, judgement)
    judgement.conclude(tables, baseline)
    return judgement


def judge_family(truth: Truth, tables: Tables, context: Context) -> FamilyAnswer:
    """Put one family through every rule. ``tables`` only name its children where something is found."""
    judged: list[str] = []
    doubts: list[tuple[str, str]] = []
    hits: list[Hit] = []
    if truth.is_message:
        for rule in RULES:
            if lacking := rule.lacks(truth, context):
                doubts.append((rule.name, lacking))
                continue
            judged.append(rule.name)
            doubts += [(rule.name, doubt.reason) for doubt in rule.doubts if doubt.holds(truth)]
            hits += rule.find(truth)
    elif truth.is_nameless:
        doubts.append((accepted_and_lost.NAME, NAMELESS))
    device = truth.device.name, truth.device.source
    orders, unordered = orders_of(truth, context)
    return FamilyAnswer(
        device=device,
        transaction=truth.key,
        is_message=truth.is_message,
        unfinished=truth.unfinished and not (truth.begun and context.lacks(truth.device, truth.last) is None),
        judged=tuple(judged),
        doubts=tuple(doubts),
        found=_found(truth, hits, tables) if hits else (),
        seen=_seen(truth, device),
        orders=orders,
        unordered=unordered,
        firmware=_firmware(truth, context) if context.firmware else (),
    )


def _found(truth: Truth, hits: list[Hit], tables: Tables) -> tuple[Found, ...]:
    """Hits with the suffixes in their family (of very many the first), and its first time."""
    children = {child for record in truth.records if (child := tables.children.values[record.child])}
    first = min((record.dated for record in truth.records if record.dated is not None), default=None)
    shown = tuple(sorted(children)[:MOST_CITED])
    return tuple(Found(hit, truth.device.name, truth.key, shown, first) for hit in hits)


def _seen(truth: Truth, device: DeviceKey) -> tuple[tuple[Seen, Record], ...]:
    """A message counts once per day and verdict, however many history lines its recipients have."""
    seen: dict[Seen, Record] = {}
    for record in truth.records:
        if record.kind == _HISTORY:
            one = Seen(device, _day(record.dated), record.verdict)
            known = seen.get(one)
            if known is None or (record.stamp, record.place, record.line) < (known.stamp, known.place, known.line):
                seen[one] = record
    return tuple(seen.items())


def _firmware(truth: Truth, context: Context) -> tuple[tuple[int, str], ...]:
    """What wrote the lines that count for days, where somebody said."""
    return tuple(
        {
            (record.stamp // DAY_MS, firmware)
            for record in truth.records
            if record.kind in _COUNTED and record.dated is not None
            if (firmware := context.firmware_at(record.place)) is not None
        }
    )


def count_loose(device: Device, judgement: Judgement) -> None:
    """Lines that name no session: history among them counts for its day, and none of them can be judged."""
    for seen in device.loose.values():
        if seen:
            judgement.loose[_day(seen[0]), seen[1]] += 1
    if device.loose:
        judgement.doubts.update({(name, NO_SESSION): len(device.loose) for name in DATES})


def _day(stamp: int | None) -> int | None:
    return None if stamp is None else stamp // DAY_MS


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
    """Worst first, then by time, device, transaction and recipient; where two have no device, by their place."""
    worst = -SEVERITIES.index(found.hit.severity)
    stamp = found.stamp if found.stamp is not None else -1
    place = min(((record.place, record.line) for record, _ in found.hit.cites), default=(0, 0))
    return worst, stamp, found.device or "", found.transaction, found.hit.recipient, found.hit.rule, place
