"""A line's end, its encoding, and its keys and values, compiled."""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.fast.kernel.message import begins, word_of
from ingest.engine.fast.kernel.words import (
    BLANKS,
    ONES,
    SEED,
    TOPS,
    find,
    first_bit,
    fold,
    hash_of,
    load8,
    scan,
    scan_bare,
)
from ingest.engine.fast.pure import hash_bytes
from ingest.engine.fast.rows import MOST_TOKENS

TYPE: Final = np.uint64(hash_bytes(b"type"))
MSG: Final = np.uint64(hash_bytes(b"msg"))
NO_WORDS: Final = np.uint64(0)
_STATI: Final = word_of(b"stati")
_MSG_IS: Final = word_of(b"msg=")
_LOG_ID: Final = word_of(b"log_id=")
_QUOTE: Final = np.uint64(34)
_UNDERSCORE: Final = np.uint64(95)
_EQUALS: Final = np.uint64(61)
_FEEDS: Final = np.uint64(0x0A0A0A0A0A0A0A0A)


@njit(nogil=True)
def next_line(data: Any, at: int, size: int) -> Any:
    """In one pass: where the line that begins at a place ends, and what it is written in.

    That is 0 for nothing but printable ASCII, 1 with other characters, 2 with control characters (but for carriage
    returns at its end).
    """
    tops = control = np.uint64(0)
    while at < size:
        word = load8(data, at)
        left = size - at
        different = word ^ _FEEDS
        hit = (different - ONES) & ~different & TOPS
        if hit or left < 8:
            count = np.int64(first_bit(hit) >> np.uint64(3)) if hit else left
            count = min(count, left)
            keep = (np.uint64(1) << np.uint64(8 * count)) - np.uint64(1)
            word = (word & keep) | (BLANKS & ~keep)
            tops |= word
            control |= (word - BLANKS) & ~word
            at += count
            break
        tops |= word
        control |= (word - BLANKS) & ~word
        at += 8
    if control & TOPS:
        return at, 2
    return at, 1 if tops & TOPS else 0


@njit(nogil=True)
def _hides(data: Any, at: int, end: int) -> bool:
    """Whether the beginning of another record stands in a value."""
    here = at
    while here < end:
        here = find(data, here, end, _UNDERSCORE)
        if here < end and here - 3 >= at and begins(data, here - 3, end, _LOG_ID, 7):
            return True
        here += 1
    return False


@njit(nogil=True)
def _message_end(data: Any, at: int, end: int) -> Any:
    """The last quote of a line whose message begins at a place, and the message's hash; -1 for one that is cut."""
    last = end - 1
    while last >= at and data[last] != 34:
        if data[last] not in (32, 44):
            return -1, NO_WORDS
        last -= 1
    if last < at:
        return -1, NO_WORDS
    here, hashed, marked = scan(data, at, last, _QUOTE)
    if here < last:  # quotes inside: perhaps a second message
        while here < last:
            if here - 4 >= at and begins(data, here - 4, last, _MSG_IS, 4):
                return -1, NO_WORDS
            here = find(data, here + 1, last, _QUOTE)
        hashed, marked = hash_of(data, at, last, False), True
    if marked and _hides(data, at, last):
        return -1, NO_WORDS
    return last, hashed


@njit(nogil=True)
def cut(data: Any, at: int, end: int, starts: Any, ends: Any, hashes: Any) -> Any:
    """Cut a line into keys and values, and note for each where the value lies, and the hashes of key and value.

    Returns the number of keys (0 where it cannot be cut in one way only), the hash of the keys in their order with the
    type, where the message begins and ends (-1 for none), and its hash.
    """
    count, shape, history, here = 0, SEED, False, at
    failed = (0, SEED, -1, -1, NO_WORDS)
    typed = False
    while here < end:
        key, limit = here, min(end, here + 33)
        here, name, _ = scan(data, here, limit, _EQUALS)
        if here >= limit or here == key:
            return failed
        here += 1
        if here < end and data[here] == 34:
            here += 1
            if name == MSG and typed and not history:
                last, hashed = _message_end(data, here, end)
                return (count, fold(shape, MSG), here, last, hashed) if last >= 0 else failed
            begin = here
            here, value, marked = scan(data, here, end, _QUOTE)
            stop = here
            if here >= end or (stop - begin >= 4 and begins(data, stop - 4, stop, _MSG_IS, 4)):
                return failed
            if (marked and _hides(data, begin, stop)) or (not typed and find(data, begin, stop, _EQUALS) < stop):
                return failed
            here += 1
            shape = fold(shape, ~name)
        else:
            begin = here
            here, value, odd = scan_bare(data, here, end)
            stop = here
            if odd or name == MSG:
                return failed
            shape = fold(shape, name)
        if count >= MOST_TOKENS - 1:
            return failed
        starts[count], ends[count] = begin, stop
        hashes[count, 0], hashes[count, 1] = name, value
        if name == TYPE and not typed:
            typed = True
            history = begins(data, begin, stop, _STATI, 5)
            shape = fold(shape, value)
        count += 1
        if here >= end:
            break
        if data[here] not in (32, 44):
            return failed
        while here < end and data[here] in (32, 44):
            here += 1
    return (count, shape, -1, -1, NO_WORDS) if typed else failed


@njit(nogil=True)
def is_utf8(data: Any, at: int, end: int) -> bool:
    """Whether a line is UTF-8 throughout, as Python's strict decoder has it (RFC 3629)."""
    while at < end:
        byte = data[at]
        at += 1
        if byte < 0x80:
            continue
        low, high = 0x80, 0xBF
        if 0xC2 <= byte <= 0xDF:
            more = 1
        elif 0xE0 <= byte <= 0xEF:
            more = 2
            low = 0xA0 if byte == 0xE0 else low
            high = 0x9F if byte == 0xED else high
        elif 0xF0 <= byte <= 0xF4:
            more = 3
            low = 0x90 if byte == 0xF0 else low
            high = 0x8F if byte == 0xF4 else high
        else:
            return False
        for _ in range(more):
            if at >= end or not low <= data[at] <= high:
                return False
            low, high = 0x80, 0xBF
            at += 1
    return True
