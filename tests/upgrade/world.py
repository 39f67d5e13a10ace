"""The small world of the naive reading, said to the engine: the same statements as places among keys."""

import itertools
from collections.abc import Iterator, Sequence

from kb.upgrade.derivation import Derivation, derive
from kb.upgrade.place import place_of
from kb.upgrade.question import Point
from kb.upgrade.statement import Place, Range, Says, Statement
from kb.versions.registry import GENERAL
from tests.upgrade.naive import WORLD, Said, Version


def text_of(version: Version) -> str:
    """A version of the small world as people write it."""
    train, number, hotfix = version
    return f"{train}.0.{number}" + (f"-h{hotfix}" if hotfix else "")


PLACES: dict[Version, Place] = {version: place_of(GENERAL, text_of(version)) for version in WORLD}
POINTS: dict[Version, Point] = {
    version: Point(place.text, place.span, place.train, known=True) for version, place in PLACES.items()
}


def statements_of(said: Sequence[Said]) -> list[Statement]:
    """What the engine is told."""
    return [_statement(number, one) for number, one in enumerate(said)]


def _statement(number: int, said: Said) -> Statement:
    ranges = tuple(Range(PLACES[first], PLACES[last]) for first, last in said.ranges)
    rest = tuple(place.span for place in PLACES.values()) if said.lists_all else ()
    return Statement(number, Says(said.says), PLACES[said.version] if said.version else None, ranges, rest)


def derived(said: Sequence[Said]) -> Derivation:
    """What the engine derives."""
    return derive(statements_of(said))


def every_statement(versions: Sequence[Version] = WORLD) -> list[Said]:
    """Statements of every shape about these versions."""
    single = [Said(says, version) for says in Says if says not in {Says.RANGES, Says.HOTFIX} for version in versions]
    hotfixes = [Said("hotfix", version) for version in versions if version[2]]
    ranges = [
        Said("ranges", ranges=(pair,), lists_all=lists_all) for pair in _pairs(versions) for lists_all in (False, True)
    ]
    return single + hotfixes + ranges


def _pairs(versions: Sequence[Version]) -> Iterator[tuple[Version, Version]]:
    yield from itertools.combinations_with_replacement(versions, 2)
