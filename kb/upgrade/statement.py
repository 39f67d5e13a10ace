"""What somebody said about an issue and versions, placed among the keys of a product's versions."""

from dataclasses import dataclass
from enum import StrEnum

from kb.versions.version import Span


class Says(StrEnum):
    """What a statement says (`docs/upgrade-check.md` has the meaning of each)."""

    INTRODUCED = "introduced"
    SEEN = "seen"
    LAST_SEEN_GOOD = "last_seen_good"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    BEFORE = "before"
    RANGES = "ranges"
    HOTFIX = "hotfix"
    CONFIRMED = "confirmed"  # an accepted confirmation by a department


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands: ``span`` holds it with all its builds, ``train`` its whole train.

    ``next_base`` is the first key behind the base release with all its hot-fixes. ``reach`` is how far a cure that
    names the version can reach: to its train's end, but that of a hot-fix only to the next base release, which need
    not have it.
    """

    text: str
    span: Span
    train: Span
    next_base: str
    hotfix: bool = False

    @property
    def reach(self) -> str:
        """The first key that a cure in this version says nothing about."""
        return self.next_base if self.hotfix else self.train.hi


@dataclass(frozen=True, slots=True)
class Range:
    """A listed range, both ends included."""

    first: Place
    last: Place

    @property
    def span(self) -> Span:
        """Its keys."""
        return Span(self.first.span.lo, self.last.span.hi)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``place`` is its version; for `Says.RANGES` the ranges stand in ``ranges`` instead.

    ``rest`` are the spans of the releases that a source which lists all leaves out: those known to have been released
    before its date. ``id`` is the caller's name of it, ``text`` its version as people wrote it, ``listed`` the same
    for each range.
    """

    id: int
    says: Says
    place: Place | None = None
    ranges: tuple[Range, ...] = ()
    rest: tuple[Span, ...] = ()
    text: str = ""
    listed: tuple[tuple[str, Span], ...] = ()
