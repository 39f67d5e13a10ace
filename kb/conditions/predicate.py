"""Predicates over facts, as data. A fact that is missing leaves the answer unknown, never false.

    {"and": [{"eq": ["antispam.settings.scan-action-preference", "multi-action"]}, {"not": {"exists": "system.ha"}}]}

Words: ``and``, ``or`` (lists), ``not``, ``eq`` ``[path, value]``, ``in`` ``[path, [values]]``, ``exists`` ``path``,
``matches`` ``[path, expression]`` (RE2, found anywhere), ``version`` ``[path, operator, version]``. Texts compare
without case; a fact that is a list satisfies ``eq``, ``in`` and ``matches`` by any of its members.

``eq`` and ``in`` may be told all values that the fact can have, as one more list: ``["x", "on", ["on", "off"]]``. A
fact with any other value (a typing mistake, a line of configuration) then decides nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import re2

from kb.conditions.facts import Facts, Scalar, Value

MOST_PARTS: Final = 100
DEEPEST: Final = 12
EXPRESSION_LENGTH: Final = 300
OPERATORS: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    "==": lambda order: order == 0,
    ">=": lambda order: order >= 0,
    ">": lambda order: order > 0,
}
Compare = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class Answer:
    """``result`` None is unknown. ``decided_by`` are the paths that decided, ``missing`` those that would."""

    result: bool | None
    decided_by: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class PredicateError(ValueError):
    """A predicate that cannot be read; the text names the part."""


def check_predicate(data: object, compare: Compare) -> None:
    """Raise `PredicateError` where a predicate cannot be judged, whatever the facts are."""
    for parts, (depth, (word, argument)) in enumerate(_walk(data, 1), 1):
        if parts > MOST_PARTS or depth > DEEPEST:
            raise PredicateError(f"more than {MOST_PARTS} parts, or nested deeper than {DEEPEST}")
        if word in _LEAVES:
            _check_leaf(word, argument, compare)


def judge(data: Any, facts: Facts, compare: Compare) -> Answer:
    """Judge a predicate that `check_predicate` passed. ``compare`` orders two version texts; ValueError is unknown."""
    word, argument = _part(data)
    if word == "not":
        inner = judge(argument, facts, compare)
        return Answer(None if inner.result is None else not inner.result, inner.decided_by, inner.missing)
    if word in _JOINS:
        return _join([judge(one, facts, compare) for one in argument], deciding=word == "or")
    path = argument if word == "exists" else argument[0]
    value = facts.values.get(path)
    if value is None and (not facts.full or path in facts.unsure):
        return Answer(None, (), (path,))
    if word == "exists":
        return Answer(value is not None, (path,))
    result = False if value is None else _LEAVES[word](value, argument[1:], compare)
    return Answer(result, (path,)) if result is not None else Answer(None, (), (path,))


def _join(answers: list[Answer], *, deciding: bool) -> Answer:
    """Or (one true decides) and and (one false decides)."""
    deciders = [answer for answer in answers if answer.result is deciding]
    if deciders:
        return Answer(deciding, _names(answer.decided_by for answer in deciders))
    open_ = [answer for answer in answers if answer.result is None]
    if open_:
        return Answer(None, (), _names(answer.missing for answer in open_))
    return Answer(not deciding, _names(answer.decided_by for answer in answers))


def _names(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _members(value: Value) -> tuple[Scalar, ...]:
    return value if isinstance(value, tuple) else (value,)


def _plain(value: object) -> str:
    """A value as it is compared: ``True`` and ``"true"`` are one, as are 1 and ``"1"``."""
    return str(value).strip().casefold()


def _equal(value: Value, rest: list[Any], _: Compare) -> bool | None:
    return _among(value, {_plain(rest[0])}, rest)


def _in(value: Value, rest: list[Any], _: Compare) -> bool | None:
    return _among(value, {_plain(one) for one in rest[0]}, rest)


def _among(value: Value, wanted: set[str], rest: list[Any]) -> bool | None:
    """Whether a fact has a wanted value; None where it has one that it cannot have, if those are told."""
    members = {_plain(one) for one in _members(value)}
    if members & wanted:
        return True
    possible = {_plain(one) for one in rest[1]} if len(rest) > 1 else members
    return False if members <= possible else None


def _matches(value: Value, rest: list[Any], _: Compare) -> bool:
    expression = re2.compile(f"(?i){rest[0]}")
    return any(expression.search(str(one)) is not None for one in _members(value))


def _version(value: Value, rest: list[Any], compare: Compare) -> bool | None:
    try:
        return OPERATORS[rest[0]](compare(str(value), rest[1]))
    except ValueError:
        return None


_JOINS: Final = frozenset({"and", "or"})
_LEAVES: Final[dict[str, Callable[[Value, list[Any], Compare], bool | None]]] = {
    "eq": _equal,
    "in": _in,
    "exists": lambda *_: True,
    "matches": _matches,
    "version": _version,
}


def _part(data: object) -> tuple[str, Any]:
    if not isinstance(data, dict) or len(data) != 1:
        raise PredicateError("each part is an object with one word: and, or, not, eq, in, exists, matches, version")
    ((word, argument),) = data.items()
    if word not in _LEAVES and word not in _JOINS and word != "not":
        raise PredicateError(f"{str(word)[:40]!r} is no word of a condition")
    return word, argument


def _walk(data: object, depth: int) -> Iterator[tuple[int, tuple[str, Any]]]:
    word, argument = _part(data)
    yield depth, (word, argument)
    if word in _JOINS:
        if not isinstance(argument, list) or not argument:
            raise PredicateError(f"{word!r} takes a list of parts")
        for one in argument:
            yield from _walk(one, depth + 1)
    elif word == "not":
        yield from _walk(argument, depth + 1)


def _check_leaf(word: str, argument: Any, compare: Compare) -> None:
    path = argument if word == "exists" else argument[0] if isinstance(argument, list) and argument else None
    if not isinstance(path, str) or not path.strip():
        raise PredicateError(f"{word!r} needs a path")
    rest = argument[1:] if isinstance(argument, list) else []
    if len(rest) not in {"exists": {0}, "version": {2}, "eq": {1, 2}, "in": {1, 2}}.get(word, {1}):
        raise PredicateError(f"{word!r} of {path[:40]!r} has too many or too few parts")
    if word in {"eq", "in"} and len(rest) > 1:
        _check_possible(path, rest)
    if word == "in" and (not isinstance(rest[0], list) or not rest[0]):
        raise PredicateError(f"'in' of {path[:40]!r} takes a list of values")
    if word == "matches":
        _check_expression(path, rest[0])
    if word == "version":
        _check_version(path, rest, compare)


def _check_possible(path: str, rest: list[Any]) -> None:
    possible = rest[1]
    if not isinstance(possible, list) or not all(isinstance(one, str | int | float | bool) for one in possible):
        raise PredicateError(f"{path[:40]!r}: the values that it can have are a list of texts or numbers")
    wanted = rest[0] if isinstance(rest[0], list) else [rest[0]]
    if not {_plain(one) for one in wanted} < {_plain(one) for one in possible}:
        raise PredicateError(f"{path[:40]!r}: the values that it can have are those compared with, and some more")


def _check_expression(path: str, expression: object) -> None:
    if not isinstance(expression, str) or len(expression) > EXPRESSION_LENGTH:
        raise PredicateError(f"'matches' of {path[:40]!r} takes a text of up to {EXPRESSION_LENGTH} characters")
    try:
        re2.compile(expression)
    except re2.error as fault:
        raise PredicateError(f"'matches' of {path[:40]!r}: {fault}") from None


def _check_version(path: str, rest: list[Any], compare: Compare) -> None:
    operator, version = rest
    if not isinstance(operator, str) or operator not in OPERATORS or not isinstance(version, str):
        raise PredicateError(f"'version' of {path[:40]!r} takes one of {' '.join(OPERATORS)} and a version")
    try:
        compare(version, version)
    except ValueError as fault:
        raise PredicateError(f"'version' of {path[:40]!r}: {fault}") from None
