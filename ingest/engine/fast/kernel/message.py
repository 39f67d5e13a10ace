"""The text of ``msg`` in mail event lines, compiled: the forms that nearly all lines have, and no other.

What it reads, it reads as `ingest.engine.fortimail.message` does; for everything else it answers "not this form", and
the line goes the plain way. A test holds the two together.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.event import DONE, TOLD, Flag, Kind
from ingest.engine.fast.kernel.words import find, hash_of, load8
from ingest.engine.fast.pure import hash_bytes
from ingest.engine.fortimail.message import SAME_LENGTH, STAGES

OTHER: Final = int(Kind.OTHER)
ENVELOPE: Final = int(Kind.ENVELOPE)
REFUSAL: Final = int(Kind.REFUSAL)
ANSWER: Final = int(Kind.ANSWER)
DELIVERY: Final = int(Kind.DELIVERY)
EVERYBODY: Final = Flag.EVERYBODY
BARE: Final = Flag.BARE
UNKNOWN: Final = TOLD.index("unknown")
ACCEPTED: Final = TOLD.index("accepted")
TOLD_DEFERRED: Final = TOLD.index("deferred")
REFUSED: Final = TOLD.index("refused")
NONE: Final = DONE.index("none")
DELIVERED: Final = DONE.index("delivered")
DEFERRED: Final = DONE.index("deferred")
_WHOLE: Final = np.array(
    sorted(hash_bytes(stage.encode()) for stage, scope in STAGES.items() if scope != "recipient"), dtype=np.uint64
)
_NOT: Final = (False, 0, 0, 0, 0, np.uint64(0), np.uint64(0), 0)


def word_of(text: bytes) -> np.uint64:
    """Up to eight bytes as the word that `load8` gives for them, with zeros behind."""
    return np.uint64(int.from_bytes(text, "little"))


_TO: Final = word_of(b"to=")
_FROM: Final = word_of(b"from=")
_MILTER: Final = word_of(b"Milter: ")
_MILTER_WORD: Final = word_of(b"Milter")
_RULESET: Final = word_of(b"ruleset=")
_DSN: Final = word_of(b"DSN: ")
_STAT: Final = word_of(b"stat=")
_REJECT: Final = word_of(b"reject=")
_MAILER: Final = word_of(b"mailer=")
_RELAY: Final = word_of(b"relay=")
_PROXY: Final = word_of(b"proxy")
_MSGID: Final = word_of(b" msgid=")
_NRCPTS: Final = word_of(b"nrcpts=")
_CTLADDR: Final = word_of(b"ctladdr=")
_SENT: Final = word_of(b"Sent ")
_DEFERRED: Final = word_of(b"Deferred")
_UEUED: Final = word_of(b"ueued as")
_INTERNAL: Final = word_of(b"Internal")
_ID_IS: Final = word_of(b"Id=")
_DELIVERY: Final = word_of(b"elivery)")
_TAIL: Final = word_of(b", reject")


@njit(nogil=True, inline="always")
def begins(data: Any, at: int, end: int, word: np.uint64, size: int) -> bool:
    """Whether ``data[at:end]`` begins with a word of ``size`` bytes, at most eight."""
    if end - at < size:
        return False
    here = load8(data, at)
    if size < 8:
        here &= (np.uint64(1) << np.uint64(8 * size)) - np.uint64(1)
    return here == word


@njit(nogil=True)
def find_word(data: Any, at: int, end: int, word: np.uint64, size: int) -> int:
    """Where a word of ``size`` bytes stands first, or -1."""
    first = word & np.uint64(255)
    while at < end:
        at = find(data, at, end, first)
        if begins(data, at, end, word, size):
            return at
        at += 1
    return -1


@njit(nogil=True, inline="always")
def is_letter(byte: int) -> bool:
    """Whether a byte is an ASCII letter."""
    return 97 <= (byte | 32) <= 122


@njit(nogil=True, inline="always")
def is_digit(byte: int) -> bool:
    """Whether a byte is an ASCII digit."""
    return 48 <= byte <= 57


@njit(nogil=True, inline="always")
def is_word(byte: int) -> bool:
    """Whether a byte is a letter, a digit or an underscore."""
    return is_letter(byte) or is_digit(byte) or byte == 95


@njit(nogil=True)
def address_end(data: Any, at: int, end: int) -> int:
    """Where an address ends that begins at a place: ``<x>`` or a bare word; -1 for other forms."""
    if at >= end:
        return -1
    if data[at] == 60:
        at += 1
        while at < end and data[at] != 62:
            byte = data[at]
            if byte in (60, 34, 44, 59, 32) or byte >= 128:
                return -1
            at += 1
        return at + 1 if at < end else -1
    begin = at
    while at < end and data[at] not in (44, 59, 32):
        byte = data[at]
        if byte in (60, 62, 34) or byte >= 128:
            return -1
        at += 1
    return at if at > begin else -1


@njit(nogil=True)
def address_hash(data: Any, at: int, end: int) -> np.uint64:
    """The hash of an address as it is compared: without brackets, in lower case."""
    if end - at >= 2 and data[at] == 60 and data[end - 1] == 62:
        at, end = at + 1, end - 1
    return hash_of(data, at, end, True)


@njit(nogil=True)
def skip_blanks(data: Any, at: int, end: int) -> int:
    """Where something else than a blank stands."""
    while at < end and data[at] == 32:
        at += 1
    return at


@njit(nogil=True)
def skip_codes(data: Any, at: int, end: int) -> int:
    """Where the words of a reply begin, behind its two codes."""
    at = skip_blanks(data, at, end)
    if (
        end - at >= 4
        and data[at] in (50, 52, 53)
        and is_digit(data[at + 1])
        and is_digit(data[at + 2])
        and data[at + 3] in (32, 45)
    ):
        at += 4
    after = at = skip_blanks(data, at, end)
    if end - at >= 2 and data[at] in (50, 52, 53) and data[at + 1] == 46:
        here = at + 2
        for part in range(2):
            begin = here
            while here < end and here - begin < 3 and is_digit(data[here]):
                here += 1
            if here == begin:
                return after
            if part == 0:
                if here >= end or data[here] != 46:
                    return after
                here += 1
        if here < end and data[here] == 32:
            return skip_blanks(data, here, end)
    return after


@njit(nogil=True)
def answer_hash(data: Any, at: int, end: int) -> np.uint64:
    """The hash of a reply without its codes; 1 where it is longer than two lines can be trusted to repeat."""
    at = skip_codes(data, at, end)
    while end > at and data[end - 1] == 32:
        end -= 1
    if end - at > SAME_LENGTH:
        return np.uint64(1)
    return hash_of(data, at, end, False)


@njit(nogil=True)
def told_by_code(data: Any, at: int, end: int) -> int:
    """What the first digit of a reply tells, where it begins with three."""
    if end - at < 3 or not (is_digit(data[at]) and is_digit(data[at + 1]) and is_digit(data[at + 2])):
        return UNKNOWN
    if data[at] == 53:
        return REFUSED
    if data[at] == 52:
        return TOLD_DEFERRED
    return ACCEPTED if data[at] == 50 else UNKNOWN


@njit(nogil=True)
def read_message(data: Any, at: int, end: int, scratch: Any) -> Any:
    """What a message in ``data[at:end]`` says, all of it plain ASCII.

    Returns whether it has a form that is read here, then kind, told, done, flags, the hashes of the recipient and of
    the compared words, and the number of recipients of an envelope.
    """
    if begins(data, at, end, _TO, 3):
        return _read_to(data, at + 3, end, scratch)
    if begins(data, at, end, _FROM, 5):
        return _read_from(data, at + 5, end)
    if begins(data, at, end, _MILTER, 8):
        return _read_milter(data, at + 8, end)
    if begins(data, at, end, _MILTER_WORD, 6) or begins(data, at, end, _RULESET, 8) or begins(data, at, end, _DSN, 5):
        return _NOT
    if find_word(data, at, end, _REJECT, 7) >= 0:
        return _NOT
    return True, OTHER, UNKNOWN, NONE, 0, np.uint64(0), np.uint64(0), 0


@njit(nogil=True)
def _read_from(data: Any, at: int, end: int) -> Any:
    stop = address_end(data, at, end)
    if stop < 0 or stop >= end or data[stop] != 44:
        return _NOT
    limit = find_word(data, stop, end, _MSGID, 7)
    if limit < 0:
        limit = end
    count, found = 0, find_word(data, stop, limit, _NRCPTS, 7)
    if found >= 0:
        here = found + 7
        while here < limit and is_digit(data[here]):
            count = count * 10 + (data[here] - 48)
            here += 1
        if here == found + 7 or here > found + 16 or (here < limit and data[here] != 44):
            return _NOT
    return True, ENVELOPE, UNKNOWN, NONE, 0, np.uint64(0), np.uint64(0), count


@njit(nogil=True)
def _read_milter(data: Any, at: int, end: int) -> Any:
    here = at
    while here < end and (is_letter(data[here]) or data[here] == 95):
        here += 1
    if not begins(data, here, end, _TAIL, 8) or here + 9 > end or data[here + 8] != 61:
        return _NOT
    stage = hash_of(data, at, here, False)
    known = False
    for one in _WHOLE:
        known = known or one == stage
    words = answer_hash(data, here + 9, end)
    if not known or words == 1:
        return _NOT
    return True, REFUSAL, told_by_code(data, here + 9, end), NONE, EVERYBODY, np.uint64(0), words, 0


@njit(nogil=True)
def _read_to(data: Any, at: int, end: int, scratch: Any) -> Any:
    stop = address_end(data, at, end)
    if stop < 0 or end - stop < 3 or data[stop] != 44 or data[stop + 1] != 32:
        return _NOT
    head = stop + 2
    here = head
    while here < end and is_word(data[here]):
        here += 1
    if here == head or here >= end or data[here] != 61 or begins(data, head, end, _CTLADDR, 8):
        return _NOT
    stat = find_word(data, head, end, _STAT, 5)
    if stat < 0 or (stat > head and not (data[stat - 1] == 32 and data[stat - 2] == 44)):
        return _NOT
    recipient = address_hash(data, at, stop)
    if recipient == 0:
        return _NOT
    mailer = find_word(data, head, stat, _MAILER, 7)
    relay = find_word(data, head, stat, _RELAY, 6)
    begin = stat + 5
    if end - begin < 9 and not (end - begin == 4 and _is_sent(data, begin)):
        return _NOT  # perhaps a word that was cut
    if mailer < 0 and relay < 0:
        words = answer_hash(data, begin, end)
        return (words != 1, ANSWER, UNKNOWN, NONE, 0, recipient, words, 0)
    if mailer >= 0 and begins(data, mailer + 7, stat, _PROXY, 5):
        return _NOT
    if relay < 0:
        return _NOT
    return _delivery(data, relay + 6, stat, begin, end, recipient, scratch)


@njit(nogil=True)
def _is_sent(data: Any, at: int) -> bool:
    return (load8(data, at) & np.uint64(0xFFFFFFFF)) | np.uint64(0x20202020) == np.uint64(0x746E6573)


@njit(nogil=True)
def _delivery(data: Any, relay: int, head_end: int, begin: int, end: int, recipient: np.uint64, scratch: Any) -> Any:
    if begins(data, begin, end, _DEFERRED, 8) and (end - begin == 8 or not is_letter(data[begin + 8])):
        return True, DELIVERY, UNKNOWN, DEFERRED, 0, recipient, np.uint64(0), 0
    if not (end - begin == 4 and _is_sent(data, begin)) and not begins(data, begin, end, _SENT, 5):
        return _NOT
    if end - begin >= 8 and load8(data, end - 8) == _DELIVERY:
        return _NOT  # perhaps handed to itself
    # The relay's address: between the last brackets, and no address of this unit.
    stop = relay
    while stop < head_end and not (data[stop] == 44 and stop + 1 < head_end and data[stop + 1] == 32):
        stop += 1
    while stop > relay and data[stop - 1] == 32:
        stop -= 1
    if stop - relay < 9 or data[stop - 1] != 93:
        return _NOT
    opened = stop - 2
    while opened > relay and (is_digit(data[opened]) or data[opened] == 46):
        opened -= 1
    size = stop - 1 - (opened + 1)
    if data[opened] != 91 or size < 7 or size > 15:
        return _NOT
    if data[opened + 1] == 49 and data[opened + 2] == 50 and data[opened + 3] == 55 and data[opened + 4] == 46:
        return _NOT
    proof, last = _proof(data, begin, end)
    if proof < 0:
        while end > begin and data[end - 1] == 32:
            end -= 1
        flags = BARE if end - begin == 4 else 0
        return True, DELIVERY, UNKNOWN, DELIVERED, flags, recipient, hash_of(data, begin, end, False), 0
    count = 0
    for place in range(proof, last):
        scratch[count] = data[place]
        count += 1
    scratch[count] = 32
    count += 1
    for place in range(opened + 1, stop - 1):
        scratch[count] = data[place]
        count += 1
    return True, DELIVERY, UNKNOWN, DELIVERED, 0, recipient, hash_of(scratch, 0, count, False), 0


@njit(nogil=True)
def _proof(data: Any, at: int, end: int) -> Any:
    """Where the queue id of the next hop stands in a reply, as two places; -1 where there is none."""
    here = at
    while here < end:
        queued, internal = find_word(data, here, end, _UEUED, 8), find_word(data, here, end, _INTERNAL, 8)
        if queued < 0 and internal < 0:
            break
        if internal < 0 or 0 <= queued < internal:
            begin, found, here = queued - 1, queued + 9, queued + 1
            fits = begin >= at and (data[begin] | 32) == 113 and found - 1 < end and data[found - 1] == 32
        else:
            begin, found, here = internal, internal + 11, internal + 1
            fits = begins(data, internal + 8, end, _ID_IS, 3)
        if not fits or found >= end or (begin > at and is_word(data[begin - 1])):
            continue
        if is_letter(data[found]) or is_digit(data[found]):
            stop = found
            while stop < end and stop - found < 128 and (is_word(data[stop]) or data[stop] in (46, 45)):
                stop += 1
            while stop > found and data[stop - 1] == 46:
                stop -= 1
            return found, stop
    return -1, -1
