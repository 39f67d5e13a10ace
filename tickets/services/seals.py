"""Checking the seals of a case's timeline, a hash chain that the database writes with each entry.

The text that is hashed is computed here anew, and not by the database's own function: whoever can change a row could
change that one too.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

# The columns in the order in which a seal covers them (migration `entries_are_sealed`), then the entry's id (migration
# `seals_cover_ids`), then the seal before. Seals from before that migration cover all but the id; none that covers the
# id reads like one of them, whose list is shorter.
SEALED = (
    "public_id",
    "case_id",
    "kind",
    "happened_at",
    "precision",
    "recorded_at",
    "author_id",
    "from_party_id",
    "to_party_id",
    "text",
    "due_at",
    "replaces_id",
    "evidence_id",
    "state",
    "key",
)
_MOMENTS = {"happened_at", "recorded_at", "due_at"}


def _told(name: str) -> str:
    """Return how a column is asked for: a time as microseconds, also one that no clock of ours could have told."""
    return f"trunc(extract(epoch FROM entry.{name}) * 1000000)::text" if name in _MOMENTS else f"entry.{name}"


_SEALS = f"""
SELECT coalesce(seal.case_id, entry.case_id), seal.sequence, seal.previous_hash, seal.hash, entry.id,
    {", ".join(map(_told, SEALED))}
FROM (SELECT * FROM tickets_entryseal WHERE case_id = ANY(%(cases)s)) AS seal
    FULL JOIN (SELECT * FROM tickets_timelineentry WHERE case_id = ANY(%(cases)s) OR id IN (
        SELECT entry_id FROM tickets_entryseal WHERE case_id = ANY(%(cases)s))) AS entry ON entry.id = seal.entry_id
ORDER BY 1, seal.sequence NULLS LAST, entry.id
"""  # noqa: S608  (column names of our own)


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A place in a case's timeline that does not hold. `entry` is None where the entry is gone."""

    sequence: int | None
    entry: str | None
    what: str


@dataclass(frozen=True, slots=True)
class TimelineState:
    """What a case's seals say: the hash of each, by its number, and what does not hold."""

    hashes: dict[int, str]
    broken: list[BrokenSeal]


def seal_hash(values: Sequence[Any], previous: str) -> str:
    """Return the SHA-256 over an entry's values, in the order of SEALED, its id, and the seal before."""
    return hashlib.sha256(b"".join(map(_netstring, [*values, previous]))).hexdigest()


def _netstring(value: Any) -> bytes:
    """Return a value as a seal covers it."""
    if value is None:
        return b"-,"
    text = str(value).encode()
    return b"%d:%s," % (len(text), text)


def states_of_timelines(case_ids: Sequence[int]) -> dict[int, TimelineState]:
    """Return the state of the timelines of these cases, by the case's id."""
    found = {case_id: TimelineState({}, []) for case_id in case_ids}
    with connection.cursor() as cursor:
        cursor.execute(_SEALS, {"cases": list(case_ids)})
        for case_id, rows in groupby(cursor, key=itemgetter(0)):
            _check(rows, found.setdefault(case_id, TimelineState({}, [])))
    return found


def _check(rows: Iterable[tuple[Any, ...]], state: TimelineState) -> None:
    """Note what does not hold in one case."""
    previous, expected = "", 1
    for case_id, sequence, covers, digest, entry_id, *values in rows:
        entry = str(values[0]) if entry_id is not None else None
        if sequence is None:
            state.broken.append(BrokenSeal(None, entry, "the entry has no seal: it was put in past the product"))
            continue
        if sequence != expected:
            gap = (
                f"entry {expected} is missing" if sequence == expected + 1 else f"entries {expected} to {sequence - 1}"
            )
            state.broken.append(BrokenSeal(sequence, entry, f"a seal was taken out before this one ({gap})"))
        if covers != previous:
            state.broken.append(BrokenSeal(sequence, entry, "its seal does not cover the seal before"))
        if entry_id is None:
            state.broken.append(BrokenSeal(sequence, None, "the entry is gone, its seal is there"))
        elif values[1] != case_id or digest not in (seal_hash([*values, entry_id], covers), seal_hash(values, covers)):
            state.broken.append(BrokenSeal(sequence, entry, "the entry is not what was sealed"))
        state.hashes[sequence] = digest
        previous, expected = digest, sequence + 1
