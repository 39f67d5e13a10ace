"""Which regular expressions a format file may hold: those that any line, however hostile, costs linear time.

The rules, checked on the parsed expression:

1. No look-around, no back-reference, no atomic group, no possessive loop.
2. A loop (``*``, ``+``, ``{n,m}``) repeats one character or one class, never a group: so loops do not nest.
   ``(…)?`` is no loop.
3. A loop knows where it ends: what follows cannot begin with a character that the loop takes. One loop of an
   expression may break this, such as ``.*`` before fixed words, when behind it stand loops bounded by `BOUND` only, or
   a ``.*`` as the expression's very end, which cannot fail.

Expressions are matched at the beginning of a text, never searched for in it: to try every place would be a loop, too.
"""

import re
import re._compiler as compiler  # type: ignore[import-not-found]
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from typing import Any, Final

FLAGS: Final = re.DOTALL | re.ASCII  # how formats' expressions are compiled
BOUND: Final = 512
SMALL: Final = 4  # a loop bounded by this may end where it likes
LENGTH: Final = 2000  # characters of an expression, its named parts put in
END: Final = -1  # stands for "nothing follows"
ALPHABET: Final = [chr(code) for code in range(128)] + ["é", "漢", "\u2028"]
_LOOPS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_ONE: Final = frozenset({sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN})
_PLAIN: Final = frozenset({sre.AT, sre.BRANCH, sre.SUBPATTERN, *_LOOPS, *_ONE})
Characters = frozenset[int]


class Unsafe(ValueError):
    """An expression that breaks a rule; the message says which."""


def check_pattern(pattern: str) -> None:
    """Raises `Unsafe` for an expression that is wrong, too long, or could take more than linear time."""
    if len(pattern) > LENGTH:
        raise Unsafe(f"the expression is longer than {LENGTH} characters")
    try:
        parsed = parser.parse(pattern, FLAGS)
    except re.error as error:
        raise Unsafe(f"it is no regular expression: {error}") from error
    walk = _Walk()
    walk.sequence(list(parsed), frozenset({END}), False, True)


class _Walk:
    """Goes through an expression from its end to its beginning, so that what follows a loop is known."""

    def __init__(self) -> None:
        self.ambiguous = 0

    def sequence(self, items: list[Any], follow: Characters, looped: bool, last: bool) -> tuple[Characters, bool]:
        """What may come first in a sequence, and whether an unbounded loop stands in it or behind it.

        ``looped`` is whether one stands behind it, ``last`` whether it is the expression's end.
        """
        for place in range(len(items) - 1, -1, -1):
            operation, value = items[place]
            if operation not in _PLAIN:
                raise Unsafe(f"it has what a format must not use: {_name(operation)}")
            follow, looped = self._item(operation, value, follow, looped, last and place == len(items) - 1)
        return follow, looped

    def _item(
        self, operation: Any, value: Any, follow: Characters, looped: bool, last: bool
    ) -> tuple[Characters, bool]:
        if operation in _ONE:
            return _characters(operation, value), looped
        if operation is sre.AT:
            return follow, looped
        if operation is sre.SUBPATTERN:
            return self.sequence(list(value[-1]), follow, looped, last)
        if operation is sre.BRANCH:
            answers = [self.sequence(list(branch), follow, looped, False) for branch in value[1]]
            return frozenset().union(*(first for first, _ in answers)), any(loop for _, loop in answers)
        return self._repeat(value, follow, looped, last)

    def _repeat(self, value: Any, follow: Characters, looped: bool, last: bool) -> tuple[Characters, bool]:
        least, most, body = value
        if most == 1:
            first, loop = self.sequence(list(body), follow, looped, False)
            return (first if least else first | follow), loop
        if len(body) != 1 or body[0][0] not in _ONE:
            raise Unsafe("a loop repeats a group: let it repeat one character or one class")
        taken = _characters(*body[0])
        if most <= SMALL or least == most:
            return (taken if least else taken | follow), looped
        if last and not least and len(taken) == len(ALPHABET):
            return taken | follow, False  # `.*` at the very end takes what is there and cannot fail
        if taken & follow:
            self.ambiguous += 1
            if (looped and most > BOUND) or self.ambiguous > 1:
                raise Unsafe(
                    "a loop does not know where it ends, and another unbounded loop stands behind it or there are two"
                    f" of them: exclude the next character ([^,]*), or bound the later loop ({{0,{BOUND}}})"
                )
        return (taken if least else taken | follow), looped or most > BOUND


def _characters(operation: Any, value: Any) -> Characters:
    """The characters of the alphabet that one item takes, by trying them; each item is tried once."""
    known = _KNOWN.get(name := f"{operation} {value}")
    if known is None:
        known = _KNOWN[name] = _tried(operation, value)
    return known


_KNOWN: Final[dict[str, Characters]] = {}


def _tried(operation: Any, value: Any) -> Characters:
    tree = parser.SubPattern(parser.State(), [(operation, value)])
    tree.state.str = ""
    compiled = compiler.compile(tree, FLAGS)
    return frozenset(place for place, character in enumerate(ALPHABET) if compiled.match(character))


def _name(operation: Any) -> str:
    names = {
        "ASSERT": "look-around",
        "ASSERT_NOT": "look-around",
        "GROUPREF": "a back-reference",
        "GROUPREF_EXISTS": "a condition on a group",
        "ATOMIC_GROUP": "an atomic group",
        "POSSESSIVE_REPEAT": "a possessive loop",
    }
    return names.get(str(operation), str(operation))
