"""Read two logs, count their messages by what became of them, and test each difference."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.comparison.outcomes import Cell, cells_of
from ingest.engine.event import Event, Kind
from ingest.engine.findings.statistics import distance, holm, two_by_two
from ingest.engine.findings.whole import DeviceKey
from ingest.engine.intake import Intake, size_of
from ingest.engine.records import Record, unpack
from ingest.engine.result import FileReport, OnProgress, Options, part_of
from ingest.engine.source import Source
from ingest.engine.times import DAY_MS, day_number
from ingest.engine.transactions import Device, Ledger
from ingest.engine.truth import weigh

WAYS: Final = ("outcome", "classifier", "policy")
MIN_MESSAGES: Final = 20
MOST_CHANCE: Final = 0.01
POLICY: Final = "polid"
Policies = dict[tuple[DeviceKey, str], dict[tuple[str, ...], str]]


class PolicyLedger(Ledger):
    """A ledger that also notes by which policy each history line was handled."""

    def __init__(self) -> None:
        super().__init__()
        self.policies: Policies = {}

    def add(self, event: Event, device: Device, place: int, line: int, offset: int) -> None:
        """Take in one event, and its policy."""
        super().add(event, device, place, line, offset)
        if event.kind is Kind.HISTORY and event.key is not None and POLICY in event.keys:
            policy = event.values[event.keys.index(POLICY)]
            family = self.policies.setdefault(((device.name, device.source), event.key), {})
            known = family.get(event.recipients)
            family[event.recipients] = policy if known is None else min(known, policy)  # in whatever order they stand


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a log, both included, as ``YYYY-MM-DD`` on its own clock; None is open. They decide what is counted.

    Raises `ValueError` for what is no day, and where the last lies before the first.
    """

    first: str | None = None
    last: str | None = None

    def __post_init__(self) -> None:
        for day in (self.first, self.last):
            if day is not None and day_number(day) is None:
                raise ValueError(f"“{day}” is no day: write it like 2022-06-08")
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the days end ({self.last}) before they begin ({self.first})")

    def hold(self, day: int) -> bool:
        """Whether a day, in days from 1970, is one of them."""
        first, last = (day_number(one) if one else None for one in (self.first, self.last))
        return (first is None or first <= day) and (last is None or day <= last)


@dataclass(slots=True)
class Side:
    """One of the two logs. A message is counted once under each of its cells.

    With ``days`` only messages that began on them are counted; ``elsewhere`` are those of other days, ``undated`` those
    of which nobody knows the day. ``loose`` are lines that name no transaction.
    """

    files: tuple[FileReport, ...]
    days: Days | None = None
    elsewhere: int = 0
    undated: int = 0
    loose: int = 0
    transactions: int = 0
    messages: int = 0
    unfinished: int = 0
    cells: Counter[Cell] = field(default_factory=Counter)

    @property
    def read_lines(self) -> int:
        """Lines that were read."""
        return sum(file.lines - file.blank_lines - file.unread_lines for file in self.files)

    @property
    def complete(self) -> bool:
        """Whether every line was read."""
        return all(file.complete and not file.unread_lines for file in self.files)


@dataclass(frozen=True, slots=True)
class Row:
    """A cell on both sides. ``chance`` is corrected (Holm) for the number of rows; None where nothing was tested."""

    cell: Cell
    before: int
    after: int
    share_before: float
    share_after: float
    chance: float | None

    @property
    def difference(self) -> float:
        """How the share moved, -1 to 1."""
        return self.share_after - self.share_before

    @property
    def significant(self) -> bool:
        """Whether chance hardly explains it."""
        return self.chance is not None and self.chance <= MOST_CHANCE


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole answer; ``rows`` by the size of the difference. ``not_compared`` says what was not, and why."""

    before: Side
    after: Side
    by: tuple[str, ...]
    rows: tuple[Row, ...]
    distance: float | None
    not_compared: tuple[str, ...]


def compare(
    before: Sequence[Source],
    after: Sequence[Source],
    *,
    by: Iterable[str] = WAYS,
    days: tuple[Days | None, Days | None] = (None, None),
    options: Options | None = None,
    on_progress: OnProgress | None = None,
) -> Comparison:
    """Compare two logs, each of one or more files. Raises `ValueError` for an unknown format, zone or way to count."""
    chosen = tuple(way for way in WAYS if way in set(by))
    if not chosen or set(by) - set(WAYS):
        raise ValueError(f"messages are counted by {', '.join(WAYS)}")
    sizes = [sum(map(size_of, sources)) for sources in (before, after)]
    half = sizes[0] / (sum(sizes) or 1)
    told = part_of(on_progress, 0.0, half), part_of(on_progress, half, 1.0)
    options = options or Options()
    return _compared(
        _read(before, chosen, days[0], options, told[0]), _read(after, chosen, days[1], options, told[1]), chosen
    )


def _read(
    sources: Sequence[Source], by: tuple[str, ...], days: Days | None, options: Options, on_progress: OnProgress | None
) -> Side:
    ledger = PolicyLedger()
    intake = Intake(options, on_progress)
    intake.ledger = ledger
    intake.read(list(sources))
    side = Side(tuple(intake.reports), days)
    for device in ledger.devices:
        side.loose += len(device.loose)
        for key, packed in device.families.items():
            truth = weigh(device, key, unpack(packed), ledger.tables)
            if days and not _is_on(days, truth.records, side, is_message=truth.is_message):
                continue
            side.transactions += 1
            if truth.is_message:
                side.messages += 1
                side.unfinished += truth.unfinished
                policies = ledger.policies.get(((device.name, device.source), key), {})
                side.cells.update({_asked(cell, by) for cell in cells_of(truth, ledger.tables, policies)})
    return side


def _is_on(days: Days, records: Sequence[Record], side: Side, *, is_message: bool) -> bool:
    """Whether a family began on the days; of a message that did not the side keeps count."""
    stamps = [record.dated for record in records if record.dated is not None]
    if stamps and days.hold(min(stamps) // DAY_MS):
        return True
    side.elsewhere += is_message and bool(stamps)
    side.undated += is_message and not stamps
    return False


def _asked(cell: Cell, by: tuple[str, ...]) -> Cell:
    """A cell without what it is not to be counted by."""
    outcome, classifier, policy = (way in by for way in WAYS)
    return Cell(
        cell.told if outcome else None,
        cell.done if outcome else None,
        cell.verdict if classifier else None,
        cell.verdict_code if classifier else None,
        cell.policy if policy else None,
    )


def _compared(before: Side, after: Side, by: tuple[str, ...]) -> Comparison:
    why = list(_limits(before, after))
    tested = min(before.messages, after.messages) >= MIN_MESSAGES
    cells = sorted({*before.cells, *after.cells}, key=_order)
    chances: list[float | None] = [None] * len(cells)
    if tested:
        chances = list(holm([_chance(before, after, cell) for cell in cells]))
    rows = [
        Row(
            cell,
            before.cells[cell],
            after.cells[cell],
            before.cells[cell] / (before.messages or 1),
            after.cells[cell] / (after.messages or 1),
            chance,
        )
        for cell, chance in zip(cells, chances, strict=True)
    ]
    rows.sort(key=lambda row: -round(abs(row.difference), 9))  # equal ones stay in the order of their cells
    far = distance(before.cells, after.cells) if tested else None
    return Comparison(before, after, by, tuple(rows), far, tuple(why))


def _chance(before: Side, after: Side, cell: Cell) -> float:
    """Messages with a cell and without it, before and after: a table of two by two."""
    mine, theirs = before.cells[cell], after.cells[cell]
    return two_by_two(mine, before.messages - mine, theirs, after.messages - theirs)


def _limits(before: Side, after: Side) -> Iterable[str]:
    for name, side in (("before", before), ("after", after)):
        if side.messages < MIN_MESSAGES:
            yield (
                f"the log {name} has {side.messages} messages, and it takes at least {MIN_MESSAGES} on each side:"
                " nothing was tested"
            )
        if side.undated:
            yield f"of the log {name} {side.undated} messages have no date: they are on none of its days, not counted"
        if side.loose:
            yield f"of the log {name} {side.loose} lines name no transaction: messages in them are not counted"
        if not side.complete:
            yield f"of the log {name} some lines could not be read, or the reading ended early: they are not counted"
        if side.unfinished:
            yield (
                f"of the log {name} {side.unfinished} messages are unfinished: what became of them may stand in lines"
                " that it does not have"
            )


def _order(cell: Cell) -> tuple[str, ...]:
    return tuple(word or "" for word in cell)
