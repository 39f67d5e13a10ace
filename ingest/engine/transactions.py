"""Lines joined to families: parent and children of one id, across the files of one device.

Devices are never joined by id. A line without a device takes the one given with its source; where neither says, the
lines of one source are taken to be of one unit, and never joined with another source.
"""

from dataclasses import dataclass, field
from typing import Final

from ingest.engine.event import Event, Flag, Kind
from ingest.engine.fortimail.session import is_queue_id
from ingest.engine.records import Record, Tables

QUEUE_ID_AT: Final = 15  # in a key of two halves of 14 characters


@dataclass(slots=True)
class Device:
    """One unit's families, packed (`records`).

    ``name`` is None where nobody said; ``source`` then is the number of the one source. ``loose`` are the lines that
    name no session, by digest: time and verdict of the history lines among them, None for others.
    """

    name: str | None
    source: int | None
    families: dict[str, bytearray] = field(default_factory=dict)
    loose: dict[int, tuple[int | None, int] | None] = field(default_factory=dict)
    own: dict[int, str] = field(default_factory=dict)  # receipts that look like this unit's own message ids
    _halves: set[str] | None = None

    def handed_to_itself(self, delivery: Record, key: str) -> bool:
        """Whether the receipt of a delivery is the id of another message of this unit: then it went nowhere yet."""
        queue_id = self.own.get(delivery.words)
        if queue_id is None or key.endswith(queue_id):
            return False
        if self._halves is None:
            halves = (key[QUEUE_ID_AT:] for key in self.families)
            self._halves = {half for half in halves if is_queue_id(half)}
        return queue_id in self._halves


class Ledger:
    """All devices of a scan."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._devices: dict[tuple[str | None, int | None], Device] = {}

    @property
    def devices(self) -> list[Device]:
        """In the order of their names, those without one last, in the order of their sources."""
        return sorted(self._devices.values(), key=lambda d: (d.name is None, d.name or "", d.source or 0))

    def device(self, name: str | None, source: int) -> Device:
        """The device of a line: by its name, else the one nameless device of the source."""
        key = (name, None) if name else (None, source)
        device = self._devices.get(key)
        if device is None:
            device = self._devices[key] = Device(*key)
        return device

    def add(self, event: Event, device: Device, place: int, line: int, offset: int) -> None:
        """Take in one event that stands at a place."""
        key = event.key
        speaks = event.kind is not Kind.OTHER or event.flags
        if key is None:
            if event.kind is Kind.HISTORY:
                verdict = self.tables.verdicts((event.verdict, event.verdict_code))
                device.loose[event.digest] = (event.stamp, verdict)
            elif speaks:
                device.loose[event.digest] = None
            return
        packed = self.tables.pack(event, place, line, offset) if speaks else b""
        family = device.families.get(key)
        if family is None:
            device.families[key] = bytearray(packed)
        else:
            family += packed
        if event.flags & Flag.OWN_ID:
            device.own[hash(event.words)] = event.words[6:20]
