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

    ``next_base`` is the first key behind the base release with all its hot-fixes.
    """

    text: str
    span: Span
    train: Span
    next_base: str


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
    before its date. ``id`` is the caller's name of it.
    """

    id: int
    says: Says
    place: Place | None = None
    ranges: tuple[Range, ...] = ()
    rest: tuple[Span, ...] = ()
