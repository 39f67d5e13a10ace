"""What a family's answer depends on beside its own lines: which time the log covers, and what was said at upload."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ingest.engine.records import event_stamps
from ingest.engine.times import DAY_MS
from ingest.engine.transactions import Device
from ingest.engine.truth import EVENT_KINDS

QUEUE_DAYS: Final = 5  # RFC 5321, 4.5.4.1: a sender gives up after 4 or 5 days at the earliest
NO_DATES: Final = "no mail event line (elog) of the device has a date, so how long the log covers is not known"
UNDATED_FAMILY: Final = "their lines have no dates, so how long the log covers after them is not known"
GAP: Final = "the log has days without any mail event line within the queue lifetime of these messages"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The time that a device's dated mail event lines cover; ``days`` (from 1970) are those that have any."""

    first: int
    last: int
    days: frozenset[int]

    def lacks(self, stamp: int, lifetime_days: int) -> str | None:
        """Why the log does not show all that can become of a message whose last line has this stamp, or None."""
        covered = max(0, (self.last - stamp) // DAY_MS)
        if covered < lifetime_days:
            return f"the log covers {covered} of {lifetime_days} days of queue lifetime"
        until = stamp // DAY_MS + lifetime_days
        return None if all(day in self.days for day in range(stamp // DAY_MS, until + 1)) else GAP


def coverage_of(device: Device) -> Coverage | None:
    """What the mail event lines of a device cover, None where none of them has a date."""
    first, last, days = None, 0, set()
    for packed in device.families.values():
        for stamp in event_stamps(packed, EVENT_KINDS):
            days.add(stamp // DAY_MS)
            if first is None or stamp < first:
                first = stamp
            last = max(last, stamp)
    return None if first is None else Coverage(first, last, frozenset(days))


class Remembered:
    """Coverage by device, each worked out when it is first asked for: most logs of whole messages never ask."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, int | None], Coverage | None] = {}

    def __call__(self, device: Device) -> Coverage | None:
        """The coverage of a device."""
        key = (device.name, device.source)
        if key not in self._known:
            self._known[key] = coverage_of(device)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Context:
    """``firmware`` is what was said of each place that records come from (None or nothing: not known).

    An answer depends on the time itself through `lacks` and the days it counts for alone.
    """

    coverage: Callable[[Device], Coverage | None]
    lifetime_days: int = QUEUE_DAYS
    firmware: tuple[str | None, ...] = ()

    def lacks(self, device: Device, stamp: int | None) -> str | None:
        """Why the log does not cover the end of a message with this last stamp, or None."""
        if stamp is None:
            return UNDATED_FAMILY
        coverage = self.coverage(device)
        return coverage.lacks(stamp, self.lifetime_days) if coverage else NO_DATES

    def firmware_at(self, place: int) -> str | None:
        """The firmware that wrote the lines of a place, None where nobody said."""
        return self.firmware[place] if place < len(self.firmware) else None
