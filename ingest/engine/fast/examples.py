"""The first lines that make a count, looked for only where a finding cites them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ingest.engine.fast.compiled import Compiled
from ingest.engine.findings.whole import DeviceKey, Example, Order, Seen
from ingest.engine.records import Record
from ingest.engine.times import DAY_MS

Names = Callable[[Any], list[str]]  # the transactions of rows
Family = Callable[[Any], Iterable[tuple[Order, tuple[Record, Record]]]]


# A device, a day and a verdict in one word: 65,536 devices, 131,072 days (to 2328), two thousand million verdicts.
_UNIT, _DAY = np.uint64(48), np.uint64(31)


class Examples(dict[Seen | Order, Example]):
    """As `Totals.examples`; beside what is kept in it, rows of families that were counted together."""

    def __init__(self, compiled: Compiled, names: Names, pairs: Family, devices: Sequence[DeviceKey]) -> None:
        super().__init__()
        self._compiled = compiled
        self._names = names
        self._pairs = pairs
        self._devices = devices
        self._seen: dict[Seen, list[Any]] = defaultdict(list)
        self._orders: dict[Order, list[Any]] = defaultdict(list)

    def note_seen(self, rows: Any) -> Iterator[tuple[Seen, int]]:
        """Note history rows, each the earliest of its family for a day and verdict; yields what they count for."""
        if not len(rows):
            return
        days, verdicts = rows["stamp"] // DAY_MS, rows["verdict"].astype(np.uint64)
        keys = (rows["unit"].astype(np.uint64) << _UNIT) | (days.astype(np.uint64) << _DAY) | verdicts
        ids, first, counts = self._compiled.group(keys)
        earliest = np.full(len(counts), np.iinfo(np.int64).max)
        np.minimum.at(earliest, ids, rows["stamp"])
        units = [self._devices[unit] for unit in rows["unit"][first].tolist()]
        found = [Seen(*one) for one in zip(units, days[first].tolist(), rows["verdict"][first].tolist(), strict=True)]
        chosen = rows["stamp"] == earliest[ids]
        for row, place in zip(rows[chosen], ids[chosen].tolist(), strict=True):
            self._keep(found[place], row)
        yield from zip(found, counts.tolist(), strict=True)

    def note_families(self, orders: set[Order], families: Iterable[Any]) -> None:
        """Note the rows of families that count for some orders, each family's together."""
        noted = list(families)
        for order in orders:
            self._orders[order] += noted

    def keys(self) -> Any:
        """All that there are lines for."""
        return super().keys() | self._seen.keys() | self._orders.keys()

    def __contains__(self, count: object) -> bool:
        return super().__contains__(count) or count in self._seen or count in self._orders

    def _keep(self, seen: Seen, row: Any) -> None:
        known = self._seen[seen]
        if known and known[0]["stamp"] > row["stamp"]:
            known.clear()
        if not known or known[0]["stamp"] == row["stamp"]:
            known.append(row)

    def __getitem__(self, count: Seen | Order) -> Example:
        candidates = [super().__getitem__(count)] if super().__contains__(count) else []
        candidates += self._of_seen(count) if isinstance(count, Seen) else self._of_order(count)
        return min(candidates, key=lambda example: example[:2])

    def _of_seen(self, seen: Seen) -> Iterator[Example]:
        rows = self._seen.get(seen, [])
        for name, row in zip(self._names(rows), rows, strict=True):
            yield Example(int(row["stamp"]), name, (record_of(row),))

    def _of_order(self, order: Order) -> Iterator[Example]:
        found = [
            (rows[0], records)
            for rows in self._orders.get(order, ())
            for pair, records in self._pairs(rows)
            if pair == order
        ]
        if not found:
            return
        first = min(records[0].stamp for _, records in found)
        earliest = [one for one in found if one[1][0].stamp == first]
        for name, (_, records) in zip(self._names([row for row, _ in earliest]), earliest, strict=True):
            yield Example(first, name, records)


def record_of(row: Any, words: int = 0, recipients: int = 0, child: int = 0, digest: int = 0) -> Record:
    """A row as a record; its numbers in tables are the caller's."""
    return Record(
        digest=digest,
        words=words,
        stamp=int(row["stamp"]),
        line=int(row["line"]),
        offset=int(row["offset"]),
        place=int(row["place"]),
        recipients=recipients,
        verdict=int(row["verdict"]),
        child=child,
        flags=int(row["flags"]),
        kind=int(row["kind"]),
        told=int(row["told"]),
        done=int(row["done"]),
    )
