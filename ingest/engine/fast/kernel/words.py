"""Eight bytes at a time: looking for a byte, lower case, and a hash, compiled.

A register holds eight characters, so a value of a log line is looked through in a few steps (SWAR, see “Bit Twiddling
Hacks”, S. E. Anderson, and Hacker's Delight §6). Every text that is read here has `PADDING` bytes behind its end.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from ingest.engine.fast import rows

ONES: Final = np.uint64(0x0101010101010101)
TOPS: Final = np.uint64(0x8080808080808080)
SEVENS: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
BLANKS: Final = np.uint64(0x2020202020202020)
BELOW_A: Final = np.uint64(0x3F3F3F3F3F3F3F3F)  # 0x80 - "A"
ABOVE_Z: Final = np.uint64(0x2525252525252525)  # 0x7F - "Z"
SEED: Final = np.uint64(rows.SEED)
MIX_1: Final = np.uint64(rows.MIX_1)
MIX_2: Final = np.uint64(rows.MIX_2)
_ZERO: Final = np.uint64(0)
_UNDERSCORES: Final = np.uint64(0x5F5F5F5F5F5F5F5F)
_COMMAS: Final = np.uint64(0x2C2C2C2C2C2C2C2C)
_DOUBLES: Final = np.uint64(0x2222222222222222)
_SINGLES: Final = np.uint64(0x2727272727272727)
_EQUALS: Final = np.uint64(0x3D3D3D3D3D3D3D3D)


@intrinsic
def load8(typingctx: Any, data: Any, at: Any) -> Any:
    """The eight bytes of an array of bytes that begin at a place, wherever that is."""
    signature = types.uint64(data, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.load(place, align=1)

    return signature, codegen


@intrinsic
def masks32(typingctx: Any, data: Any, at: Any) -> Any:
    """Of the 32 bytes that begin at a place, a bit for each: which are line feeds, beyond ASCII, control characters."""
    signature = types.UniTuple(types.uint64, 3)(data, types.int64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        vector = ir.VectorType(ir.IntType(8), 32)
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), vector.as_pointer())
        bytes_ = builder.load(place, align=1)

        def against(byte: int) -> Any:
            return ir.Constant(vector, [byte] * 32)

        found = (
            builder.icmp_unsigned("==", bytes_, against(10)),
            builder.icmp_unsigned(">=", bytes_, against(128)),
            builder.icmp_unsigned("<", bytes_, against(32)),
        )
        words = [builder.zext(builder.bitcast(one, ir.IntType(32)), ir.IntType(64)) for one in found]
        return context.make_tuple(builder, signature.return_type, words)

    return signature, codegen


@intrinsic
def first_bit(typingctx: Any, word: Any) -> Any:
    """How many bits of a word that is not 0 lie below its lowest 1."""
    signature = types.uint64(types.uint64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return signature, codegen


@njit(nogil=True, forceinline=True)
def mix(word: np.uint64) -> np.uint64:
    """A word stirred, so that every bit depends on every other (the finaliser of splitmix64)."""
    word = (word ^ (word >> np.uint64(30))) * MIX_1
    word = (word ^ (word >> np.uint64(27))) * MIX_2
    return word ^ (word >> np.uint64(31))


@njit(nogil=True, forceinline=True)
def find(data: Any, at: int, end: int, byte: np.uint64) -> int:
    """Where a byte stands first in ``data[at:end]``, or ``end``."""
    wanted = ONES * byte
    while at < end:
        word = load8(data, at) ^ wanted
        hit = (word - ONES) & ~word & TOPS
        if hit:
            at += np.int64(first_bit(hit) >> np.uint64(3))
            return min(at, end)
        at += 8
    return end


@njit(nogil=True, forceinline=True)
def fold(state: np.uint64, word: np.uint64) -> np.uint64:
    """A state with one more word in it."""
    state = (state ^ word) * MIX_1
    return state ^ (state >> np.uint64(29))


@njit(nogil=True, forceinline=True)
def term(place: np.uint64, name: np.uint64, value: np.uint64) -> np.uint64:
    """What a key and its value add to the digest of a line; terms do not wait for each other."""
    word = (name ^ (place * SEED)) + value * MIX_2
    return (word ^ (word >> np.uint64(32))) * MIX_1


@njit(nogil=True, forceinline=True)
def hash_of(data: Any, at: int, end: int, lower: bool) -> np.uint64:
    """A 64-bit hash of ``data[at:end]``, of its ASCII letters in lower case where asked for; 0 for nothing."""
    size = end - at
    if size <= 0:
        return _ZERO
    state = SEED
    while at < end:
        word = load8(data, at)
        left = end - at
        if left < 8:
            word &= (np.uint64(1) << np.uint64(8 * left)) - np.uint64(1)
        if lower:
            low = word & SEVENS
            letters = ((low + BELOW_A) ^ (low + ABOVE_Z)) & ~word & TOPS
            word |= letters >> np.uint64(2)
        state = fold(state, word)
        at += 8
    return fold(state, np.uint64(size))


@njit(nogil=True, forceinline=True)
def scan(data: Any, at: int, end: int, byte: np.uint64) -> Any:
    """In one pass: where a byte stands first in ``data[at:end]`` (else ``end``), the hash up to it (as `hash_of`), and
    whether an underscore stands before it."""
    begin, state, wanted, marks = at, SEED, ONES * byte, _ZERO
    while at < end:
        word = load8(data, at)
        left = end - at
        different = word ^ wanted
        hit = (different - ONES) & ~different & TOPS
        if hit or left <= 8:
            size = 8 if not hit else np.int64(first_bit(hit) >> np.uint64(3))
            size = min(size, left)
            if size < 8:
                word &= (np.uint64(1) << np.uint64(8 * size)) - np.uint64(1)
            under = word ^ _UNDERSCORES
            marks |= (under - ONES) & ~under & TOPS
            at += size
            if size:
                state = fold(state, word)
            break
        under = word ^ _UNDERSCORES
        marks |= (under - ONES) & ~under & TOPS
        state = fold(state, word)
        at += 8
    total = at - begin
    return at, fold(state, np.uint64(total)) if total else _ZERO, marks != _ZERO


@njit(nogil=True, forceinline=True)
def scan_bare(data: Any, at: int, end: int) -> Any:
    """As `scan`, up to a blank or a comma; the third is whether a quote, an equals sign or a byte beyond ASCII stands
    before it."""
    begin, state, bad = at, SEED, _ZERO
    while at < end:
        word = load8(data, at)
        left = end - at
        blank, comma = word ^ BLANKS, word ^ _COMMAS
        hit = (((blank - ONES) & ~blank) | ((comma - ONES) & ~comma)) & TOPS
        size = 8 if not hit else np.int64(first_bit(hit) >> np.uint64(3))
        size = min(size, left)
        if size < 8:
            word &= (np.uint64(1) << np.uint64(8 * size)) - np.uint64(1)
        one, two, three = word ^ _DOUBLES, word ^ _SINGLES, word ^ _EQUALS
        bad |= (((one - ONES) & ~one) | ((two - ONES) & ~two) | ((three - ONES) & ~three) | word) & TOPS
        at += size
        if size:
            state = fold(state, word)
        if size < 8:
            break
    total = at - begin
    return at, fold(state, np.uint64(total)) if total else _ZERO, bad != _ZERO


@njit(nogil=True, forceinline=True)
def is_plain(data: Any, at: int, end: int) -> bool:
    """Whether all bytes are ASCII and none is a control character."""
    while at < end:
        word = load8(data, at)
        left = end - at
        if left < 8:
            keep = (np.uint64(1) << np.uint64(8 * left)) - np.uint64(1)
            word = (word & keep) | (BLANKS & ~keep)
        if (word | ((word - BLANKS) & ~word)) & TOPS:
            return False
        at += 8
    return True
