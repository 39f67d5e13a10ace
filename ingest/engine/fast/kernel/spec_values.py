"""The values of a line by a plan, compiled: what its fields hold, and whether conditions hold of them."""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.fast.kernel.expressions import match
from ingest.engine.fast.kernel.memory import get8, get32
from ingest.engine.fast.kernel.words import find, hash_of
from ingest.engine.fast.rows import (
    ARGUMENTS,
    ARGUMENTS_AT,
    BY_PART,
    BY_PATTERN,
    BY_WORD,
    NAMES_AT,
    SCRATCH,
    TEST,
)

_NO_WORDS: Final = np.uint64(0)


@njit(nogil=True, inline="always")
def begin_of(fields: int, slot: int) -> int:
    """Where a value begins, -1 where there is none."""
    return get32(fields, 2 * slot)


@njit(nogil=True, inline="always")
def end_of(fields: int, slot: int) -> int:
    """Where a value ends."""
    return get32(fields, 2 * slot + 1)


@njit(nogil=True)
def value_of(table: int, getter: int, fields: int) -> Any:
    """Where the first value of a getter lies that is not empty; 0, 0 where all are."""
    at = getter + 1
    for _ in range(get32(table, getter)):
        slot = get32(table, at + 1)
        if end_of(fields, slot) > begin_of(fields, slot):
            return begin_of(fields, slot), end_of(fields, slot)
        at += 1 + 3 * get32(table, at)
    return 0, 0


@njit(nogil=True)
def _fill(table: int, at: int, parts: int, words: int, base: int, fields: int, scratch: Any) -> int:
    """Write a template's words with its values; the size, 0 where a value is missing, -1 where there is no room."""
    size = 0
    for part in range(parts):
        slot = get32(table, at + 3 * part)
        source, begin, end = base, 0, 0
        if slot < 0:
            source, begin = words, get32(table, at + 3 * part + 1)
            end = begin + get32(table, at + 3 * part + 2)
        else:
            begin, end = begin_of(fields, slot), end_of(fields, slot)
        if end <= begin:
            return 0
        if size + end - begin > SCRATCH - 64:
            return -1
        for place in range(begin, end):
            scratch[size] = get8(source, place)
            size += 1
    return size


@njit(nogil=True)
def key_of(table: int, getter: int, words: int, data: Any, base: int, fields: int, scratch: Any) -> Any:
    """The hash of the first template of a getter that is not empty, 0 where all are; and whether there was room."""
    at = getter + 1
    for _ in range(get32(table, getter)):
        parts = get32(table, at)
        slot = get32(table, at + 1)
        if parts == 1 and slot >= 0:
            if end_of(fields, slot) > begin_of(fields, slot):
                return hash_of(data, begin_of(fields, slot), end_of(fields, slot), False), True
        else:
            size = _fill(table, at + 1, parts, words, base, fields, scratch)
            if size:
                return (hash_of(scratch, 0, size, False), True) if size > 0 else (_NO_WORDS, False)
        at += 1 + 3 * parts
    return _NO_WORDS, True


@njit(nogil=True, inline="always")
def _lower(byte: int) -> int:
    return byte + 32 if 65 <= byte <= 90 else byte


@njit(nogil=True)
def _is_at(base: int, at: int, end: int, words: int, word: int, size: int) -> bool:
    """Whether a word stands at a place, without regard to case; the word is in lower case."""
    if end - at < size:
        return False
    for place in range(size):
        if _lower(get8(base, at + place)) != get8(words, word + place):
            return False
    return True


@njit(nogil=True)
def holds(
    table: int, condition: int, code: int, sets: int, words: int, base: int, fields: int, unnamed: int, stack: int
) -> bool:
    """`logformats.spec.Condition.holds`."""
    names = get32(table, condition + NAMES_AT)
    begin, end = 0, 0
    for place in range(get32(table, names)):
        slot = get32(table, names + 1 + place)
        begin, end = begin_of(fields, slot), end_of(fields, slot)
        if end > begin:
            break
    if end <= begin:
        return False
    test, at = get32(table, condition + TEST), get32(table, condition + ARGUMENTS_AT)
    if test == BY_PATTERN:
        return match(code, at, sets, words, base, begin, end, unnamed, stack)
    for place in range(get32(table, condition + ARGUMENTS)):
        word, size = get32(table, at + 2 * place), get32(table, at + 2 * place + 1)
        if test == BY_PART:
            for here in range(begin, end - size + 1):
                if _is_at(base, here, end, words, word, size):
                    return True
        elif (test != BY_WORD or size == end - begin) and _is_at(base, begin, end, words, word, size):
            return True
    return False


@njit(nogil=True)
def stands(data: Any, base: int, at: int, end: int, words: int, word: int, size: int) -> bool:
    """Whether a word stands in a text."""
    if size == 0:
        return True
    first = np.uint64(get8(words, word))
    last = end - size + 1
    while at < last:
        at = find(data, at, last, first)
        if at >= last:
            return False
        place = 1
        while place < size and get8(base, at + place) == get8(words, word + place):
            place += 1
        if place == size:
            return True
        at += 1
    return False
