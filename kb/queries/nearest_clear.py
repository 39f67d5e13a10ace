"""Which release near the target has no known issue on the way to it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.principal import Principal
from kb.conditions.facts import Facts
from kb.models import Release
from kb.queries.catalogue import free_places
from kb.queries.upgrade_check import Asked, ask_of, is_clear, is_past
from kb.upgrade.coverage import judge_coverage
from kb.upgrade.path import PathAnswer, judge_path
from kb.upgrade.question import Direction, Question

MOST_TRIED = 5  # releases that are judged in full


@dataclass(frozen=True, slots=True)
class NearestClear:
    """The nearest release with no known issue on the way to it."""

    release: Release
    hops: tuple[str, ...]
    days_since_release: int


def nearest_clear(principal: Principal, asked: Asked, facts: Facts) -> NearestClear | None:
    """Return the clear release nearest to "to" in the direction of the move; None where none of the nearest is.

    Looked at are the releases that no issue may affect; the nearest of these are judged, over the hops that the path
    needs.
    """
    start = asked.question.start.text
    for place, path in _reachable(asked)[:MOST_TRIED]:
        release = asked.catalogue.releases[place]
        hops = tuple(station.text for station in path.required)
        move = ask_of(asked.catalogue, [("from", start), *(("hops", hop) for hop in hops), ("to", release.version)])
        if release.released and is_clear(principal, move, facts):
            return NearestClear(release, hops, (timezone.localdate() - release.released).days)
    return None


def _reachable(asked: Asked) -> list[tuple[int, PathAnswer]]:
    """Return the places of the releases in the direction of the move that may be clear, the nearest to "to" first."""
    question, today = asked.question, timezone.localdate()
    if question.direction is Direction.NONE:
        return []
    catalogue = asked.catalogue
    below = sum(point.span.lo < question.target.span.lo for point in catalogue.points)
    found = []
    for place in sorted(free_places(catalogue), key=lambda place: abs(place - below)):
        release, point = catalogue.releases[place], catalogue.points[place]
        move = Question(question.start, point)
        path = judge_path(catalogue.path, move)
        fresh = judge_coverage(catalogue.reads, [(point, release.released)], today, settings.SOURCE_DAYS)
        offered = not release.pre and not is_past(release.end_of_support, today)
        reachable = path.supported is True or path.required
        if move.direction is question.direction and reachable and fresh.complete and offered:
            found.append((place, path))
    return found
