"""Events packed small: a log of some GB leaves millions of them, and all are held until every file is read.

An event takes 61 bytes in the family it belongs to. Text is not held: what a finding cites is read back by its offset.
"""

import struct
from collections.abc import Container, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

from ingest.engine.event import DONE, TOLD, Event, Kind

_T = TypeVar("_T")
_PACKED: Final = struct.Struct("<qqqQQIIIIHBBB")
_STAMP_AND_KIND: Final = struct.Struct("<16xq34xB2x")  # of the same bytes, for who needs no more
# Without a date only the time of day is known: enough to tell two events apart, not to put them in order.
UNDATED: Final = -(1 << 62)
_TOLD_CODE: Final = {told: code for code, told in enumerate(TOLD)}
_DONE_CODE: Final = {done: code for code, done in enumerate(DONE)}


class Record(NamedTuple):
    """An event of a family.

    ``words`` stands for the compared words (0 for none), ``stamp`` is in ms, ``place`` the number of the stream that
    ``line`` and ``offset`` are in. ``recipients``, ``verdict`` and ``child`` are numbers in `Tables`; an envelope has
    its count of recipients where others have the verdict, a spam line the number of its scanner.
    """

    digest: int
    words: int
    stamp: int
    line: int
    offset: int
    place: int
    recipients: int
    verdict: int
    child: int
    flags: int
    kind: int
    told: int
    done: int

    @property
    def dated(self) -> int | None:
        """The stamp, or None where the log has no date."""
        return self.stamp if self.stamp > UNDATED // 2 else None


class Numbers(Generic[_T]):
    """Values that many records share, each kept once; number 0 is the value given first."""

    __slots__ = ("_number", "values")

    def __init__(self, first: _T) -> None:
        self.values = [first]
        self._number = {first: 0}

    def __call__(self, value: _T) -> int:
        """The number of a value."""
        number = self._number.get(value)
        if number is None:
            number = self._number[value] = len(self.values)
            self.values.append(value)
        return number


class Tables:
    """The shared values of all records of a scan."""

    __slots__ = ("children", "recipients", "verdicts")

    def __init__(self) -> None:
        self.recipients: Numbers[tuple[str, ...]] = Numbers(())
        self.children: Numbers[str | None] = Numbers(None)
        self.verdicts: Numbers[tuple[str | None, str | None]] = Numbers((None, None))

    def pack(self, event: Event, place: int, line: int, offset: int) -> bytes:
        """The packed record of an event at a place."""
        stamp = event.stamp
        history = event.kind is Kind.HISTORY
        return _PACKED.pack(
            event.digest,
            hash(event.words),
            UNDATED + (event.clock or 0) if stamp is None else stamp,
            line,
            offset,
            place,
            self.recipients(event.recipients),
            self.verdicts((event.verdict, event.verdict_code)) if history else event.envelope,
            self.children(event.child),
            event.flags,
            event.kind,
            _TOLD_CODE[event.told],
            _DONE_CODE[event.done],
        )


def repack(record: Record) -> bytes:
    """A record as it was packed."""
    return _PACKED.pack(*record)


def unpack(packed: bytearray) -> list[Record]:
    """The records of a family, each event once: the first place where it stands is kept."""
    records: dict[int, Record] = {}
    for fields in _PACKED.iter_unpack(packed):
        records.setdefault(fields[0], Record._make(fields))
    return list(records.values())


def event_stamps(packed: bytearray, kinds: Container[int]) -> Iterator[int]:
    """The dated stamps of a family's records of some kinds; a line that stands twice counts twice."""
    return (stamp for stamp, kind in _STAMP_AND_KIND.iter_unpack(packed) if kind in kinds and stamp > UNDATED // 2)
