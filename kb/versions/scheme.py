"""A scheme: how one maker's versions are read, ordered and grouped into trains."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from kb.versions import keys
from kb.versions.keys import Atoms, Parts
from kb.versions.tokens import Unreadable, plain, read, refuse_ranges, series_body
from kb.versions.version import Span, Version, VersionError
from kb.versions.words import TIGHT, WORDS, Words

TRAIN = "it is a train: name a version of it"


def unchanged(text: str) -> str:
    """No rewriting."""
    return text


def rewriting(*pairs: tuple[str, str]) -> Callable[[str], str]:
    """Replacements for `Scheme.rewrite`, one after the other: regular expression, replacement."""
    return partial(_rewrite, tuple((re.compile(pattern), new) for pattern, new in pairs))


def _rewrite(pairs: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    for pattern, new in pairs:
        text = pattern.sub(new, text)
    return text


def as_read(main: Atoms, *, series: bool) -> Atoms:
    """The number as it was read."""
    return main


def two(main: Atoms) -> int:
    """Two numbers name a train."""
    return 2


def never(main: Atoms) -> bool:
    """Any number may be a version."""
    return False


def at_most_two(main: Atoms) -> bool:
    """Two numbers are a train and no version."""
    return len(main) <= 2


def whole_train(main: Atoms) -> Span:
    """All that begins with the train's number."""
    return Span(keys.first(main), keys.last(main))


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """One maker's versions. The first four say what it is; the rest are hooks, `docs/adding-a-version-scheme.md`."""

    slug: str
    title: str
    products: tuple[str, ...] = ()  # the slugs of the products that it serves
    key_version: int = 1  # raise it when keys change: stored ones are then written anew
    rewrite: Callable[[str], str] = unchanged  # the lower-case text, before it is taken apart
    words: Words = field(default_factory=lambda: WORDS, repr=False)
    tight: Words = field(default_factory=lambda: TIGHT, repr=False)
    finish: Callable[..., Atoms] = as_read  # the number as it is ordered
    train_of: Callable[[Atoms], int] = two  # how many of its atoms name the train
    bare: Callable[[Atoms], bool] = never  # whether a number, as read, names only a train
    show: Callable[[Atoms], str] = keys.show  # the train's text
    train_span: Callable[[Atoms], Span] = whole_train

    def parse(self, text: str) -> Version:
        """Read a version; raise `VersionError` with the reason for everything else."""
        text = text.strip()
        try:
            parts = self._parts(text, refuse=True)
            if self.bare is not never and sum(map(keys.is_number, parts.main[:2])) < 2:
                raise Unreadable("too short: name the whole version")
            if self.bare(parts.main) and not parts.steps:
                raise Unreadable(TRAIN)
            return self._version(text, parts)
        except Unreadable as error:
            raise VersionError(text, str(error)) from None

    def train(self, text: str) -> Span:
        """All keys of a train; raise `VersionError` where the text names none."""
        try:
            parts = self._parts(text, refuse=True)
            if parts.steps or parts.build:
                raise Unreadable("it is a version, not a train")
            if self.bare is not never and sum(map(keys.is_number, parts.main[:2])) < 2:
                raise Unreadable("too short: a train has two numbers")
            main = self.finish(parts.main, series=False)
            if len(main) > self.train_of(main):
                raise Unreadable("it is a version, not a train")
        except Unreadable as error:
            raise VersionError(text, str(error)) from None
        if len(main) < 2:
            main = (*main, "0")
        return self.train_span(main)

    def is_train(self, text: str) -> bool:
        """Tell whether the text names a train and no version: ``7.2`` for FortiMail."""
        try:
            parts = self._parts(text, refuse=True)
        except Unreadable:
            return False
        return len(parts.main) > 1 and self.bare(parts.main) and not parts.steps and not parts.build

    def series(self, text: str) -> Span:
        """All keys of ``7.2.*``, pre-releases among them; raise `VersionError` for everything else."""
        try:
            parts = self._parts(text, refuse=False)
            if parts.steps or parts.build:
                raise Unreadable("it is no series: write it like 7.2.*")
            main = self.finish(parts.main, series=True)
        except Unreadable as error:
            raise VersionError(text, str(error)) from None
        return Span(keys.first(main), keys.last(main))

    def span(self, version: Version) -> Span:
        """The version with all its builds; when it names a build, just that one."""
        if version.build is not None:
            return Span(version.key, f"{version.key}!")
        return self.number_span(version.base)

    def number_span(self, base: str) -> Span:
        """A number with all its builds, by its base key."""
        return Span(base, base[:-1] + keys.AFTER_BUILDS)

    def release_span(self, version: Version) -> Span:
        """The base release with all its builds and all its hot-fixes."""
        return Span(version.release, version.release[:-1] + keys.AFTER_HOTFIXES)

    def _parts(self, text: str, *, refuse: bool) -> Parts:
        spelt = plain(text)
        if refuse:
            refuse_ranges(spelt)
        else:
            spelt = series_body(spelt)
        return read(self.rewrite(spelt), self.words, self.tight)

    def _version(self, text: str, parts: Parts) -> Version:
        main = self.finish(parts.main, series=False)
        cut = next((n for n, step in enumerate(parts.steps) if step.code[0] == keys.HOTFIX), len(parts.steps))
        stem = keys.stem(main, parts.steps)
        base = stem + keys.END
        length = self.train_of(main)
        return Version(
            text=text,
            key=stem + keys.BUILD + keys.write(parts.build) + keys.END if parts.build else base,
            base=base,
            release=keys.stem(main, parts.steps[:cut]) + keys.END if cut < len(parts.steps) else base,
            build=keys.show(parts.build) or None,
            hotfix=" ".join(step.label + keys.show(step.atoms) for step in parts.steps[cut:]) or None,
            train=self.show((*main, *("0",) * length)[:length]),
            pre=any(step.code[0] == keys.PRE for step in parts.steps),
        )
