"""Lines joined to families: parent and children of one id, across the files of one device.

Devices are never joined by id. A line without a device takes the one given with its source; where neither says, the
lines of one source are taken to be of one unit, and never joined with another source.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from ingest.engine.event import Event, Flag, Kind
from ingest.engine.fortimail.session import is_queue_id
from ingest.engine.logformats.reader import Handover, Link
from ingest.engine.records import Record, Tables, repack, unpack

QUEUE_ID_AT: Final = 15  # in a key of two halves of 14 characters
HOPS: Final = 8  # from an id to the id that it came from
# A next hop that gives an id of this very device has made it while it took the message; ids that were used again, or
# are another unit's and only look the same, are hours away.
BEFORE_MS: Final = 3_600_000
AFTER_MS: Final = 600_000


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
    halves: set[str] | None = None  # the second halves of the transactions' ids, worked out when first asked for
    links: dict[str, list[Link]] = field(default_factory=dict)  # by child
    passed: set[tuple[str, int]] = field(default_factory=set)  # families, and deliveries in them that `followed` knows

    def followed(self, delivery: Record, key: str) -> bool:
        """Whether a delivery of a family led to another id of this unit whose lines are in the same family now.

        A delivery counts by itself: another message, or another recipient, may have got the very same reply.
        """
        return (key, delivery.digest) in self.passed

    def handed_to_itself(self, delivery: Record, key: str) -> bool:
        """Whether the receipt of a delivery is the id of another message of this unit: then it went nowhere yet."""
        if self.followed(delivery, key):
            return True
        queue_id = self.own.get(delivery.words)
        if queue_id is None or key.endswith(queue_id):
            return False
        if self.halves is None:
            halves = (key[QUEUE_ID_AT:] for key in self.families)
            self.halves = {half for half in halves if is_queue_id(half)}
        return queue_id in self.halves


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

    def link(self, device: Device, link: Link) -> None:
        """Note that two ids of a device are one message."""
        device.links.setdefault(link.child, []).append(link)

    def join(self) -> None:
        """Make one family of the ids that belong together, once all lines are read (so their order never matters)."""
        for device in self._devices.values():
            if device.links:
                self._join(device)

    def _join(self, device: Device) -> None:
        parents: dict[str, str] = {}
        believed: dict[str, list[Link]] = {}
        names = {child: self._names(device, child) for child in device.links}
        for child, links in device.links.items():
            there = [link for link in links if link.parent in device.families]
            held = self._believed(device, there, child, names[child])
            if held:  # of several parents the unit's own word counts more than that of another host
                parents[child] = min((not _is_inside(link), link.parent) for link in held)[1]
                believed[child] = held
        for child, parent in parents.items():
            root = _root(child, parents)
            if root == child:
                continue
            self._adopt(device, root, child)
            for link in believed[child]:
                if link.parent == parent and link.handover and names[child].issuperset(link.handover.recipients):
                    device.passed.add((root, link.handover.digest))
        device.links.clear()

    def _names(self, device: Device, child: str) -> set[str]:
        """The recipients that a child's lines name."""
        records = unpack(device.families.get(child, bytearray()))
        return {name for record in records for name in self.tables.recipients.values[record.recipients]}

    def _believed(self, device: Device, links: list[Link], child: str, names: set[str]) -> list[Link]:
        """The links to a child that are true, as far as the child's own lines tell: it is there, then, and for them.

        What is handed on keeps its recipients. What the unit's own filter gives back may name others too (copies), or
        not all of them yet; another host could claim any message that it sent here itself, so what it says is believed
        only where the child is for just those who were given to it.
        """
        records = unpack(device.families.get(child, bytearray()))
        if not records:
            return []
        stamps = [record.dated for record in records if record.dated is not None]
        timely = [link for link in links if _is_timely(link, stamps)]
        given: dict[str, set[str]] = defaultdict(set)
        for link in timely:
            given[link.parent].update(link.handover.recipients if link.handover else ())
        return [link for link in timely if not link.handover or _is_for(link.handover, names, given[link.parent])]

    def _adopt(self, device: Device, root: str, child: str) -> None:
        """Put a family's records into another, as those of a child of that name."""
        number = self.tables.children(child)
        family = device.families[root]
        for record in unpack(device.families.pop(child)):
            family += repack(record._replace(child=number))


def _is_for(handover: Handover, names: set[str], given: set[str]) -> bool:
    """Whether a child with these names may be what was handed over, of a message given to these recipients in all."""
    if handover.inside:
        return not names.isdisjoint(handover.recipients)
    return bool(handover.recipients) and names.issuperset(handover.recipients) and names <= given


def _is_inside(link: Link) -> bool:
    """Whether the unit itself says so, or a filter of its own."""
    return link.handover is None or link.handover.inside


def _is_timely(link: Link, stamps: list[int]) -> bool:
    """Whether a child whose lines have these times lies near the line that led to it, where both have a time."""
    if link.stamp is None or not stamps:
        return True
    return link.stamp - BEFORE_MS <= min(stamps) <= link.stamp + AFTER_MS


def _root(child: str, parents: dict[str, str]) -> str:
    """The first id of a chain; the id itself where the chain is a circle or longer than any gateway makes."""
    root = child
    for _ in range(HOPS):
        if root not in parents:
            return root
        root = parents[root]
    return child
