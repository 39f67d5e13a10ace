"""Whether evidence and timelines are still what was given, by piece and by case; each break with its place."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.storage import BlobStore
from tickets.models import Case, CustodyAction, CustodyEntry, Evidence
from tickets.services.custody import UNREADABLE, links_of, troubles_of_chain
from tickets.services.heads import KnownHead, KnownHeads, unmatched
from tickets.services.seals import states_of_timelines

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Something that is not what it was. `part` is blob, custody, timeline or heads; `entry` a number in that chain."""

    part: str
    what: str
    evidence: str | None = None
    entry: int | None = None
    case: str | None = None
    name: str | None = None
    timeline_entry: str | None = None

    def row(self) -> dict[str, Any]:
        """Return it as `zenrei verify` tells it (contracts.md)."""
        told = {"evidence": self.evidence, "entry": self.entry, "what": self.what, "part": self.part, "case": self.case}
        return told | {"name": self.name, "timeline_entry": self.timeline_entry}


@dataclass(frozen=True, slots=True)
class BlobState:
    """What was found of a blob's bytes: how many were read, and what is wrong; empty where they are what was stored."""

    read: int
    trouble: str


def check_blob(store: BlobStore, sha256: str, size: int, tell: Callable[[int], None] = lambda _size: None) -> BlobState:
    """Read a blob again from its first to its last byte; `tell` hears how many bytes each piece had.

    What cannot be read is a trouble like any other: nothing is skipped.
    """
    digest, read = hashlib.sha256(), 0
    try:
        # O_NONBLOCK: something else put in its place, such as a pipe, must not make us wait.
        descriptor = os.open(store.path(sha256), os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return BlobState(0, "the bytes are gone: what lies in their place is no file")
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
                read += len(piece)
                tell(len(piece))
    except FileNotFoundError:
        return BlobState(0, "the bytes are missing in the store")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return BlobState(read, f"the bytes cannot be read from byte {read:,} on: {why}")
    if read != size:
        return BlobState(read, f"the bytes are not what was stored: there are {read:,}, and there were {size:,}")
    if digest.hexdigest() != sha256:
        return BlobState(read, f"the bytes are not what was stored: their SHA-256 is {digest.hexdigest()}")
    return BlobState(read, "")


def evidence_chain(piece: Evidence) -> str:
    """Return the name under which the heads of a piece's custody chain are published."""
    return f"evidence:{piece.public_id}"


def case_chain(case: Case) -> str:
    """Return the name under which the heads of a case's timeline are published."""
    return f"case:{case.ref}"


def breaks_of_pieces(
    pieces: Sequence[Evidence], *, heads: KnownHeads, blobs: Mapping[str, BlobState]
) -> dict[int, list[Break]]:
    """Return what does not hold of pieces (with `blob` and `case`), by the piece's id; `blobs` were read before."""
    chains = links_of(pieces)
    heads.catch_up(
        {evidence_chain(piece): max((one.sequence for one in chains[piece.pk]), default=0) for piece in pieces}
    )
    return {
        piece.pk: [
            Break(
                part=part, what=what, entry=entry, evidence=str(piece.public_id), case=piece.case.ref, name=piece.name
            )
            for part, entry, what in _troubles_of_piece(piece, chains[piece.pk], heads.of(evidence_chain(piece)), blobs)
        ]
        for piece in pieces
    }


def _troubles_of_piece(
    piece: Evidence, chain: Sequence[CustodyEntry], known: Iterable[KnownHead], blobs: Mapping[str, BlobState]
) -> list[tuple[str, int | None, str]]:
    """Return the part, the entry and the words of each break: of the bytes, of the chain, of the row."""
    trouble = blobs[piece.blob_id].trouble
    found: list[tuple[str, int | None, str]] = [("blob", None, trouble)] if trouble else []
    links = troubles_of_chain(piece, chain)
    told = {sequence for sequence, _ in links}
    hashes = {entry.sequence: entry.hash for entry in chain}
    links += [(entry, what) for entry, what in unmatched(hashes, known) if entry not in told]
    links += [(1, what) for what in _not_as_received(piece, chain)]
    return found + [("custody", entry, what) for entry, what in sorted(links)]


def _not_as_received(piece: Evidence, chain: Sequence[CustodyEntry]) -> list[str]:
    """Return in what a piece's row differs from the first entry of its chain. Old entries say less than new ones."""
    if not chain or chain[0].sequence != 1 or {"happened_at", "details"} & chain[0].get_deferred_fields():
        return []
    first = chain[0]
    if first.action != CustodyAction.RECEIVED:
        return ["the chain does not begin with the receipt"]
    now = {"name": piece.name, "size": piece.blob.size, "case": piece.case.ref, "received_at": _received_at(piece)}
    then = first.details if isinstance(first.details, dict) else {}
    found = [
        f"the {name} is {value!r}, and was {then[name]!r} at receipt"
        for name, value in now.items()
        if name in then and then[name] != value
    ]
    if first.actor_id != piece.received_by_id:
        found.append("it was received by somebody else")
    return found


def _received_at(piece: Evidence) -> str:
    """Return when a piece was received, as its receipt says it; a time that cannot be read is none."""
    try:
        return piece.received_at.isoformat()
    except UNREADABLE:
        return "no time"


def breaks_of_timelines(cases: Sequence[Case], *, heads: KnownHeads) -> dict[int, list[Break]]:
    """Return what does not hold of the timelines of cases, by the case's id."""
    states = states_of_timelines([case.pk for case in cases])
    heads.catch_up({case_chain(case): max(states[case.pk].hashes, default=0) for case in cases})
    found: dict[int, list[Break]] = {}
    for case in cases:
        state = states[case.pk]
        told = {one.sequence for one in state.broken}
        found[case.pk] = [
            Break(part="timeline", what=one.what, entry=one.sequence, case=case.ref, timeline_entry=one.entry)
            for one in state.broken
        ] + [
            Break(part="timeline", what=what, entry=entry, case=case.ref)
            for entry, what in unmatched(state.hashes, heads.of(case_chain(case)))
            if entry not in told
        ]
    return found
