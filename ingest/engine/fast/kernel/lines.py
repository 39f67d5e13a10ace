"""FortiMail lines by the block, compiled: cut into keys, and read where their shape and words are known already.

Known are those that the plain reader has read before (`learned`): it says what a shape means, and this only does the
same again, faster. A line that is not cut here in the one way that it can be cut goes the plain way.
"""

import string
from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.event import DONE, TOLD, Kind
from ingest.engine.fast.kernel.cut import MSG, NO_WORDS, cut, is_utf8, next_line
from ingest.engine.fast.kernel.message import is_digit, is_word, read_message
from ingest.engine.fast.kernel.words import (
    SEED,
    fold,
    hash_of,
    is_plain,
    mix,
    term,
)
from ingest.engine.fast.pure import hash_bytes
from ingest.engine.fast.rows import (
    BLANK,
    CLASSIFIER,
    DATE,
    DEVICE,
    DISPOSITION,
    FAST,
    SESSION,
    SHAPE_EVENT,
    SHAPE_HISTORY,
    SHAPE_SPAM,
    SLOW,
    STATUS,
    SUBTYPE,
    TIME,
    TO,
)
from ingest.engine.fortimail.session import ALPHABET

TOLD_UNKNOWN: Final = TOLD.index("unknown")
DONE_NONE: Final = DONE.index("none")
KIND_OTHER: Final = int(Kind.OTHER)
KIND_SPAM: Final = int(Kind.SPAM)
_DAY_MS: Final = 86_400_000
_DIGIT, _IN_ID = np.uint8(1), np.uint8(2)
_SMTP: Final = np.uint64(hash_bytes(b"smtp"))


def _classes() -> Any:
    """What each byte may stand for: a digit, a character of an id."""
    classes = np.zeros(256, np.uint8)
    classes[[ord(one) for one in string.digits]] = _DIGIT | _IN_ID
    classes[[ord(one) for one in ALPHABET if one not in string.digits]] = _IN_ID
    return classes


_CLASSES: Final = _classes()


@njit(nogil=True, forceinline=True)
def place_of(keys: Any, key: np.uint64) -> int:
    """Where a key stands in a sorted array, or -1."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < len(keys) and keys[low] == key else -1


@njit(nogil=True, forceinline=True)
def _two(data: Any, at: int) -> int:
    return (data[at] - 48) * 10 + (data[at + 1] - 48)


@njit(nogil=True, forceinline=True)
def stamp_of(data: Any, date: int, date_end: int, time: int, time_end: int) -> int:
    """Milliseconds from 1970 of ``YYYY-MM-DD`` and ``hh:mm:ss[.fff]``, -1 for other forms."""
    size = time_end - time
    if date_end - date != 10 or data[date + 4] != 45 or data[date + 7] != 45:
        return -1
    if size not in (8, 12) or data[time + 2] != 58 or data[time + 5] != 58:
        return -1
    digits = _DIGIT
    for place in (0, 1, 2, 3, 5, 6, 8, 9):
        digits &= _CLASSES[data[date + place]]
    for place in (0, 1, 3, 4, 6, 7):
        digits &= _CLASSES[data[time + place]]
    if digits == 0:
        return -1
    year, month, day = _two(data, date) * 100 + _two(data, date + 2), _two(data, date + 5), _two(data, date + 8)
    hour, minute, second = _two(data, time), _two(data, time + 3), _two(data, time + 6)
    if hour > 23 or minute > 59 or second > 59 or not 1971 <= year <= 2260 or not 1 <= month <= 12 or day < 1:
        return -1
    long_ = month in (1, 3, 5, 7, 8, 10, 12)
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    if day > (31 if long_ else 30 if month != 2 else 29 if leap else 28):
        return -1
    part = 0
    if size == 12:
        if data[time + 8] not in (46, 44):
            return -1
        for place in (9, 10, 11):
            if not is_digit(data[time + place]):
                return -1
            part = part * 10 + (data[time + place] - 48)
    # Days from civil, H. Hinnant, “chrono-Compatible Low-Level Date Algorithms”.
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return days * _DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + part


@njit(nogil=True, forceinline=True)
def _is_half(data: Any, at: int) -> bool:
    """Whether a message's id stands at a place; all is looked at, since a wrong one is rare."""
    letters, digits = _IN_ID, _DIGIT
    for place in range(8):
        letters &= _CLASSES[data[at + place]]
    for place in range(8, 14):
        digits &= _CLASSES[data[at + place]]
    return letters != 0 and digits != 0


@njit(nogil=True, forceinline=True)
def session_form(data: Any, at: int, end: int) -> int:
    """0 for the usual id of two halves, 1 for one with digits behind it, -1 for other forms."""
    if end - at < 29 or end - at > 128 or data[at + 14] != 45 or not (_is_half(data, at) and _is_half(data, at + 15)):
        return -1
    for place in range(at + 29, end):
        if not is_digit(data[place]):
            return -1
    return 1 if end - at > 29 else 0


@njit(nogil=True, forceinline=True)
def read_lines(
    data: Any,
    begin: int,
    size: int,
    most: int,
    known: Any,
    place: int,
    first_line: int,
    offset: int,
    silent: int,
    rows: Any,
    states: Any,
    shapes: Any,
    bounds: Any,
    seen: Any,
    starts: Any,
    ends: Any,
    hashes: Any,
    scratch: Any,
    memory: Any,
) -> Any:
    """Read the lines of ``data[begin:size]``, at most so many. Returns their number and that of those beyond ASCII.

    Fills a row, a state, a shape and the places of each line. Of lines that are not read here, ``shapes`` has the shape
    where they could be cut. ``silent`` is the number of the device of lines that name none; ``seen`` gets the number of
    the first line that names each device.
    """
    number, other, next_ = 0, 0, begin
    while next_ < size and number < most:
        at = next_
        end, written = next_line(data, at, size)
        next_ = end + 1
        bounds[number, 0], bounds[number, 1] = at, end
        if written == 2 and end > at and data[end - 1] == 13:
            while end > at and data[end - 1] == 13:
                end -= 1
            written = next_line(data, at, end)[1]
        states[number], shapes[number] = SLOW, 0
        number += 1
        if end == at:
            states[number - 1] = BLANK
            continue
        if written == 2 or (written == 1 and not is_utf8(data, at, end)):
            continue
        count, shape, message, message_end, said = cut(data, at, end, starts, ends, hashes, memory)
        if count == 0:
            continue
        shapes[number - 1] = shape
        kind_of = place_of(known.shapes, shape)
        if kind_of < 0:
            continue
        row = rows[number - 1]
        unit = _read_row(
            data,
            known,
            kind_of,
            count,
            starts,
            ends,
            hashes,
            message,
            message_end,
            said,
            written == 0,
            silent,
            scratch,
            row,
        )
        if unit < 0:
            continue
        states[number - 1] = FAST
        row.place, row.line, row.offset = place, first_line + number - 1, offset + at
        row.unit = unit - 1 if unit > 0 else silent
        other += written
        if unit > 0 and seen[unit - 1] == 0:
            seen[unit - 1] = first_line + number - 1
    return number, other, next_


@njit(nogil=True, forceinline=True)
def _read_row(
    data: Any,
    known: Any,
    shape: int,
    count: int,
    starts: Any,
    ends: Any,
    hashes: Any,
    message: int,
    message_end: int,
    said: np.uint64,
    plain: bool,
    silent: int,
    scratch: Any,
    row: Any,
) -> int:
    """Fill a row; the number of the device that the line names, from 1, 0 where it names none, -1 if not read."""
    places = known.places[shape]
    session = places[SESSION]
    if session < 0:
        return -1
    form = session_form(data, starts[session], ends[session])
    if form < 0:
        return -1
    stamp = stamp_of(data, starts[places[DATE]], ends[places[DATE]], starts[places[TIME]], ends[places[TIME]])
    if stamp < 0:
        return -1
    named = 0
    if places[DEVICE] >= 0 and ends[places[DEVICE]] > starts[places[DEVICE]]:
        device = place_of(known.devices, hashes[places[DEVICE], 1])
        if device < 0:
            return -1
        named = known.units[device] + 1
    kind, told, done, flags, envelope = KIND_OTHER, TOLD_UNKNOWN, DONE_NONE, 0, 0
    recipient, words, type_ = NO_WORDS, NO_WORDS, known.types[shape]
    if type_ == SHAPE_EVENT:
        subtype = places[SUBTYPE]
        if message < 0 or subtype < 0 or hashes[subtype, 1] != _SMTP:
            return -1
        if not plain and not is_plain(data, message, message_end):
            return -1
        fits, kind, told, done, flags, recipient, words, envelope = read_message(data, message, message_end, scratch)
        if not fits:
            return -1
    elif type_ in (SHAPE_HISTORY, SHAPE_SPAM):
        to = places[TO]
        if to >= 0:
            begin, stop = starts[to], ends[to]
            for here in range(begin, stop):
                if data[here] in (44, 59, 32) or data[here] >= 128:
                    return -1
            if stop > begin and (data[begin] == 60) != (data[stop - 1] == 62):
                return -1
            if stop > begin and data[begin] == 60:
                begin, stop = begin + 1, stop - 1
                if stop <= begin:
                    return -1
            recipient = hash_of(data, begin, stop, True)
        if type_ == SHAPE_SPAM:
            kind = KIND_SPAM
            envelope = _scanner(data, message, message_end, known.scanners) if message >= 0 else 0
            if envelope < 0:
                return -1
        else:
            meaning = place_of(known.words, _history_words(places, hashes))
            classifier = places[CLASSIFIER]
            verdict = NO_WORDS
            if classifier >= 0:
                verdict = hashes[classifier, 1]
            verdict_at = place_of(known.classifiers, verdict)
            if meaning < 0 or verdict_at < 0:
                return -1
            packed = known.meanings[meaning]
            kind, told, done, flags = packed & 255, (packed >> 8) & 255, (packed >> 16) & 255, packed >> 24
            envelope = known.numbers[verdict_at]
    key_end = starts[session] + 29
    unit = named - 1 if named > 0 else silent
    row.family = mix(hash_of(data, starts[session], key_end, False) ^ mix(np.uint64(unit) + SEED))
    row.half = hash_of(data, starts[session] + 15, key_end, False)
    digest, kept, place = np.uint64(0), known.kept[shape], np.uint64(1)
    for token in range(count):
        if (kept >> np.uint64(token)) & np.uint64(1):
            digest += term(place, hashes[token, 0], hashes[token, 1])
            place += np.uint64(1)
    if message >= 0:
        digest += term(np.uint64(0), MSG, said)
    row.digest, row.words, row.recipient, row.stamp = mix(digest), words, recipient, stamp
    row.kind, row.told, row.done, row.flags, row.verdict, row.child = kind, told, done, flags, envelope, form
    return named


@njit(nogil=True)
def digest_of(data: Any, bounds: Any, has_message: int) -> np.uint64:
    """The digest of a line that was cut the plain way, as `_read_row` makes it.

    ``bounds`` has for each key where it and its value begin and end; the message, where there is one, is the last.
    """
    digest, pairs = np.uint64(0), len(bounds)
    for pair in range(pairs):
        name = hash_of(data, bounds[pair, 0], bounds[pair, 1], False)
        place = 0 if has_message and pair == pairs - 1 else pair + 1
        digest += term(np.uint64(place), name, hash_of(data, bounds[pair, 2], bounds[pair, 3], False))
    return mix(digest)


@njit(nogil=True, forceinline=True)
def _history_words(places: Any, hashes: Any) -> np.uint64:
    """The hash of what a history line says: its subtype, disposition and delivery status."""
    state = SEED
    for name in (SUBTYPE, DISPOSITION, STATUS):
        at = places[name]
        state = fold(state, hashes[at, 1] if at >= 0 else NO_WORDS)
    return state


@njit(nogil=True, forceinline=True)
def _scanner(data: Any, at: int, end: int, known: Any) -> int:
    for number in range(len(known.numbers)):
        size = known.sizes[number]
        if end - at < size:
            continue
        same = True
        for place in range(size):
            if data[at + place] != known.texts[number, place]:
                same = False
                break
        if same and known.bound[number] and end - at > size:
            after = data[at + size]
            same = after < 128 and not is_word(after)
            if after >= 128:
                return -1
        if same:
            return known.numbers[number]
    return 0


@njit(nogil=True, forceinline=True)
def span_of(rows: Any, kinds: np.uint64, undated: int, spans: Any, days: Any) -> Any:
    """The first and last stamp of rows (-1 for none), and how many days were noted.

    ``spans`` has for each device the first and last stamp of its rows of some kinds (a bit each), and the number of all
    its rows; ``days`` gets a row (device, day) where the day is another one than in the row before.
    """
    first = last = -1
    noted, unit_before, day_before = 0, -1, -1
    for row in rows:
        stamp = row.stamp
        spans[row.unit, 2] += 1
        if stamp <= undated:
            continue
        if first < 0 or stamp < first:
            first = stamp
        last = max(last, stamp)
        if not (kinds >> np.uint64(row.kind)) & np.uint64(1):
            continue
        unit, day = np.int64(row.unit), stamp // _DAY_MS
        if spans[unit, 0] < 0 or stamp < spans[unit, 0]:
            spans[unit, 0] = stamp
        spans[unit, 1] = max(spans[unit, 1], stamp)
        if unit != unit_before or day != day_before:
            days[noted, 0], days[noted, 1] = unit, day
            noted, unit_before, day_before = noted + 1, unit, day
    return first, last, noted
