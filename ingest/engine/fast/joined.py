"""Families that may belong together, because a line says that one id led to another.

What is true of a link depends on the lines of both ids, and of all that are linked with them, but of no others. So rows
of linked families are set aside, and judged together with what they are linked with.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.engine.event import Kind
from ingest.engine.fast.rows import ROW, ROW_BYTES
from ingest.engine.logformats.reader import Link

_OTHER: Final = int(Kind.OTHER)


class Joint(NamedTuple):
    """A link with what the rows have of it: the number of the device, the families of both ids, and the delivery that
    led on: its digest, and the hash of its recipient, None where it has several or there is no such delivery."""

    unit: int
    parent: int
    child: int
    digest: int
    recipient: int | None
    link: Link


class Joined:
    """Rows of families that links speak of."""

    def __init__(self, joints: Sequence[Joint]) -> None:
        self._joints = list(joints)
        self._ids = self._families()
        self._rows: list[Any] = [np.empty(0, ROW)]

    def _families(self) -> Any:
        return np.unique(np.array([(joint.parent, joint.child) for joint in self._joints], np.uint64))

    def set_aside(self, rows: Any) -> Any:
        """Keep the rows of linked families, and return the others."""
        if not len(self._ids):
            return rows
        linked = np.isin(rows["family"], self._ids)
        bytes_ = rows.view(ROW_BYTES)
        self._rows.append(bytes_[linked].view(ROW))
        return bytes_[~linked].view(ROW)

    def single(self) -> Any:
        """Rows of families of which no link has both ends: they are families like all others."""
        rows = np.concatenate([one.view(ROW_BYTES) for one in self._rows]).view(ROW)
        there = set(np.unique(rows["family"]).tolist())
        self._joints = [joint for joint in self._joints if joint.parent in there and joint.child in there]
        self._ids = self._families()
        joined = np.isin(rows["family"], self._ids)
        self._rows = [rows.view(ROW_BYTES)[joined].view(ROW)]
        return rows.view(ROW_BYTES)[~joined].view(ROW)

    def batches(self, most: int) -> Iterator[tuple[Any, list[list[Joint]]]]:
        """Rows of families with all that they are linked with, some so many at a time; and their links, group by group.

        Rows of lines that say nothing are left out: that the family is there is said by the link.
        """
        if not self._joints:
            return
        (rows,) = self._rows
        rows = rows.view(ROW_BYTES)[(rows["kind"] != _OTHER) | (rows["flags"] != 0)].view(ROW)
        groups = _Groups()
        for joint in self._joints:
            groups.join(joint.parent, joint.child)
        joints: dict[int, list[Joint]] = {}
        for joint in self._joints:
            joints.setdefault(groups.of(joint.parent), []).append(joint)
        families, inverse, counts = np.unique(rows["family"], return_inverse=True, return_counts=True)
        of_families = [groups.of(family) for family in families.tolist()]
        sizes = dict.fromkeys(joints, 0)
        for group, count in zip(of_families, counts.tolist(), strict=True):
            sizes[group] += count
        batches: list[list[list[Joint]]] = [[]]
        batch_of: dict[int, int] = {}
        held = 0
        for group, mine in joints.items():
            if held and held + sizes[group] > most:
                batches.append([])
                held = 0
            batches[-1].append(mine)
            batch_of[group] = len(batches) - 1
            held += sizes[group]
        numbers = np.array([batch_of[group] for group in of_families], np.int64)[inverse.ravel()]
        for number, batch in enumerate(batches):
            yield rows.view(ROW_BYTES)[numbers == number].view(ROW), batch


class _Groups:
    """What is joined with what, directly or not (a union-find with halved paths)."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def of(self, one: int) -> int:
        """The one that stands for all that something is joined with."""
        above = self._above
        while (next_ := above.setdefault(one, one)) != one:
            above[one] = one = above[next_]
        return one

    def join(self, one: int, other: int) -> None:
        """Join two."""
        self._above[self.of(one)] = self.of(other)
