"""Upgrade notices: a three-valued predicate over one step of a move."""

from dataclasses import dataclass

from kb.upgrade.question import Direction, Point, direction
from kb.versions.version import Span


@dataclass(frozen=True, slots=True)
class Move:
    """Which steps a notice is about; None is any. ``start`` and ``target`` are spans of keys."""

    direction: Direction | None = None
    start: Span | None = None
    target: Span | None = None


def applies(move: Move, start: Point, target: Point) -> bool | None:
    """Whether a notice is about a step; None where a version stands for builds on both sides of a border."""
    step = direction(start, target)
    if step is Direction.NONE:
        return False
    answers = (
        move.direction is None or move.direction is step,
        _within(move.start, start.span),
        _within(move.target, target.span),
    )
    if False in answers:
        return False
    return None if None in answers else True


def _within(wanted: Span | None, span: Span) -> bool | None:
    if wanted is None or (wanted.lo <= span.lo and span.hi <= wanted.hi):
        return True
    return None if wanted.lo < span.hi and span.lo < wanted.hi else False
