"""Families that may belong together, because a line says that one id led to another: they are judged the plain way.

What is true of a link depends on the lines of both ids, and of all that are linked with them, but of no others. So rows
of linked families are set aside, and judged together with what they are linked with.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ingest.engine.event import Kind
from ingest.engine.fast.learned import family_of, hash_text
from ingest.engine.fast.rows import ROW, ROW_BYTES
from ingest.engine.logformats.reader import Link

_OTHER = int(Kind.OTHER)
Numbered = tuple[int, Link]  # the number of the device, and the link


class Joined:
    """Rows of families that links speak of."""

    def __init__(self, links: Sequence[Numbered]) -> None:
        self._links = list(links)
        self._ends = [
            (family_of(hash_text(link.parent), unit), family_of(hash_text(link.child), unit)) for unit, link in links
        ]
        self._ids = np.unique(np.array(self._ends, np.uint64))
        self._rows: list[Any] = [np.empty(0, ROW)]

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
        whole = [place for place, ends in enumerate(self._ends) if there.issuperset(ends)]
        self._links = [self._links[place] for place in whole]
        self._ends = [self._ends[place] for place in whole]
        joined = np.isin(rows["family"], np.unique(np.array(self._ends, np.uint64)))
        self._rows = [rows.view(ROW_BYTES)[joined].view(ROW)]
        return rows.view(ROW_BYTES)[~joined].view(ROW)

    def batches(self, most: int) -> Iterator[tuple[Any, list[Numbered]]]:
        """Families with all that they are linked with, some so many rows at a time, and the links among them.

        Rows of lines that say nothing are left out: that the family is there is said by the link.
        """
        if not self._links:
            return
        (rows,) = self._rows
        rows = rows.view(ROW_BYTES)[(rows["kind"] != _OTHER) | (rows["flags"] != 0)].view(ROW)
        groups = _Groups()
        for parent, child in self._ends:
            groups.join(parent, child)
        families, inverse, counts = np.unique(rows["family"], return_inverse=True, return_counts=True)
        sizes: dict[int, int] = {}
        for family, count in zip(families.tolist(), counts.tolist(), strict=True):
            group = groups.of(family)
            sizes[group] = sizes.get(group, 0) + count
        batch_of, batch, held = {}, 0, 0
        for group in dict.fromkeys(groups.of(parent) for parent, _ in self._ends):
            batch_of[group] = batch
            held += sizes.get(group, 0)
            if held >= most:
                batch, held = batch + 1, 0
        numbers = np.array([batch_of[groups.of(family)] for family in families.tolist()], np.int64)
        links: dict[int, list[Numbered]] = {}
        for link, (parent, _) in zip(self._links, self._ends, strict=True):
            links.setdefault(batch_of[groups.of(parent)], []).append(link)
        of_rows = numbers[inverse.ravel()] if len(rows) else numbers
        for number, mine in links.items():
            yield rows.view(ROW_BYTES)[of_rows == number].view(ROW), mine


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
