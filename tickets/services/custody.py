"""Writing and checking the custody log, a hash chain."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from tickets.models import CustodyAction, CustodyEntry, Evidence


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
    Evidence.objects.select_for_update().get(pk=evidence.pk)
    last = CustodyEntry.objects.filter(evidence=evidence).order_by("-sequence").first()
    values: dict[str, Any] = {
        "sequence": last.sequence + 1 if last else 1,
        "happened_at": timezone.now(),
        "action": action,
        "details": details or {},
        "previous_hash": last.hash if last else "",
    }
    digest = entry_hash(evidence=evidence, actor_id=actor.pk if actor else None, **values)
    return CustodyEntry.objects.create(evidence=evidence, actor=actor, hash=digest, **values)


def broken_links(evidence: Evidence) -> list[int]:
    """Return the sequence numbers at which a piece's chain does not hold; empty when it is whole.

    A chain begins with the receipt: one without any link is broken at its first.
    """
    broken, previous, expected = [], "", 1
    for entry in CustodyEntry.objects.filter(evidence=evidence).order_by("sequence"):
        digest = entry_hash(
            evidence=evidence,
            sequence=entry.sequence,
            happened_at=entry.happened_at,
            actor_id=entry.actor_id,
            action=entry.action,
            details=entry.details,
            previous_hash=previous,
        )
        if entry.sequence != expected or entry.previous_hash != previous or entry.hash != digest:
            broken.append(entry.sequence)
        previous, expected = entry.hash, entry.sequence + 1
    return broken if previous else [1]
