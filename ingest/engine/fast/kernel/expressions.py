"""Expressions of format files, compiled: runs the code that `ingest.engine.fast.expressions` writes.

It is Python's `re.match` for the expressions that a format may hold, over bytes of ASCII. All arguments are addresses
and places. A choice is kept with the place it was made at; what was saved since is undone when it is gone back to.
"""

from typing import Final

from numba import njit

from ingest.engine.fast.kernel.memory import get8, get32, put32
from ingest.engine.fast.rows import (
    ANY,
    CHOICE,
    END,
    JUMP,
    LITERAL,
    LOOP,
    LOOP_LAZY,
    LOOP_WHOLE,
    SAVE,
    SET,
)

_BYTES: Final = 256
_UNDO, _GO, _SHORTER, _LONGER = 0, 1, 2, 3  # what is on the stack: each of 4 numbers
KEPT: Final = 4


@njit(nogil=True, inline="always")
def is_in(sets: int, number: int, byte: int) -> bool:
    """Whether a byte belongs to a set."""
    return get8(sets, number * _BYTES + byte) != 0


@njit(nogil=True, inline="always")
def _may(sets: int, number: int, data: int, at: int, end: int) -> bool:
    """Whether something that begins with a byte of a set may fit at a place; the end of the text is for it to judge."""
    return number == ANY or at >= end or is_in(sets, number, get8(data, at))


@njit(nogil=True, inline="always")
def _same(data: int, at: int, words: int, word: int, size: int) -> bool:
    for place in range(size):
        if get8(data, at + place) != get8(words, word + place):
            return False
    return True


@njit(nogil=True, inline="always")
def _run(sets: int, number: int, data: int, at: int, end: int, most: int) -> int:
    """Where a run of bytes of a set ends, of so many bytes at most."""
    if most < end - at:
        end = at + most
    if number == ANY:
        return end
    while at < end and is_in(sets, number, get8(data, at)):
        at += 1
    return at


@njit(nogil=True)
def match(code: int, step: int, sets: int, words: int, data: int, at: int, end: int, fields: int, stack: int) -> bool:
    """Whether the text ``data[at:end]`` begins with what the expression at a step means.

    ``fields`` gets the places of the groups that took part; where it does not fit, it is as before.
    """
    top = 0
    while True:
        operation = get32(code, step)
        fits = True
        if operation == LITERAL:
            size = get32(code, step + 2)
            fits = end - at >= size and _same(data, at, words, get32(code, step + 1), size)
            at += size
            step += 3
        elif operation == SET:
            fits = at < end and is_in(sets, get32(code, step + 1), get8(data, at))
            at += 1
            step += 2
        elif operation == LOOP_WHOLE:
            begin = at
            at = _run(sets, get32(code, step + 1), data, at, end, get32(code, step + 3))
            fits = at - begin >= get32(code, step + 2)
            step += 4
        elif operation == SAVE:
            slot = get32(code, step + 1)
            put32(stack, top, _UNDO)
            put32(stack, top + 1, slot)
            put32(stack, top + 2, get32(fields, slot))
            top += KEPT
            put32(fields, slot, at)
            step += 2
        elif operation == CHOICE:
            here = _may(sets, get32(code, step + 2), data, at, end)
            there = _may(sets, get32(code, step + 3), data, at, end)
            if here:
                if there:
                    put32(stack, top, _GO)
                    put32(stack, top + 1, step + get32(code, step + 1))
                    put32(stack, top + 2, at)
                    top += KEPT
                step += 4
            elif there:
                step += get32(code, step + 1)
            else:
                fits = False
        elif operation == JUMP:
            step += get32(code, step + 1)
        elif operation == LOOP:
            begin = at
            at = _run(sets, get32(code, step + 1), data, at, end, get32(code, step + 3))
            fits = at - begin >= get32(code, step + 2)
            if fits:
                put32(stack, top, _SHORTER)
                put32(stack, top + 1, step)
                put32(stack, top + 2, at)
                put32(stack, top + 3, begin + get32(code, step + 2))
                top += KEPT
                fits = False  # the last place that what follows may begin at is looked for below
        elif operation == LOOP_LAZY:
            begin = at
            at += get32(code, step + 2)
            fits = at <= end and _run(sets, get32(code, step + 1), data, begin, at, at - begin) == at
            if fits:
                put32(stack, top, _LONGER)
                put32(stack, top + 1, step)
                put32(stack, top + 2, at)
                put32(stack, top + 3, begin)
                top += KEPT
                step += 4
        elif operation == END:
            fits = at == end
            step += 1
        else:
            return True
        while not fits:
            if top == 0:
                return False
            top -= KEPT
            kept = get32(stack, top)
            if kept == _UNDO:
                put32(fields, get32(stack, top + 1), get32(stack, top + 2))
            elif kept == _GO:
                step, at, fits = get32(stack, top + 1), get32(stack, top + 2), True
            elif kept == _SHORTER:
                loop, place, least = get32(stack, top + 1), get32(stack, top + 2), get32(stack, top + 3)
                wanted = get32(code, loop + 4)
                while place >= least and not _may(sets, wanted, data, place, end):
                    place -= 1
                if place >= least:
                    put32(stack, top + 2, place - 1)
                    top += KEPT
                    step, at, fits = loop + 5, place, True
            else:
                loop, place, begin = get32(stack, top + 1), get32(stack, top + 2), get32(stack, top + 3)
                if (
                    place < end
                    and place - begin < get32(code, loop + 3)
                    and is_in(sets, get32(code, loop + 1), get8(data, place))
                ):
                    put32(stack, top + 2, place + 1)
                    top += KEPT
                    step, at, fits = loop + 4, place + 1, True
