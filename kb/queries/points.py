"""From the versions that somebody typed to points of a question."""

from collections.abc import Sequence

from kb.models import Release
from kb.queries.catalogue import Catalogue
from kb.queries.versions import read_version, refuse_train_of, scheme_of
from kb.upgrade.place import point_of
from kb.upgrade.question import Point
from kb.versions.version import Version


def points_of(catalogue: Catalogue, texts: Sequence[tuple[str, str]]) -> tuple[list[Point], list[tuple[Release, ...]]]:
    """Return versions of a question (pairs of field and text) as points, each with the releases that it stands for."""
    product, points, releases = catalogue.product, [], []
    for field, text in texts:
        version = read_version(product, text, field=field)
        ours = _releases(catalogue, version)
        refuse_train_of(product, version, ours, field=field)
        points.append(point_of(scheme_of(product), version.text, known=bool(ours)))
        releases.append(ours)
    return points, releases


def _releases(catalogue: Catalogue, version: Version) -> tuple[Release, ...]:
    """Return the releases that a version stands for: its build, or all builds where one of the two names none."""
    return tuple(
        release
        for release in catalogue.by_base.get(version.base, ())
        if not release.build or not version.build or release.build == version.build
    )
