"""From the text of a version to where it stands, by its product's scheme."""

from kb.upgrade.question import Point
from kb.upgrade.statement import Place
from kb.versions.scheme import Scheme


def place_of(scheme: Scheme, text: str) -> Place:
    """Where a version stands. Raises `VersionError` with the reason."""
    version = scheme.parse(text)
    return Place(
        version.text,
        scheme.span(version),
        scheme.train(version.train),
        scheme.release_span(version).hi,
        version.hotfix is not None,
    )


def point_of(scheme: Scheme, text: str, *, known: bool) -> Point:
    """A version of a question. Raises `VersionError` with the reason."""
    place = place_of(scheme, text)
    return Point(place.text, place.span, place.train, known)
