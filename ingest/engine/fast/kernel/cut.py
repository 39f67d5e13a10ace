"""A line's end, its encoding, and its keys and values, compiled."""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.fast.kernel.message import begins, word_of
from ingest.engine.fast.kernel.words import (
    SEED,
    find,
    first_bit,
    fold,
    hash_of,
    load8,
    masks32,
    scan,
    scan_bare,
)
from ingest.engine.fast.pure import hash_bytes
from ingest.engine.fast.rows import MOST_TOKENS, STRETCH, STRETCH_TOKENS

TYPE: Final = np.uint64(hash_bytes(b"type"))
MSG: Final = np.uint64(hash_bytes(b"msg"))
NO_WORDS: Final = np.uint64(0)
_STATI: Final = word_of(b"stati")
_TYPE_IS: Final = word_of(b"type=")
_MSG_IS: Final = word_of(b"msg=")
_LOG_ID: Final = word_of(b"log_id=")
_QUOTE: Final = np.uint64(34)
_UNDERSCORE: Final = np.uint64(95)
_EQUALS: Final = np.uint64(61)


@njit(nogil=True, forceinline=True)
def next_line(data: Any, at: int, size: int) -> Any:
    """In one pass: where the line that begins at a place ends, and what it is written in.

    That is 0 for nothing but printable ASCII, 1 with other characters, 2 with control characters (but for carriage
    returns at its end).
    """
    tops = control = np.uint64(0)
    while at < size:
        feeds, beyond, below = masks32(data, at)
        left = size - at
        if feeds or left < 32:
            count = min(np.int64(first_bit(feeds)), left) if feeds else left
            keep = (np.uint64(1) << np.uint64(count)) - np.uint64(1)
            tops |= beyond & keep
            control |= below & keep
            at += count
            break
        tops |= beyond
        control |= below
        at += 32
    if control:
        return at, 2
    return at, 1 if tops else 0


@njit(nogil=True, forceinline=True)
def _hides(data: Any, at: int, end: int) -> bool:
    """Whether the beginning of another record stands in a value."""
    here = at
    while here < end:
        here = find(data, here, end, _UNDERSCORE)
        if here < end and here - 3 >= at and begins(data, here - 3, end, _LOG_ID, 7):
            return True
        here += 1
    return False


@njit(nogil=True, forceinline=True)
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


@njit(nogil=True, forceinline=True)
def _recall(data: Any, at: int, end: int, memory: Any) -> int:
    """Which of the remembered stretches stands at a place, or -1."""
    for slot in range(len(memory.sizes)):
        size = memory.sizes[slot]
        if size == 0 or end - at < size:
            continue
        here = 0
        while here + 8 <= size and load8(data, at + here) == load8(memory.texts[slot], here):
            here += 8
        if here + 8 > size:
            left = size - here
            if left == 0:
                return slot
            keep = (np.uint64(1) << np.uint64(8 * left)) - np.uint64(1)
            if (load8(data, at + here) ^ load8(memory.texts[slot], here)) & keep == 0:
                return slot
    return -1


@njit(nogil=True, forceinline=True)
def _remember(data: Any, at: int, end: int, memory: Any) -> int:
    """Keep a stretch, for the next one in turn; -1 for one that is too long."""
    if end - at > STRETCH:
        return -1
    slot = memory.turn[0] % len(memory.sizes)
    memory.turn[0] += 1
    for place in range(end - at):
        memory.texts[slot, place] = data[at + place]
    memory.sizes[slot] = end - at
    return slot


@njit(nogil=True, forceinline=True)
def cut(data: Any, at: int, end: int, starts: Any, ends: Any, hashes: Any, memory: Any) -> Any:
    """Cut a line into keys and values, and note for each where the value lies, and the hashes of key and value.

    Returns the number of keys (0 where it cannot be cut in one way only), the hash of the keys in their order with the
    type, where the message begins and ends (-1 for none), and its hash.

    From ``type=`` to the first value in quotes nearly all lines of a kind are the same; such stretches are remembered
    with what they were cut into.
    """
    count, shape, history, here = 0, SEED, False, at
    failed = (0, SEED, -1, -1, NO_WORDS)
    typed, first, begun = False, -1, at
    while here < end:
        key, limit = here, min(end, here + 33)
        if not typed and begins(data, here, end, _TYPE_IS, 5):
            first, begun = count, here
            slot = _recall(data, here, end, memory)
            if slot >= 0 and count + memory.counts[slot] < MOST_TOKENS - 1:
                for token in range(memory.counts[slot]):
                    starts[count] = here + memory.starts[slot, token]
                    ends[count] = here + memory.ends[slot, token]
                    hashes[count, 0] = memory.hashes[slot, token, 0]
                    hashes[count, 1] = memory.hashes[slot, token, 1]
                    shape = fold(shape, hashes[count, 0])
                    if token == 0:
                        shape = fold(shape, hashes[count, 1])
                    count += 1
                typed, history, first = True, memory.histories[slot] != 0, -1
                here += memory.sizes[slot]
                while here < end and data[here] in (32, 44):
                    here += 1
                continue
        here, name, _ = scan(data, here, limit, _EQUALS)
        if here >= limit or here == key:
            return failed
        here += 1
        if here < end and data[here] == 34:
            if typed and first >= 0:
                _note(data, begun, key, first, count, starts, ends, hashes, history, memory)
                first = -1
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


@njit(nogil=True, forceinline=True)
def _note(
    data: Any,
    begin: int,
    end: int,
    first: int,
    count: int,
    starts: Any,
    ends: Any,
    hashes: Any,
    history: bool,
    memory: Any,
) -> None:
    """Remember a stretch with its keys and values."""
    slot = _remember(data, begin, end, memory)
    if slot < 0 or count - first > STRETCH_TOKENS:
        if slot >= 0:
            memory.sizes[slot] = 0
        return
    for token in range(first, count):
        memory.starts[slot, token - first] = starts[token] - begin
        memory.ends[slot, token - first] = ends[token] - begin
        memory.hashes[slot, token - first, 0] = hashes[token, 0]
        memory.hashes[slot, token - first, 1] = hashes[token, 1]
    memory.counts[slot] = count - first
    memory.histories[slot] = 1 if history else 0


@njit(nogil=True, forceinline=True)
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
