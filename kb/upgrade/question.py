"""The question: from where, over which hops, to where."""

from dataclasses import dataclass
from enum import StrEnum

from kb.versions.version import Span


class Direction(StrEnum):
    """Which way a move goes."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Point:
    """A version of the question. ``span`` holds it with its builds; ``known`` is whether the catalogue has it."""

    text: str
    span: Span
    train: Span
    known: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A move. ``points`` are its stations in order."""

    start: Point
    target: Point
    hops: tuple[Point, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """From, hops, to."""
        return (self.start, *self.hops, self.target)

    @property
    def direction(self) -> Direction:
        """Which way the whole move goes."""
        return direction(self.start, self.target)

    def misplaced_hop(self) -> Point | None:
        """The first hop that is out of order, or outside from and to; repeats and the ends are allowed."""
        down = self.direction is Direction.DOWNGRADE
        before = self.start
        for hop in self.hops:
            one, other = (hop, before) if down else (before, hop)
            near, far = (self.target, hop) if down else (hop, self.target)
            if one.span.lo > other.span.lo or near.span.lo > far.span.lo:
                return hop
            before = hop
        return None


def direction(start: Point, target: Point) -> Direction:
    """Which way a step goes; a version stands where its first build stands."""
    if start.span == target.span:
        return Direction.NONE
    return Direction.UPGRADE if start.span.lo <= target.span.lo else Direction.DOWNGRADE
