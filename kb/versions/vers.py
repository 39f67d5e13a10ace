"""``vers:`` strings, as CSAF and others write ranges: ``vers:fortimail/>=7.0.0|<7.0.3``. Syntax and rules are univers'.

univers neither percent-decodes versions nor notices ``>=6.4.3,<7``; so each constraint is taken apart and checked here,
and univers gets objects, never strings. Our schemes are known to it by their own names and by those of their products.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final
from urllib.parse import quote, unquote

from univers.version_constraint import InvalidConstraintsError, VersionConstraint
from univers.version_range import RANGE_CLASS_BY_SCHEMES, VersionRange
from univers.versions import Version as UniversVersion

from kb.versions.ranges import EVERYTHING, Multirange, difference, multirange
from kb.versions.registry import SCHEMES
from kb.versions.scheme import Scheme
from kb.versions.version import Span, Version, VersionError

CONSTRAINT: Final = re.compile(r"(>=|<=|!=|=|<|>)?([A-Za-z0-9._~+:@()/!-]|%[0-9A-Fa-f]{2})+")
HEAD: Final = re.compile(r"vers:([a-z0-9.+-]+)/(.*)", re.IGNORECASE | re.DOTALL)
LOWEST, HIGHEST = EVERYTHING[0]


class VersError(ValueError):
    """A text that is no range; the message names the constraint that is wrong."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A comparator (= != < <= > >=) and a version."""

    comparator: str
    version: Version

    def __str__(self) -> str:
        sign = "" if self.comparator == "=" else self.comparator
        return sign + quote(self.version.text, safe="._~+-")


@dataclass(frozen=True, slots=True)
class Vers:
    """A range: the name of its scheme as written, its constraints in order (none: ``*``), and the keys in it."""

    name: str
    constraints: tuple[Constraint, ...]
    spans: Multirange

    def __str__(self) -> str:
        return f"vers:{self.name}/{'|'.join(map(str, self.constraints)) or '*'}"


def read_vers(text: str) -> Vers:
    """Read a ``vers:`` string of one of our schemes; raise `VersError`, which names the constraint that is wrong."""
    if (found := HEAD.fullmatch(text.strip())) is None:
        raise VersError("it does not begin with vers: and a scheme, like vers:fortimail/")
    name, body = found[1].lower(), found[2]
    scheme = OURS.get(name)
    if scheme is None:
        raise VersError(f"no version scheme is called {name!r}")
    if body.strip() == "*":
        return Vers(name, (), EVERYTHING)
    return make_vers(name, [_constraint(scheme, word.strip()) for word in body.split("|")])


def make_vers(name: str, constraints: Iterable[Constraint]) -> Vers:
    """A range of constraints; raise `VersError` where the rules of ``vers`` do not allow them together."""
    given = list(constraints)
    if not given:
        raise VersError("it holds no constraint; all versions are written *")
    range_class = range_class_of(OURS[name])
    _check(sorted(given, key=lambda one: one.version.key))
    made = [
        VersionConstraint(comparator=one.comparator, version=range_class.version_class(one.version)) for one in given
    ]
    try:
        VersionConstraint.validate(made)  # type: ignore[no-untyped-call]
    except (InvalidConstraintsError, ValueError) as error:
        raise VersError(f"{'|'.join(map(str, given))}: these constraints do not go together") from error
    ordered = tuple(Constraint(one.comparator, one.version.string) for one in range_class(made).constraints)
    return Vers(name, ordered, _spans(OURS[name], ordered))


def _check(ordered: list[Constraint]) -> None:
    """The rules of ``vers``: a version stands once, = is not followed by <, and > and < take turns."""
    for one, other in pairwise(ordered):
        if one.version.key == other.version.key:
            raise VersError(f"{one} and {other} name the same version: it may stand once")
    for one, other in pairwise([one for one in ordered if one.comparator != "!="]):
        if one.comparator == "=" and other.comparator.startswith("<"):
            raise VersError(f"{one} cannot be followed by {other}, which has it already")
    for one, other in pairwise([one for one in ordered if one.comparator not in {"=", "!="}]):
        if one.comparator[0] == other.comparator[0]:
            raise VersError(f"{one} cannot be followed by {other}: bounds below and above take turns")


def _constraint(scheme: Scheme, word: str) -> Constraint:
    if (found := CONSTRAINT.fullmatch(word)) is None:
        cure = "write one comparator and one version, special signs as %28, constraints separated by |"
        raise VersError(f"the constraint {word[:80]!r} cannot be read: {cure}")
    comparator = found[1] or "="
    try:
        version = scheme.parse(unquote(word[len(found[1] or "") :], errors="strict"))
    except VersionError as error:
        raise VersError(f"the constraint {word[:80]!r}: {error.reason}") from error
    except UnicodeDecodeError as error:
        raise VersError(f"the constraint {word[:80]!r}: its percent codes are not UTF-8") from error
    return Constraint(comparator, version)


def _spans(scheme: Scheme, ordered: tuple[Constraint, ...]) -> Multirange:
    """The keys in a range: bounds in pairs, and what is named; without what is excluded."""
    spans: list[Span] = []
    out = [scheme.span(one.version) for one in ordered if one.comparator == "!="]
    bounds = [one for one in ordered if one.comparator not in {"=", "!="}]
    lo: str | None = None if bounds and bounds[0].comparator.startswith(">") else LOWEST
    for one in bounds:
        span = scheme.span(one.version)
        if one.comparator.startswith(">"):
            lo = span.lo if one.comparator == ">=" else span.hi
        elif lo is not None:
            spans.append(Span(lo, span.hi if one.comparator == "<=" else span.lo))
            lo = None
    if lo is not None and (bounds or len(out) == len(ordered)):  # only exclusions: all the others
        spans.append(Span(lo, HIGHEST))
    spans += [scheme.span(one.version) for one in ordered if one.comparator == "="]
    return difference(multirange(spans), out)


@cache
def range_class_of(scheme: Scheme) -> Any:
    """The class by which univers knows a scheme; its versions wrap ours and compare by their keys."""

    class OurVersion(UniversVersion):
        """A version whose value is its key."""

        @classmethod
        def normalize(cls, string: Any) -> Any:
            """Take a version that was read, or read one."""
            return string if isinstance(string, Version) else scheme.parse(string)

        @classmethod
        def build_value(cls, string: Any) -> Any:
            """The key: univers compares and hashes by it."""
            return string.key

        def __str__(self) -> str:
            return str(Constraint("=", self.normalize(self.string)))

    return type("OurRange", (VersionRange,), {"scheme": scheme.slug, "version_class": OurVersion})


def _register() -> dict[str, Scheme]:
    """Make our schemes known to univers, under their names and those of their products, where it has none itself."""
    names: dict[str, Scheme] = {}
    for scheme in SCHEMES:
        for name in (scheme.slug, *scheme.products):
            names[name] = scheme
            RANGE_CLASS_BY_SCHEMES.setdefault(name, range_class_of(scheme))
    return names


OURS: Final = _register()
