"""Publishing the heads of custody chains and timelines in a file outside the database, and reading what was published.

The outbox is filled by triggers in the transaction of each entry; a beat task empties it into the file. A crash in
between publishes a head twice, which says the same twice.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from common.heads import NAME, Head, HeadsFile, Line, PublishedHead
from tickets.models import UnpublishedHead

BATCH = 5000


def heads_file() -> HeadsFile:
    """Return the file of published heads of this data folder."""
    return HeadsFile(settings.DATA_DIR / NAME)


def publish_heads() -> int:
    """Append what waits to the file, durably, and return how many heads that were."""
    published = 0
    while UnpublishedHead.objects.exists():
        with heads_file().locked() as descriptor, transaction.atomic():
            waiting = list(UnpublishedHead.objects.order_by("pk")[:BATCH])
            heads_file().append(descriptor, [Head(one.chain, one.entries, one.hash) for one in waiting])
            UnpublishedHead.objects.filter(pk__in=[one.pk for one in waiting]).delete()
        published += len(waiting)
    return published


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head of one chain that is known from elsewhere; `line` of the file, 0 for one that waits to be published."""

    entries: int
    hash: str
    line: int

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        return f"line {self.line} of {NAME}" if self.line else "a head that waits to be published"


@dataclass(slots=True)
class KnownHeads:
    """What is known of chains from elsewhere, and what is wrong with the file that says so.

    `unreadable` says why the file cannot be read now, which may pass; a trouble has the number of its line.
    """

    chains: dict[str, list[KnownHead]] = field(default_factory=dict)
    troubles: list[tuple[int, str]] = field(default_factory=list)
    unreadable: str = ""
    newest: PublishedHead | None = None
    has_kept: bool = True
    has_sought: bool = False
    last: Line | None = None

    def of(self, chain: str) -> list[KnownHead]:
        """Return what is known of a chain."""
        return self.chains.get(chain, [])

    def add(self, chain: str, head: KnownHead) -> None:
        """Add what is known of a chain."""
        self.chains.setdefault(chain, []).append(head)

    def catch_up(self, ends: Mapping[str, int]) -> None:
        """Learn the heads of entries that were written since; `ends` are the numbers of the last entries of chains."""
        behind = {chain for chain, end in ends.items() if end > max((one.entries for one in self.of(chain)), default=0)}
        if behind:
            _add_waiting(self, behind)
            for line in _lines(self):
                if line.head is not None and line.head.chain in behind:
                    self.add(line.head.chain, KnownHead(line.head.entries, line.head.hash, line.number))


def known_heads(*, kept: Mapping[int, str] | None = None, sought: str = "") -> KnownHeads:
    """Read the outbox and the file. `kept` says what lines must be, by their number.

    `sought` is the hash of a line that must be there: `has_sought` says whether it is, `has_kept` whether all that was
    kept is. The outbox is read first: what leaves it meanwhile is in the file then. All this is read before the chains,
    which may grow: `catch_up`.
    """
    missing, found = dict(kept or {}), KnownHeads()
    _add_waiting(found, None)
    for line in _lines(found):
        if line.trouble:
            found.troubles.append((line.number, f"line {line.number} of {NAME}: {line.trouble}"))
        if missing.get(line.number, line.hash) != line.hash:
            found.troubles.append((line.number, f"line {line.number} of {NAME} is not what it was when last verified"))
            found.has_kept = False
        missing.pop(line.number, None)
        found.has_sought |= line.hash == sought
        found.newest = PublishedHead(line.number, line.time, line.hash)
        if line.head is not None:
            found.add(line.head.chain, KnownHead(line.head.entries, line.head.hash, line.number))
    found.has_kept &= not missing
    if not found.unreadable:
        ends = found.newest.line if found.newest else 0
        found.troubles += [
            (number, f"{NAME} had {number} lines when last verified, and has {ends}") for number in missing
        ]
    return found


def heads_of(chain: str) -> KnownHeads:
    """Return what is known of one chain, without asking whether the lines of the file cover each other."""
    found = KnownHeads()
    _add_waiting(found, {chain})
    try:
        for line in heads_file().lines_with([chain]):
            if line.head is not None and line.head.chain == chain:
                found.add(chain, KnownHead(line.head.entries, line.head.hash, line.number))
            found.last = line
    except OSError as error:
        found.unreadable = _why(error)
    return found


def _add_waiting(found: KnownHeads, chains: Collection[str] | None) -> None:
    """Add the heads that wait to be published, of these chains or of all."""
    waiting = UnpublishedHead.objects.order_by("pk")
    for one in waiting if chains is None else waiting.filter(chain__in=chains):
        found.add(one.chain, KnownHead(one.entries, one.hash, 0))


def _lines(found: KnownHeads) -> Iterator[Line]:
    """Yield the lines of the file after the last that was read; a file that cannot be read ends them, and is noted."""
    try:
        for line in heads_file().lines(found.last):
            found.last = line
            yield line
    except OSError as error:
        found.unreadable = _why(error)


def _why(error: OSError) -> str:
    return f"{NAME} cannot be read: {error.strerror or error}"


def unmatched(hashes: Mapping[int, str], known: Iterable[KnownHead]) -> list[tuple[int, str]]:
    """Return where a chain (`hashes` by number) is not what is known of it: the entry, and what is wrong.

    Each entry queues its head in its own transaction. So from the first that is named on, each must be; and one at
    least is: chains from before there were heads were named once, by their last entry.
    """
    found: dict[int, str] = {}
    named: set[int] = set()
    longest: KnownHead | None = None
    for head in known:
        named.add(head.entries)
        if head.entries in hashes:
            if hashes[head.entries] != head.hash:
                found.setdefault(head.entries, f"it is not the entry that {head.where} names")
        elif longest is None or head.entries > longest.entries:
            longest = head
    if longest is not None:
        ends = max(hashes, default=0)
        what = f"the chain was cut off: it ends with entry {ends}, and {longest.where} names entry {longest.entries}"
        found.setdefault(min(ends + 1, longest.entries), what)
    first = min(named, default=max(hashes, default=0) - 1)
    unnamed = sorted(number for number in hashes if number > first and number not in named)
    if unnamed:
        more = f" (nor {len(unnamed) - 1} later ones)" if len(unnamed) > 1 else ""
        what = f"no published head names it{more}: it was put in past the product, or its head was taken out"
        found.setdefault(unnamed[0], what)
    return sorted(found.items())
