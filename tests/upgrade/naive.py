"""A second reading of `docs/upgrade-check.md`, written from that page alone: slow, over a finite list of versions.

It shares nothing with `kb.upgrade`. A version is a tuple (train, number, hot-fix); a statement is a `Said`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Version = tuple[int, int, int]

WORLD: tuple[Version, ...] = tuple(
    sorted([(train, number, 0) for train in (1, 2, 3) for number in range(4)] + [(2, 1, 1), (2, 1, 2)])
)


@dataclass(frozen=True)
class Said:
    """A statement: `ranges` and `lists_all` for the kind ranges, else `version`."""

    says: str
    version: Version | None = None
    ranges: tuple[tuple[Version, Version], ...] = ()
    lists_all: bool = False


def train(number: int) -> set[Version]:
    """All versions of a train."""
    return {version for version in WORLD if version[0] == number}


def between(first: Version | None, end: Version | None, within: Iterable[Version] = WORLD) -> set[Version]:
    """Versions from the first (included) to the end (left out)."""
    return {v for v in within if (first is None or v >= first) and (end is None or v < end)}


def inside(said: Said) -> set[Version]:
    """What a list of ranges lists."""
    return {v for first, last in said.ranges for v in WORLD if first <= v <= last}


def fixes(statements: Sequence[Said], number: int) -> list[Version]:
    """The fixes stated for a train."""
    return [s.version for s in statements if s.says in ("fixed", "before") and s.version and s.version[0] == number]


def reach(version: Version) -> set[Version]:
    """How far a cure reaches: its train; of a hot-fix only its base release, since the next need not have it."""
    return {v for v in train(version[0]) if not version[2] or v[:2] == version[:2]}


def cut_at_hotfix(span: set[Version], statements: Sequence[Said]) -> set[Version]:
    """A hot-fix ends a span inferred from introduced, seen or before."""
    for s in statements:
        if s.says == "hotfix" and s.version and s.version in span and s.version != min(span):
            span = {v for v in span if v < s.version}
    return span


def affected(said: Said, statements: Sequence[Said]) -> set[Version]:
    """The column "affected"."""
    if said.says == "ranges":
        return inside(said)
    x = said.version
    assert x
    if said.says in ("introduced", "seen"):
        above = [f for f in fixes(statements, x[0]) if f > x]
        lasts = [s.version for s in statements if s.says == "last_affected" and s.version and s.version[0] == x[0]]
        lasts = [last for last in lasts if last >= x]
        if above:
            span = between(x, min(above), train(x[0]))
        elif lasts:
            span = {v for v in train(x[0]) if x <= v <= max(lasts)}
        else:
            span = between(x, None, train(x[0]))
        return cut_at_hotfix(span, statements)
    if said.says == "last_affected":
        begun = [s.version for s in statements if s.says == "introduced" and s.version and s.version[0] == x[0]]
        begun = [one for one in begun if one <= x]
        return {v for v in train(x[0]) if v <= x and (not begun or v >= max(begun))}
    if said.says == "before":
        found = cut_at_hotfix(between(None, x, train(x[0])), statements)
        for number in {v[0] for v in WORLD if v[0] < x[0]}:
            stated = fixes(statements, number)
            found |= cut_at_hotfix(between(None, min(stated) if stated else None, train(number)), statements)
        return found
    return {x} if said.says == "confirmed" else set()


def implies(said: Said, number: int) -> bool:
    """Whether a statement says or implies that a train older than this one had it."""
    if said.says == "ranges":
        return any(v[0] < number for v in inside(said))
    if said.says == "before":
        return True
    return said.says != "last_seen_good" and said.version is not None and said.version[0] < number


def unaffected(said: Said, statements: Sequence[Said]) -> set[Version]:  # noqa: PLR0911  (the rows of the table)
    """The column "unaffected"."""
    if said.says == "ranges":
        return set(WORLD) - inside(said) if said.lists_all else set()
    x = said.version
    assert x
    if said.says == "introduced":
        found = between(None, x, train(x[0]))
        if not any(implies(s, x[0]) for s in statements):
            found |= {v for v in WORLD if v[0] < x[0]}
        return found
    if said.says == "last_seen_good":
        return {x}
    if said.says == "fixed":
        stops = [s.version for s in statements if s.says in ("introduced", "seen") and s.version]
        stops += [first for s in statements for first, _ in s.ranges]
        stops = [stop for stop in stops if stop[0] == x[0] and stop > x]
        return between(x, min(stops) if stops else None, reach(x))
    if said.says == "last_affected":
        later = [f for f in fixes(statements, x[0]) if f > x]
        return {v for v in reach(x) if v > x and (not later or v >= min(later))}
    if said.says == "before":
        return between(x, None, reach(x))
    if said.says == "hotfix":
        return {v for v in train(x[0]) if v[:2] == x[:2] and v >= x}
    return set()


def struck(said: Said, statements: Sequence[Said]) -> bool:
    """Whether a sighting, a listed range or a confirmation lies in what a statement calls unaffected."""
    met: set[Version] = set()
    for s in statements:
        if s is not said and s.says == "ranges":
            met |= inside(s)
        elif s is not said and s.says in ("seen", "confirmed") and s.version:
            met.add(s.version)
    return bool(met & unaffected(said, statements))


def states(statements: Sequence[Said]) -> dict[Version, str]:
    """Yes, no or unknown at every version."""
    yes = {v for s in statements for v in affected(s, statements)}
    no = {v for s in statements if not struck(s, statements) for v in unaffected(s, statements)}
    return {v: "yes" if v in yes else "no" if v in no else "unknown" for v in WORLD}


def cured(statements: Sequence[Said], version: Version) -> bool:
    """Whether a cure on the version's train covers it."""
    cures = ("fixed", "before", "last_affected", "hotfix")
    return any(
        s.says in cures
        and s.version is not None
        and s.version[0] == version[0]
        and not struck(s, statements)
        and version in unaffected(s, statements)
        for s in statements
    )


def verdict(statements: Sequence[Said], start: Version, target: Version, hops: Sequence[Version] = ()) -> str | None:
    """The table of verdicts; None is "not listed"."""
    known = states(statements)
    return table(known[start], known[target], [known[hop] for hop in hops], is_cured=cured(statements, start))


def table(a: str, b: str, hops: Sequence[str], *, is_cured: bool) -> str | None:
    """The table, row by row."""
    if (a, b) == ("yes", "yes"):
        return "stays"
    if b == "yes":
        return "reintroduced" if a == "no" and is_cured else "enters"
    if (a, b) == ("yes", "no"):
        return "leaves"
    if (a, b) == ("yes", "unknown"):
        return "unknown"
    if b == "unknown":
        return "crossed" if "yes" in hops else "unknown"
    return "crossed" if "yes" in hops else "unknown" if "unknown" in hops else None
