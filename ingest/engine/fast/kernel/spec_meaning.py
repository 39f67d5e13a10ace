"""What a line of a format that is data tells and does, compiled: `ingest.engine.logformats.meaning` by a plan."""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.event import DONE, TOLD, Flag, Kind
from ingest.engine.fast.kernel.expressions import is_in
from ingest.engine.fast.kernel.memory import get8, get32
from ingest.engine.fast.kernel.message import _proof, is_digit, skip_blanks, skip_codes
from ingest.engine.fast.kernel.spec_values import holds, value_of
from ingest.engine.fast.kernel.words import find, hash_of, load8
from ingest.engine.fast.pure import hash_bytes
from ingest.engine.fast.rows import (
    BY_REPLY,
    CONDITION_SIZE,
    CONDITIONS,
    CONDITIONS_AT,
    DONE_IS,
    ENVELOPE_AT,
    FINAL_IS,
    FLAGS_ARE,
    KIND,
    OUTCOME_SIZE,
    OUTCOMES,
    OUTCOMES_AT,
    RECIPIENTS_AT,
    RELAY_AT,
    RELAY_IP_AT,
    REPLY_AT,
    SCOPE_IS,
    SCRATCH,
    SILENT,
    SPLITS,
    TOLD_IS,
    WIDE,
)
from ingest.engine.fortimail.message import SAME_LENGTH
from ingest.engine.fortimail.receipts import LOCAL_ADDRESSES, LOCAL_NAMES

REFUSAL: Final = int(Kind.REFUSAL)
ANSWER: Final = int(Kind.ANSWER)
DELIVERY: Final = int(Kind.DELIVERY)
TOLD_UNKNOWN: Final = TOLD.index("unknown")
ACCEPTED: Final = TOLD.index("accepted")
DEFERRED: Final = TOLD.index("deferred")
REFUSED: Final = TOLD.index("refused")
NONE: Final = DONE.index("none")
UNKNOWN: Final = DONE.index("unknown")
DELIVERED: Final = DONE.index("delivered")
HANDED_OVER: Final = DONE.index("handed_over")
UNCLEAR: Final = Flag.UNCLEAR
UNKNOWN_WORD: Final = Flag.UNKNOWN_WORD
BARE: Final = Flag.BARE
EVERYBODY: Final = Flag.EVERYBODY
_NAMES: Final = np.array(sorted(hash_bytes(name.encode()) for name in LOCAL_NAMES), np.uint64)
_ADDRESSES: Final = np.array(sorted(hash_bytes(name.encode()) for name in LOCAL_ADDRESSES), np.uint64)
_SENT: Final = np.uint64(hash_bytes(b"sent"))
_LOOPBACK: Final = np.uint64(int.from_bytes(b"127.", "little"))
_MAPPED: Final = np.uint64(hash_bytes(b"::ffff:127."))
_NO_WORDS: Final = np.uint64(0)


@njit(nogil=True)
def told_by(data: Any, at: int, end: int) -> int:
    """What a reply tells by the code at its beginning."""
    at = skip_blanks(data, at, end)
    if end - at < 3 or data[at] not in (50, 52, 53):
        return TOLD_UNKNOWN
    told = ACCEPTED if data[at] == 50 else DEFERRED if data[at] == 52 else REFUSED
    if is_digit(data[at + 1]):
        long_ = end - at > 3 and is_digit(data[at + 3])
        return told if is_digit(data[at + 2]) and not long_ else TOLD_UNKNOWN
    at += 1
    for _ in range(2):
        if at >= end or data[at] != 46:
            return TOLD_UNKNOWN
        begin = at + 1
        at = begin
        while at < end and at - begin < 4 and is_digit(data[at]):
            at += 1
        if not 1 <= at - begin <= 3:
            return TOLD_UNKNOWN
    return told


@njit(nogil=True)
def answer_of(data: Any, at: int, end: int) -> np.uint64:
    """The hash of the words of a reply as they are compared."""
    at = skip_codes(data, at, end)
    while end > at and data[end - 1] == 32:
        end -= 1
    return hash_of(data, at, min(end, at + SAME_LENGTH), False)


@njit(nogil=True)
def _is_one_of(hashes: Any, wanted: np.uint64) -> bool:
    for one in hashes:
        if one == wanted:
            return True
    return False


@njit(nogil=True)
def is_here(data: Any, relay: int, relay_end: int, address: int, address_end: int) -> bool:
    """Whether a next hop is the unit itself, or a filter's socket."""
    if address_end <= address:
        stop = find(data, relay, relay_end, np.uint64(32))
        return _is_one_of(_NAMES, hash_of(data, relay, stop, True))
    size = address_end - address
    if size >= 4 and (load8(data, address) & np.uint64(0xFFFFFFFF)) == _LOOPBACK:
        return True
    if _is_one_of(_ADDRESSES, hash_of(data, address, address_end, False)):
        return True
    if size >= 11 and hash_of(data, address, address + 11, True) == _MAPPED:
        return True
    return find(data, address, address_end, np.uint64(47)) < address_end


@njit(nogil=True)
def receipt_of(
    data: Any, at: int, end: int, relay: int, relay_end: int, address: int, address_end: int, scratch: Any
) -> Any:
    """The hash of a delivery's receipt, and whether it is bare; the third is False where there is no room."""
    proof, last = _proof(data, at, end)
    if proof < 0:
        at = skip_blanks(data, at, end)
        while end > at and data[end - 1] == 32:
            end -= 1
        return hash_of(data, at, end, False), end - at == 4 and hash_of(data, at, end, True) == _SENT, True
    if address_end <= address:
        address, address_end = skip_blanks(data, relay, relay_end), relay_end
        while address_end > address and data[address_end - 1] == 32:
            address_end -= 1
    if address_end - address > SCRATCH - 512:
        return _NO_WORDS, False, False
    size = 0
    for place in range(proof, last):
        scratch[size] = data[place]
        size += 1
    scratch[size] = 32
    size += 1
    for place in range(address, address_end):
        scratch[size] = data[place]
        size += 1
    return hash_of(scratch, 0, size, False), False, True


@njit(nogil=True)
def outcome_of(
    table: int, rule: int, code: int, sets: int, words: int, base: int, fields: int, unnamed: int, stack: int
) -> Any:
    """`logformats.meaning._outcome`: told, scope, done, flags and whether a delivery counts here, too."""
    told, scope = get32(table, rule + TOLD_IS), get32(table, rule + SCOPE_IS)
    done, flags = get32(table, rule + DONE_IS), get32(table, rule + FLAGS_ARE)
    final = get32(table, rule + FINAL_IS)
    outcome, count = get32(table, rule + OUTCOMES_AT), get32(table, rule + OUTCOMES)
    for _ in range(count):
        condition, fits = get32(table, outcome + CONDITIONS_AT), True
        for _ in range(get32(table, outcome + CONDITIONS)):
            if not holds(table, condition, code, sets, words, base, fields, unnamed, stack):
                fits = False
                break
            condition += CONDITION_SIZE
        if fits:
            own_told, own_scope, own_done = get32(table, outcome), get32(table, outcome + 1), get32(table, outcome + 2)
            told = own_told if own_told >= 0 else told
            scope = own_scope if own_scope > 0 else scope
            done = own_done if own_done >= 0 else done
            flags |= get32(table, outcome + 3)
            final |= get32(table, outcome + 4)
            return max(told, 0), scope, max(done, 0), flags, final
        outcome += OUTCOME_SIZE
    if count and told < 0 and done < 0:
        kind = get32(table, rule + KIND)
        return TOLD_UNKNOWN, 0, UNKNOWN, flags | (UNCLEAR if kind == DELIVERY else UNKNOWN_WORD), 0
    return max(told, 0), scope, max(done, 0), flags, final


@njit(nogil=True)
def number_of(data: Any, at: int, end: int) -> int:
    """A number of at most nine digits, 0 for what is none."""
    if end - at > 9:
        return 0
    number = 0
    for place in range(at, end):
        if not is_digit(data[place]):
            return 0
        number = number * 10 + (data[place] - 48)
    return number


@njit(nogil=True)
def mean(
    table: int,
    rule: int,
    code: int,
    sets: int,
    words: int,
    data: Any,
    base: int,
    fields: int,
    unnamed: int,
    stack: int,
    scratch: Any,
    row: Any,
) -> bool:
    """`logformats.meaning`: fills what a line tells and does into its row; False where it must go the plain way."""
    kind = get32(table, rule + KIND)
    row.kind, row.told, row.done, row.flags, row.words = kind, TOLD_UNKNOWN, NONE, 0, 0
    row.recipient, row.verdict, row.child = 0, 0, 0
    if not get32(table, rule + SILENT):
        told, scope, done, flags, final = outcome_of(table, rule, code, sets, words, base, fields, unnamed, stack)
        reply, reply_end = value_of(table, get32(table, rule + REPLY_AT), fields)
        if told == BY_REPLY:
            told = told_by(data, reply, reply_end)
        if kind == DELIVERY and done == DELIVERED:
            relay, relay_end = value_of(table, get32(table, rule + RELAY_AT), fields)
            address, address_end = value_of(table, get32(table, rule + RELAY_IP_AT), fields)
            receipt, bare, fits = receipt_of(data, reply, reply_end, relay, relay_end, address, address_end, scratch)
            if not fits:
                return False
            row.words = receipt
            if not final and is_here(data, relay, relay_end, address, address_end):
                done = HANDED_OVER
            elif bare or receipt == 0:
                flags |= BARE
        elif kind in (REFUSAL, ANSWER):
            row.words = answer_of(data, reply, reply_end)
            if kind == REFUSAL and scope == WIDE:
                flags |= EVERYBODY
        row.told, row.done, row.flags = told, done, flags
    to, to_end = value_of(table, get32(table, rule + RECIPIENTS_AT), fields)
    if to_end > to:
        split, blank = get32(table, rule + SPLITS), True
        for place in range(to, to_end):
            if is_in(sets, split, get8(base, place)):
                return False
            blank = blank and data[place] == 32
        if blank:
            return False
        if data[to] == 60 and data[to_end - 1] == 62:
            to, to_end = to + 1, to_end - 1
        to = skip_blanks(data, to, to_end)
        while to_end > to and data[to_end - 1] == 32:
            to_end -= 1
        if to_end <= to:
            return False
        row.recipient = hash_of(data, to, to_end, True)
    count, count_end = value_of(table, get32(table, rule + ENVELOPE_AT), fields)
    row.verdict = number_of(data, count, count_end)
    return True
