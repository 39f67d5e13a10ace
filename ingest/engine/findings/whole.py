"""What rules about a whole log see: counts that families add up to, and for each count the first lines that make it."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from ingest.engine.findings.hit import Hit
from ingest.engine.records import Record, Tables

DeviceKey = tuple[str | None, int | None]  # name, and the source of a device without one
NAMELESS: Final = (
    "several files name no device, so which days belong to one unit is not known: name the device of each file"
)


MOST_EXAMPLES: Final = 100_000  # a hostile log has as many days and verdicts as lines
UNPROVEN: Final = "the log has more days and verdicts than lines are kept of, so no line would prove a change"


class Seen(NamedTuple):
    """A message with a verdict on a day (from 1970; None without date). ``verdict`` is its number in `Tables`."""

    device: DeviceKey
    day: int | None
    verdict: int


class Order(NamedTuple):
    """A message in which one scanner's verdict came before another's (numbers of `scanners`)."""

    device: DeviceKey
    day: int
    firmware: str | None
    first: int
    second: int


class Example(NamedTuple):
    """Lines that make a count, of the earliest family: ``stamp`` and ``transaction`` say which."""

    stamp: int
    transaction: str
    records: tuple[Record, ...]


_C = TypeVar("_C", Seen, Order)


@dataclass(slots=True)
class Totals:
    """``orders`` count each pair of a message's verdicts, ``ordered`` the message once.

    ``unordered`` are messages by device with verdicts in no known order, by reason; ``firmware`` by device is what
    wrote the lines of which day, where somebody said.
    """

    verdicts: Counter[Seen] = field(default_factory=Counter)
    orders: Counter[Order] = field(default_factory=Counter)
    ordered: Counter[DeviceKey] = field(default_factory=Counter)
    unordered: Counter[tuple[DeviceKey, str]] = field(default_factory=Counter)
    firmware: dict[DeviceKey, set[tuple[int, str]]] = field(default_factory=dict)
    examples: dict[Seen | Order, Example] = field(default_factory=dict)

    def keep(self, count: Seen | Order, example: Example) -> None:
        """Keep the earlier of two examples; who counts a family several times over gives the earliest of them."""
        known = self.examples.get(count)
        if known is None:
            if len(self.examples) < MOST_EXAMPLES:
                self.examples[count] = example
        elif example[:2] < known[:2]:
            self.examples[count] = example

    def move(self, places: int) -> None:
        """Count the places of the lines from another number on."""
        for count, example in self.examples.items():
            moved = tuple(record._replace(place=record.place + places) for record in example.records)
            self.examples[count] = example._replace(records=moved)

    def upgrades(self, device: DeviceKey) -> Iterator[tuple[int, str, str]]:
        """The days on which lines of another firmware begin, with the firmware before and after."""
        for (_, before), (day, after) in itertools.pairwise(self.runs(device)):
            yield day, before, after

    def runs(self, device: DeviceKey) -> list[tuple[int, str]]:
        """The firmwares of a device in the order of their days; one that comes back stands there again."""
        runs: list[tuple[int, str]] = []
        by_day: dict[int, set[str]] = {}
        for day, firmware in self.firmware.get(device, ()):
            by_day.setdefault(day, set()).add(firmware)
        for day in sorted(by_day):
            now = runs[-1][1] if runs else None
            for firmware in sorted(by_day[day], key=lambda one: (one != now, one)):
                if not runs or firmware != runs[-1][1]:
                    runs.append((day, firmware))
        return runs


def by_device(counts: Mapping[_C, int]) -> dict[DeviceKey, dict[_C, int]]:
    """Counts apart for each device, in the order of their names, those without one last."""
    apart: dict[DeviceKey, dict[_C, int]] = {}
    for one, count in counts.items():
        apart.setdefault(one.device, {})[one] = count
    return {key: apart[key] for key in sorted(apart, key=lambda key: (key[0] is None, key[0] or "", key[1] or 0))}


class WholeHit(NamedTuple):
    """What a rule found in the lines of a device; ``stamp`` is the time of the first line after the change."""

    device: str | None
    hit: Hit
    stamp: int | None


@dataclass(slots=True)
class WholeAnswer:
    """``judged`` are the messages that the answer rests on, ``doubts`` what could not be judged, with the reason.

    A doubt about 0 messages is one about all messages of the log.
    """

    found: list[WholeHit] = field(default_factory=list)
    judged: int = 0
    doubts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class WholeRule:
    """A rule about a whole log, in the form that it has had since ``date``.

    It gives one hit a device at most, since such a finding has no transaction that would tell two of them apart.
    """

    name: str
    date: str
    find: Callable[[Totals, Totals | None, Tables], WholeAnswer]
