"""The supported way from one version to another, by the stations that the vendor names."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.upgrade.question import Direction, Point, Question


@dataclass(frozen=True, slots=True)
class UpgradePath:
    """``stations`` in order; a station may be one of several. ``needed`` False: every move is supported."""

    stations: tuple[tuple[Point, ...], ...] = ()
    needed: bool = True
    downgrades: bool = False


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """``supported`` None is "not known". ``required`` are the stations strictly between from and to."""

    supported: bool | None
    required: tuple[Point, ...] = ()


def judge_path(path: UpgradePath, question: Question) -> PathAnswer:
    """Whether the move goes over all stations that it needs."""
    direction = question.direction
    if not path.needed or direction is Direction.NONE:
        return PathAnswer(supported=True)
    if direction is Direction.DOWNGRADE:
        return PathAnswer(supported=path.downgrades)
    if not path.stations or not all(_on_path(path, point) for point in question.points):
        return PathAnswer(supported=None)
    required = tuple(_chosen(group, question) for group in _between(path, question.start, question.target))
    missing = [one for one in required if not any(one.span == hop.span for hop in question.hops)]
    return PathAnswer(supported=not missing, required=required)


def _on_path(path: UpgradePath, point: Point) -> bool:
    """Whether a version lies on a train of the path, and not beyond its last station."""
    trains = {station.train for group in path.stations for station in group}
    last = max(station.span.hi for station in path.stations[-1])
    return point.train in trains and point.span.hi <= last


def _between(path: UpgradePath, start: Point, target: Point) -> Sequence[Sequence[Point]]:
    """For each station strictly between two versions, those of its alternatives that lie between them."""
    found = []
    for group in path.stations:
        if any(station.span.lo < start.span.hi or _meets(station, target) for station in group):
            continue
        if inside := [station for station in group if station.span.hi <= target.span.lo]:
            found.append(inside)
    return found


def _meets(station: Point, point: Point) -> bool:
    return station.span.lo < point.span.hi and point.span.lo < station.span.hi


def _chosen(group: Sequence[Point], question: Question) -> Point:
    """Of alternatives the one that the question goes over, else the first."""
    hops = [hop.span for hop in question.hops]
    return next((station for station in group if station.span in hops), group[0])
