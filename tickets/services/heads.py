"""Publishing the heads of custody chains and timelines in a file outside the database, and reading what was published.

The outbox is filled by triggers in the transaction of each entry; a beat task empties it into the file. A crash in
between publishes a head twice, which says the same twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from common.heads import NAME, Head, HeadsFile, PublishedHead
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
    """What is known of chains from elsewhere, and what is wrong with the file that says so."""

    chains: dict[str, list[KnownHead]] = field(default_factory=dict)
    troubles: list[tuple[int, str]] = field(default_factory=list)
    newest: PublishedHead | None = None
    has_sought: bool = False

    def of(self, chain: str) -> list[KnownHead]:
        """Return what is known of a chain."""
        return self.chains.get(chain, [])


def known_heads(
    *, only: Iterable[str] | None = None, kept: Mapping[int, str] | None = None, sought: str = ""
) -> KnownHeads:
    """Read the file and the outbox. `only` these chains, where given; `kept` says what lines must be, by their number.

    `sought` is the hash of a line that must be there: `has_sought` says whether it is. All this is read before the
    chains themselves: a chain that grows meanwhile is then longer than what is known, which is well.
    """
    wanted, missing, found = None if only is None else frozenset(only), dict(kept or {}), KnownHeads()
    for line in heads_file().lines():
        if line.trouble:
            found.troubles.append((line.number, f"line {line.number} of {NAME}: {line.trouble}"))
        if missing.get(line.number, line.hash) != line.hash:
            found.troubles.append((line.number, f"line {line.number} of {NAME} is not what it was when last verified"))
        missing.pop(line.number, None)
        found.has_sought |= line.hash == sought
        found.newest = PublishedHead(line.number, line.time, line.hash)
        if line.head is not None and (wanted is None or line.head.chain in wanted):
            known = KnownHead(line.head.entries, line.head.hash, line.number)
            found.chains.setdefault(line.head.chain, []).append(known)
    for number in missing:
        ends = found.newest.line if found.newest else 0
        found.troubles.append((number, f"{NAME} had {number} lines when last verified, and has {ends}"))
    for waiting in (
        UnpublishedHead.objects.all() if wanted is None else UnpublishedHead.objects.filter(chain__in=wanted)
    ):
        found.chains.setdefault(waiting.chain, []).append(KnownHead(waiting.entries, waiting.hash, 0))
    return found


def unmatched(hashes: Mapping[int, str], known: Iterable[KnownHead]) -> list[tuple[int, str]]:
    """Return where a chain (`hashes` by number) is not what is known of it: the entry, and what is wrong."""
    found: dict[int, str] = {}
    longest: KnownHead | None = None
    for head in known:
        if head.entries in hashes:
            if hashes[head.entries] != head.hash:
                found.setdefault(head.entries, f"it is not the entry that {head.where} names")
        elif longest is None or head.entries > longest.entries:
            longest = head
    if longest is not None:
        ends = max(hashes, default=0)
        what = f"the chain was cut off: it ends with entry {ends}, and {longest.where} names entry {longest.entries}"
        found.setdefault(min(ends + 1, longest.entries), what)
    return sorted(found.items())
