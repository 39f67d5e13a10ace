"""Lines of formats that are data by the block, compiled: recognised and read by a plan (`ingest.engine.fast.plans`).

It does what `ingest.engine.logformats.reader` and `meaning` do with a line of printable ASCII whose device and zone are
known. Every other line, and what is rare, is left to those. The table, the code and the like are addresses.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from ingest.engine.event import DONE, Kind
from ingest.engine.fast.kernel.cut import next_line
from ingest.engine.fast.kernel.expressions import is_in, match
from ingest.engine.fast.kernel.lines import place_of
from ingest.engine.fast.kernel.memory import get8, get32, put32
from ingest.engine.fast.kernel.spec_meaning import mean
from ingest.engine.fast.kernel.spec_values import begin_of, end_of, holds, key_of, stands, value_of
from ingest.engine.fast.kernel.times import read_time
from ingest.engine.fast.kernel.words import SEED, fold, hash_of, mix
from ingest.engine.fast.rows import (
    ANY,
    BLANK,
    BODY_SLOT,
    CONDITION_SIZE,
    DEVICE_AT,
    FAST,
    FIRST,
    FRAMES,
    FRAMES_AT,
    HAS_AT,
    HAS_NUMBER,
    HAS_SIZE,
    KEY_AT,
    LEADS,
    LOOSE,
    NEXT_AT,
    NOTE,
    ON,
    PARENT_AT,
    PATTERN,
    PLAIN,
    PROGRAM,
    PROGRAM_SLOT,
    REMEMBERS,
    RULE_SIZE,
    RULES,
    RULES_AT,
    SAID,
    SLOTS,
    SLOW,
    TAKES,
    TAKES_AT,
    TIME_AT,
    TIME_SLOT,
    TIMED_AT,
    WHEN_AT,
    WHENS,
    WRITTEN,
)

OTHER: Final = int(Kind.OTHER)
DELIVERED: Final = DONE.index("delivered")
_NO_WORDS: Final = np.uint64(0)
TIME_LENGTH: Final = 64


@njit(nogil=True)
def recognise(
    table: int, code: int, sets: int, words: int, data: Any, base: int, fields: int, unnamed: int, stack: int
) -> int:
    """Where the rule of a line stands, 0 for none; ``fields`` gets what it takes out of the line."""
    body = get32(table, BODY_SLOT)
    begin, end = begin_of(fields, body), end_of(fields, body)
    asked, found = np.uint64(0), np.uint64(0)
    rule = get32(table, RULES_AT)
    for _ in range(get32(table, RULES)):
        here, rule = rule, rule + RULE_SIZE
        on = get32(table, here + ON)
        at, stop = begin_of(fields, on), end_of(fields, on)
        if stop < at or at < 0:
            at, stop = 0, 0
        first = get32(table, here + FIRST)
        if first > ANY and (at >= stop or not is_in(sets, first, get8(base, at))):
            continue
        size = get32(table, here + HAS_SIZE)
        if size:
            bit = np.uint64(1) << np.uint64(get32(table, here + HAS_NUMBER))
            if not asked & bit:
                asked |= bit
                if stands(data, base, begin, end, words, get32(table, here + HAS_AT), size):
                    found |= bit
            if not found & bit:
                continue
        whens, when = True, get32(table, here + WHEN_AT)
        for _ in range(get32(table, here + WHENS)):
            whens = whens and holds(table, when, code, sets, words, base, fields, unnamed, stack)
            when += CONDITION_SIZE
        if not whens:
            continue
        pattern = get32(table, here + PATTERN)
        if pattern >= 0 and not match(code, pattern, sets, words, base, at, stop, fields, stack):
            continue
        take = get32(table, here + TAKES_AT)
        for _ in range(get32(table, here + TAKES)):
            slot = get32(table, take)
            at, stop = begin_of(fields, slot), end_of(fields, slot)
            if stop < at or at < 0:
                at, stop = 0, 0
            match(code, get32(table, take + 1), sets, words, base, at, stop, fields, stack)
            take += 2
        return here
    return 0


@njit(nogil=True)
def leads(table: int, rule: int, words: int, data: Any, base: int, fields: int, scratch: Any, done: int) -> Any:
    """Whether later lines may need something of a line, or it leads to another id; and the hash of that id."""
    noted, hashed = get32(table, rule + REMEMBERS) != 0, _NO_WORDS
    after, before = get32(table, rule + NEXT_AT), get32(table, rule + PARENT_AT)
    if before >= 0 and key_of(table, before, words, data, base, fields, scratch)[0] != 0:
        noted = True
    if after >= 0 and (done != DELIVERED or get32(table, rule + LEADS)):
        hashed, fits = key_of(table, after, words, data, base, fields, scratch)
        noted = noted or hashed != 0 or not fits
    return noted, hashed


@njit(nogil=True)
def read_spec_lines(
    data: Any,
    base: int,
    begin: int,
    size: int,
    most: int,
    plan: Any,
    devices: Any,
    units: Any,
    zones: Any,
    place: int,
    offset: int,
    silent: int,
    rows: Any,
    states: Any,
    dates: Any,
    bounds: Any,
    seen: Any,
    notes: Any,
    unnamed: int,
    fields: int,
    stack: int,
    scratch: Any,
) -> Any:
    """Read lines of ``data[begin:size]``, at most so many. Returns their number, that of notes, and where it stopped.

    A state, a date and the places for each line; a row for those that are read, of which the rows of `SAID` have only
    the time (-1 for none). Of a time without a year the date is noted (`kernel.times.read_time`), and the row has the
    milliseconds of the day. ``notes`` has a row for each line that later ones may need, or that leads to another id:
    its number, its rule, where its values stand.
    """
    table, code, sets, words = plan
    slots = get32(table, SLOTS)
    frames, frames_at = get32(table, FRAMES), get32(table, FRAMES_AT)
    program, program_slot = get32(table, PROGRAM), get32(table, PROGRAM_SLOT)
    body_slot, time_slot = get32(table, BODY_SLOT), get32(table, TIME_SLOT)
    number, noted, next_ = 0, 0, begin
    while next_ < size and number < most:
        at = next_
        end, written = next_line(data, at, size)
        next_ = end + 1
        bounds[number, 0], bounds[number, 1] = at, end
        if written == 2 and end > at and data[end - 1] == 13:
            while end > at and data[end - 1] == 13:
                end -= 1
            written = next_line(data, at, end)[1]
        here = number
        number += 1
        states[here], dates[here] = SLOW, 0
        if end == at:
            states[here] = BLANK
            continue
        if written:
            continue
        for slot in range(2 * slots):
            put32(fields, slot, -1)
        framed = frames == 0
        if framed:
            put32(fields, 2 * body_slot, at)
            put32(fields, 2 * body_slot + 1, end)
        for frame in range(frames):
            if match(code, get32(table, frames_at + frame), sets, words, base, at, end, fields, stack):
                framed = True
                break
        if not framed:
            continue
        row = rows[here]
        row.stamp = -1
        if program >= 0:
            name, name_end = begin_of(fields, program_slot), end_of(fields, program_slot)
            if name < 0:
                name, name_end = 0, 0
            if not match(code, program, sets, words, base, name, name_end, fields, stack):
                states[here] = SAID
                continue
        rule = recognise(table, code, sets, words, data, base, fields, unnamed, stack)
        if rule and get32(table, rule + PLAIN):
            continue
        time, time_end = value_of(table, get32(table, rule + TIMED_AT if rule else TIME_AT), fields)
        if time_end - time > TIME_LENGTH:
            continue
        stamp, date, zone = read_time(data, time, time_end)
        if stamp < 0 or (zone and place_of(zones, hash_of(data, zone, time_end, False)) < 0):
            continue
        unit = silent
        named = 0
        if rule:
            device, device_end = value_of(table, get32(table, rule + DEVICE_AT), fields)
            if device_end > device:
                named = place_of(devices, hash_of(data, device, device_end, False)) + 1
                if named == 0:
                    continue
                unit = units[named - 1]
        state, key, fits = SAID, _NO_WORDS, True
        if rule:
            key, fits = key_of(table, get32(table, rule + KEY_AT), words, data, base, fields, scratch)
            if not fits or not mean(table, rule, code, sets, words, data, base, fields, unnamed, stack, scratch, row):
                continue
            speaks = row.kind != OTHER or row.flags != 0
            if key:
                state = FAST
                row.family = mix(key ^ mix(np.uint64(unit) + SEED))
            elif speaks:
                state = LOOSE
            row.digest = 0
            if speaks:
                row.flags |= WRITTEN
                text, text_end = begin_of(fields, time_slot), end_of(fields, time_slot)
                written_at = hash_of(data, text, text_end, False) if text >= 0 else _NO_WORDS
                body, body_end = begin_of(fields, body_slot), end_of(fields, body_slot)
                row.digest = mix(fold(written_at, hash_of(data, body, body_end, False)))
            to_note, led = leads(table, rule, words, data, base, fields, scratch, row.done)
            if to_note:
                if noted >= len(notes):
                    next_ = at
                    number -= 1
                    break
                notes[noted, 0], notes[noted, 1] = here, (rule - get32(table, RULES_AT)) // RULE_SIZE
                for slot in range(2 * slots):
                    notes[noted, 2 + slot] = get32(fields, slot)
                notes[noted, NOTE - 2] = np.int64(led & np.uint64(0xFFFFFFFF))
                notes[noted, NOTE - 1] = np.int64(led >> np.uint64(32))
                noted += 1
        states[here] = state
        dates[here] = date
        row.stamp, row.half = stamp, 0
        row.place, row.line, row.offset, row.unit = place, here + 1, offset + at, unit
        if named and seen[unit] == 0:
            seen[unit] = here + 1
    return number, noted, next_
