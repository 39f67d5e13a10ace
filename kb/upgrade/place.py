"""From the text of a version to where it stands, by its product's scheme. Texts that were read are remembered."""

from functools import lru_cache
from typing import Final

from kb.upgrade.question import Point
from kb.upgrade.statement import Place
from kb.versions.registry import get_scheme
from kb.versions.scheme import Scheme
from kb.versions.version import Span

REMEMBERED: Final = 8192


def place_of(scheme: Scheme, text: str) -> Place:
    """Where a version stands. Raises `VersionError` with the reason."""
    return _place(scheme.slug, text)


@lru_cache(maxsize=REMEMBERED)
def _place(slug: str, text: str) -> Place:
    scheme = get_scheme(slug)
    version = scheme.parse(text)
    train = scheme.train(version.train)
    return Place(version.text, scheme.span(version), train, scheme.release_span(version).hi, version.hotfix is not None)


def train_of(scheme: Scheme, text: str) -> Span:
    """All keys of a train. Raises `VersionError` where the text names none."""
    return _train(scheme.slug, text)


@lru_cache(maxsize=REMEMBERED)
def _train(slug: str, text: str) -> Span:
    return get_scheme(slug).train(text)


def point_of(scheme: Scheme, text: str, *, known: bool) -> Point:
    """A version of a question. Raises `VersionError` with the reason."""
    place = place_of(scheme, text)
    return Point(place.text, place.span, place.train, known)
