"""Which sources were read for the versions of a question, and whether that is enough to call an answer complete."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kb.upgrade.question import Point
from kb.versions.ranges import Multirange, covers


@dataclass(frozen=True, slots=True)
class Read:
    """A source as coverage sees it. ``spans`` are the versions and trains it names."""

    id: int
    vendor: bool
    retrieved: dt.date | None
    spans: Multirange


@dataclass(frozen=True, slots=True)
class Coverage:
    """``sources`` are those that name a version of the question; ``unknown_versions`` are outside the catalogue."""

    complete: bool
    sources: tuple[int, ...]
    unknown_versions: tuple[str, ...]


def judge_coverage(
    sources: Sequence[Read], points: Sequence[tuple[Point, dt.date | None]], today: dt.date, days: int
) -> Coverage:
    """``points`` are the versions with the day of their release; one whose day is not known is not covered."""
    naming = [source for source in sources if any(covers(source.spans, point.span) for point, _ in points)]
    return Coverage(
        complete=all(any(_covers(source, one, released, today, days) for source in naming) for one, released in points),
        sources=tuple(source.id for source in naming),
        unknown_versions=tuple(dict.fromkeys(point.text for point, _ in points if not point.known)),
    )


def _covers(source: Read, point: Point, released: dt.date | None, today: dt.date, days: int) -> bool:
    """A vendor's source that names the version, read after its release and not too long ago."""
    if not source.vendor or source.retrieved is None or released is None or not point.known:
        return False
    fresh = dt.timedelta() <= today - source.retrieved <= dt.timedelta(days=days)
    return fresh and released < source.retrieved and covers(source.spans, point.span)
