"""Expressions of format files as code for the compiled part (`kernel.expressions`).

A format's expressions cost linear time (`logformats.safety`), and repeat single characters only. So their code is a
list of steps without loops of steps: what backtracks is a choice, or how often one character stands.
"""

import re
import re._compiler as compiler  # type: ignore[import-not-found]
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ingest.engine.fast.rows import (
    ANY,
    CHOICE,
    END,
    JUMP,
    LITERAL,
    LOOP,
    LOOP_LAZY,
    LOOP_WHOLE,
    MATCHED,
    SAVE,
    SET,
    STACK,
)
from ingest.engine.logformats.safety import FLAGS

_ONE: Final = frozenset({sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN})
_BEYOND: Final = ("é", "漢", "\u2028", "\U0001f600")  # stand for all that is not ASCII
_MOST: Final = (1 << 31) - 1
_CHOICE_SIZE: Final = 4  # numbers on the stack
_BYTES: Final = 256
_ASCII: Final = 128

Bytes = frozenset[int]
EVERY: Final[Bytes] = frozenset(range(_BYTES))


class Unsupported(Exception):
    """What the compiled part does not know: its format is read by the plain engine."""


class Code:
    """Code of several expressions, with the sets of bytes and the words that it needs."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self._sets: dict[Bytes, int] = {EVERY: ANY}
        self.words = bytearray()

    def set_of(self, members: Bytes) -> int:
        """The number of a set of bytes."""
        return self._sets.setdefault(members, len(self._sets))

    def word(self, text: bytes) -> int:
        """Where a word stands among the words."""
        place = self.words.find(text)
        if place < 0:
            place = len(self.words)
            self.words += text
        return place

    @property
    def sets(self) -> Any:
        """A row for each set: 1 for each byte in it."""
        rows = np.zeros((len(self._sets), _BYTES), np.uint8)
        for members, number in self._sets.items():
            rows[number, sorted(members)] = 1
        return rows

    def add(self, pattern: re.Pattern[str], slots: Mapping[str, int], *, whole: bool = False) -> int:
        """Add an expression; returns where its code begins. ``slots`` are those of its groups by name.

        ``whole`` is whether all of the text must match. Raises `Unsupported`.
        """
        if pattern.flags & ~re.UNICODE != FLAGS:
            raise Unsupported(f"flags of {pattern.pattern}")
        names = {number: slots[name] for name, number in pattern.groupindex.items()}
        items = list(parser.parse(pattern.pattern, FLAGS))
        begin = len(self.steps)
        steps = _Writer(self, names).write(items, whole=whole)
        if _CHOICE_SIZE * len(steps) > STACK:  # each step leaves one choice open at most: there are no loops of steps
            raise Unsupported("an expression that is too long")
        self.steps += steps
        return begin

    def first(self, pattern: re.Pattern[str]) -> int:
        """The number of the set of bytes that what matches can begin with; `ANY` if that may be empty."""
        if pattern.match(""):  # also where it asks for the end of the text, which an empty one has
            return ANY
        first, empty = _first(list(parser.parse(pattern.pattern, FLAGS)), frozenset(), rest_empty=True)
        return ANY if empty else self.set_of(first)


class _Writer:
    """Writes one expression from its end to its beginning, so that what follows a loop is known.

    With what follows goes with which bytes it can begin, and whether it fits even where nothing is left or nothing fits
    (``empty``). Jumps are distances from the step they stand in, so that pieces can be put together.
    """

    def __init__(self, code: Code, slots: Mapping[int, int]) -> None:
        self._code = code
        self._slots = slots

    def write(self, items: list[Any], *, whole: bool) -> list[int]:
        rest, first, empty = [MATCHED], frozenset[int](), True
        if whole:
            rest, empty = [END, *rest], False
        return self._sequence(items, rest, first, empty)[0]

    def _sequence(self, items: list[Any], rest: list[int], first: Bytes, empty: bool) -> tuple[list[int], Bytes, bool]:
        """The code of items and of what follows them; with which bytes that can begin, and whether it may be empty."""
        for operation, value in reversed(items):
            rest, first, empty = self._item(operation, value, rest, first, empty)
        return rest, first, empty

    def _item(
        self, operation: Any, value: Any, rest: list[int], first: Bytes, empty: bool
    ) -> tuple[list[int], Bytes, bool]:
        if operation in _ONE:
            return self._one(operation, value, rest)
        if operation is sre.AT:
            if value is sre.AT_END or value is sre.AT_END_STRING:
                return [END, *rest], frozenset(), False
            raise Unsupported(str(value))
        if operation is sre.SUBPATTERN:
            group, more, less, inner = value
            if more or less:
                raise Unsupported("flags of a group")
            slot = self._slots.get(group)
            if slot is not None:
                rest = [SAVE, 2 * slot + 1, *rest]
            rest, first, empty = self._sequence(list(inner), rest, first, empty)
            return ([SAVE, 2 * slot, *rest] if slot is not None else rest), first, empty
        if operation is sre.BRANCH:
            return self._branch([list(branch) for branch in value[1]], rest, first, empty)
        if operation is sre.MAX_REPEAT or operation is sre.MIN_REPEAT:
            return self._repeat(operation is sre.MIN_REPEAT, value, rest, first, empty)
        raise Unsupported(str(operation))

    def _one(self, operation: Any, value: Any, rest: list[int]) -> tuple[list[int], Bytes, bool]:
        if operation is not sre.LITERAL:
            members = members_of(operation, value)
            return [SET, self._code.set_of(members), *rest], members, False
        word = chr(value).encode()
        if rest[0] == LITERAL:
            more = bytes(self._code.words[rest[1] : rest[1] + rest[2]])
            word, rest = word + more, rest[3:]
        return [LITERAL, self._code.word(word), len(word), *rest], frozenset({word[0]}), False

    def _branch(
        self, branches: list[list[Any]], rest: list[int], first: Bytes, empty: bool
    ) -> tuple[list[int], Bytes, bool]:
        """The branches one behind the other, each with a jump to what follows; that stands once, behind them."""
        tail: list[int] = []
        tail_first, tail_empty = frozenset[int](), False
        for branch in reversed(branches):
            jump = [JUMP, len(tail) + 2]
            own, own_first, own_empty = self._sequence(branch, jump, first, empty)
            if tail:
                guards = [self._guard(own_first, own_empty), self._guard(tail_first, tail_empty)]
                own = [CHOICE, len(own) + 4, *guards, *own]
            tail = own + tail
            tail_first, tail_empty = tail_first | own_first, tail_empty or own_empty
        return tail + rest, tail_first, tail_empty

    def _guard(self, first: Bytes, empty: bool) -> int:
        return ANY if empty else self._code.set_of(first)

    def _repeat(
        self, lazy: bool, value: Any, rest: list[int], first: Bytes, empty: bool
    ) -> tuple[list[int], Bytes, bool]:
        least, most, body = value
        items = list(body)
        if len(items) == 1 and items[0][0] in _ONE:
            members = members_of(*items[0])
            many = _MOST if most is sre.MAXREPEAT else min(int(most), _MOST)
            if least > _MOST:
                raise Unsupported("a loop that repeats a character too often")
            number = self._code.set_of(members)
            if lazy:
                step = [LOOP_LAZY, number, int(least), many]
            elif empty or not members & first:  # what follows takes what is left, or nothing that the loop has taken
                step = [LOOP_WHOLE, number, int(least), many]
            else:
                step = [LOOP, number, int(least), many, self._guard(first, empty)]
            return [*step, *rest], (members if least else members | first), empty and not least
        if most != 1:
            raise Unsupported("a loop that repeats a group")
        if least:
            return self._sequence(items, rest, first, empty)
        own, own_first, own_empty = self._sequence(items, [JUMP, 2], first, empty)
        guards = [self._guard(own_first, own_empty), self._guard(first, empty)]
        if lazy:
            raise Unsupported("a group that is left out first")
        return [CHOICE, len(own) + 4, *guards, *own, *rest], own_first | first, own_empty or empty


def members_of(operation: Any, value: Any) -> Bytes:
    """The bytes of characters that one item takes; all of those beyond ASCII, or none."""
    tree = parser.SubPattern(parser.State(), [(operation, value)])
    tree.state.str = ""
    compiled = compiler.compile(tree, FLAGS)
    members = {code for code in range(_ASCII) if compiled.match(chr(code))}
    beyond = [bool(compiled.match(one)) for one in _BEYOND]
    if any(beyond) != all(beyond):
        raise Unsupported("a set of characters beyond ASCII")
    return frozenset(members | (set(range(_ASCII, _BYTES)) if all(beyond) else set()))


def _first(items: list[Any], rest: Bytes, *, rest_empty: bool) -> tuple[Bytes, bool]:
    """With which bytes items can begin, and whether they and all behind them may be empty."""
    writer = _Writer(Code(), {})
    _, first, empty = writer._sequence(items, [MATCHED], rest, rest_empty)
    return first, empty
