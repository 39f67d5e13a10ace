"""Writing and checking the custody log, a hash chain."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from django.db import DataError, transaction
from django.utils import timezone

from accounts.models import User
from tickets.models import CustodyAction, CustodyEntry, Evidence

# Raised by what reads a row that was changed past the product: times without end, JSON without bottom.
UNREADABLE: Final = (DataError, ValueError, RecursionError)


def entry_hash(
    *,
    evidence: Evidence,
    sequence: int,
    happened_at: datetime,
    actor_id: int | None,
    action: str,
    details: dict[str, Any],
    previous_hash: str,
) -> str:
    """Return the SHA-256 over the canonical JSON (sorted keys, UTF-8) of an entry and the hash before it."""
    document = {
        "evidence": str(evidence.public_id),
        "sha256": evidence.blob_id,
        "sequence": sequence,
        "happened_at": happened_at,
        "actor": actor_id,
        "action": str(action),
        "details": details,
        "previous": previous_hash,
    }
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()


@transaction.atomic
def record_custody(
    *, evidence: Evidence, actor: User | None, action: CustodyAction, details: dict[str, Any] | None = None
) -> CustodyEntry:
    """Add the next link to a piece's chain. Rivals wait for each other at the evidence row."""
    Evidence.objects.select_for_update().only("pk").get(pk=evidence.pk)
    # Nothing else of it: another column may have been spoiled, which keeps nobody from noting that.
    last = CustodyEntry.objects.filter(evidence=evidence).order_by("-sequence").only("sequence", "hash").first()
    values: dict[str, Any] = {
        "sequence": last.sequence + 1 if last else 1,
        "happened_at": timezone.now(),
        "action": action,
        "details": details or {},
        "previous_hash": last.hash if last else "",
    }
    digest = entry_hash(evidence=evidence, actor_id=actor.pk if actor else None, **values)
    return CustodyEntry.objects.create(evidence=evidence, actor=actor, hash=digest, **values)


def begin_custody(*, begun: Sequence[tuple[Evidence, dict[str, Any]]], actor: User) -> None:
    """Write the first link of the chains of new pieces: that they were received, with what is known of each."""
    links = []
    for evidence, details in begun:
        values: dict[str, Any] = {
            "sequence": 1,
            "happened_at": timezone.now(),
            "action": CustodyAction.RECEIVED,
            "details": details,
            "previous_hash": "",
        }
        digest = entry_hash(evidence=evidence, actor_id=actor.pk, **values)
        links.append(CustodyEntry(evidence=evidence, actor=actor, hash=digest, **values))
    CustodyEntry.objects.bulk_create(links)


def links_of(evidence: Sequence[Evidence]) -> dict[int, list[CustodyEntry]]:
    """Return the chains of pieces, by the piece's id, each in its order; one query for all.

    An entry with a time or details that no program of ours could have written is there too, without them.
    """
    found: dict[int, list[CustodyEntry]] = {piece.pk: [] for piece in evidence}
    entries = CustodyEntry.objects.filter(evidence__in=found).order_by("evidence_id", "sequence")
    try:
        rows = list(entries)
    except UNREADABLE:
        rows = list(entries.defer("happened_at", "details"))
    for entry in rows:
        found[entry.evidence_id].append(entry)
    return found


def _hash_of(evidence: Evidence, entry: CustodyEntry, previous: str) -> str:
    """Return the hash that an entry should have; empty for one that cannot be read, which thus has another."""
    try:
        return entry_hash(
            evidence=evidence,
            sequence=entry.sequence,
            happened_at=entry.happened_at,
            actor_id=entry.actor_id,
            action=entry.action,
            details=entry.details,
            previous_hash=previous,
        )
    except (TypeError, *UNREADABLE):
        return ""


def troubles_of_chain(evidence: Evidence, chain: Sequence[CustodyEntry]) -> list[tuple[int, str]]:
    """Return where a piece's chain does not hold: the sequence number, and what is wrong; empty when it is whole.

    A chain begins with the receipt: one without any link is broken at its first.
    """
    if not chain:
        return [(1, "the chain is gone")]
    found, previous, expected = [], "", 1
    for entry in chain:
        digest = _hash_of(evidence, entry, previous)
        if entry.sequence != expected:
            found.append((entry.sequence, f"entry {expected} was taken out"))
        elif entry.previous_hash != previous:
            found.append((entry.sequence, "it does not cover the entry before"))
        elif entry.hash != digest:
            found.append((entry.sequence, "it is not what was written"))
        previous, expected = entry.hash, entry.sequence + 1
    return found


def broken_links(evidence: Evidence) -> list[int]:
    """Return the sequence numbers at which a piece's chain does not hold; empty when it is whole."""
    chain = links_of([evidence])[evidence.pk]
    return [sequence for sequence, _ in troubles_of_chain(evidence, chain)]
