"""The fewest lines that prove what findings say."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

# What a rule's point needs, by what a cited line says. A rule that is not listed (a detector, a rule about a whole log)
# needs all lines that it cites: which of them could be left out, nobody has said.
NEEDS: Final[dict[str, dict[str, int]]] = {
    "rejected-and-delivered": {"rejected": 1, "delivered": 1},
    "delivered-twice": {"delivered": 2},
}
# The names of the product's own rules, and what a line says to them: of a detector, both are what somebody here wrote.
RULES: Final = frozenset(
    {"rejected-and-delivered", "delivered-twice", "accepted-and-lost", "verdict-order-changed", "verdict-drift"}
)
RULE_WORDS: Final = frozenset(
    {"matched", "rejected", "delivered", "verdict", "virus", "notification", "accepted", "tried", "before", "after"}
)
_RECEIPT: Final = re.compile(r"stat=.*", re.DOTALL)
Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class CitedLine:
    """A line that a finding cites. `log` names the piece of evidence, `file` the member of an archive in it."""

    log: str
    file: str
    line: int
    offset: int
    says: str
    text: str
    transaction: str
    truncated: bool

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.log, self.file, self.line


@dataclass(frozen=True, slots=True)
class Point:
    """A finding, as far as a pack needs it. `happened_at` is a text, as it is to stand there."""

    rule: str
    severity: str
    transaction: str
    recipient: str
    happened_at: str
    lines: tuple[CitedLine, ...]


def proving(points: Sequence[Point], *, background: bool = False) -> list[tuple[CitedLine, ...]]:
    """Return for each point the lines that prove it, in the order of their logs.

    A line that several points can share is taken before one that serves a single point. With `background`, all cited
    lines: also those that tell why.
    """
    shared = Counter(place for point in points for place in {line.place for line in point.lines})
    return [tuple(_once(point.lines if background else _needed(point, shared))) for point in points]


def _once(lines: Iterable[CitedLine]) -> list[CitedLine]:
    """Return lines by their place, each once."""
    return sorted({line.place: line for line in lines}.values(), key=lambda line: line.place)


def _needed(point: Point, shared: Counter[Place]) -> Iterable[CitedLine]:
    needs = NEEDS.get(point.rule)
    if needs is None:
        return point.lines
    chosen: list[CitedLine] = []
    for says, number in needs.items():
        fitting = [line for line in _once(point.lines) if line.says == says]
        fitting.sort(key=lambda line: (-shared[line.place], line.truncated))
        apart = _apart(fitting, number)
        if len(apart) < number:
            return point.lines  # it was decided by lines of another kind: all of them, rather than too few
        chosen += apart
    return chosen


def _apart(lines: Sequence[CitedLine], number: int) -> list[CitedLine]:
    """Return so many lines that tell of different things: the same receipt twice is one delivery."""
    chosen: dict[tuple[str, str], CitedLine] = {}
    for line in lines:
        receipt = _RECEIPT.search(line.text)
        key = (line.transaction if number > 1 else "", receipt[0] if receipt and number > 1 else "")
        if len(chosen) < number:
            chosen.setdefault(key, line)
    return list(chosen.values())
