"""Which release near the target has no known issue on the way to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.principal import Principal
from kb.conditions.facts import Facts
from kb.models import Release
from kb.queries.candidates import free_releases
from kb.queries.upgrade_check import Asked, Report, ask, is_past, path_of, reads_of, upgrade_check
from kb.queries.versions import scheme_of
from kb.upgrade.coverage import judge_coverage
from kb.upgrade.path import PathAnswer, judge_path
from kb.upgrade.place import point_of
from kb.upgrade.question import Direction, Point, Question

MOST_TRIED = 5  # releases that are judged in full


@dataclass(frozen=True, slots=True)
class NearestClear:
    """The nearest release with no known issue on the way to it."""

    release: Release
    hops: tuple[str, ...]
    days_since_release: int


def nearest_clear(principal: Principal, report: Report, facts: Facts) -> NearestClear | None:
    """Return the clear release nearest to "to" in the direction of the move; None where none of the nearest is.

    One statement leaves the releases that no issue may affect; the nearest of these are judged in full, over the hops
    that the path needs.
    """
    asked, question = report.asked, report.asked.question
    if question.direction is Direction.NONE:
        return None
    found = _reachable(asked, list(asked.product.releases.order_by("key")))
    free = free_releases(asked.product, [point for _, point, _ in found])
    for place in free[:MOST_TRIED]:
        release, point, path = found[place]
        hops = tuple(station.text for station in path.required)
        answer = upgrade_check(principal, ask(asked.product, question.start.text, point.text, hops), facts)
        if answer.summary.clear and release.released:
            return NearestClear(release, hops, (timezone.localdate() - release.released).days)
    return None


def _reachable(asked: Asked, releases: Sequence[Release]) -> list[tuple[Release, Point, PathAnswer]]:
    """Return the releases in the direction of the move that may be clear, the nearest to "to" first."""
    question, today = asked.question, timezone.localdate()
    scheme, path = scheme_of(asked.product), path_of(asked.product)
    reads = reads_of(asked.product, list(asked.product.sources.exclude(covers=[])))
    places = [point_of(scheme, release.version, known=True) for release in releases]
    below = sum(point.span.lo < question.target.span.lo for point in places)
    found = []
    for place, (release, point) in enumerate(zip(releases, places, strict=True)):
        move = Question(question.start, point)
        answer = judge_path(path, move)
        fresh = judge_coverage(reads, [(point, release.released)], today, settings.SOURCE_DAYS)
        reachable = answer.supported is True or answer.required
        offered = not release.pre and not is_past(release.end_of_support, today)
        if move.direction is question.direction and reachable and fresh.complete and offered:
            found.append((abs(place - below), release, point, answer))
    found.sort(key=lambda row: row[0])
    return [(release, point, answer) for _, release, point, answer in found]
