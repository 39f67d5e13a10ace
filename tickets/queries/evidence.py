"""Evidence and its custody as rows."""

from typing import Any

from django.db.models import QuerySet

from tickets.models import CustodyEntry, Evidence, Reading
from tickets.queries.integrity import check_row


def for_rows(evidence: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Add to a query of evidence what a row shows."""
    return evidence.select_related("case", "blob", "received_by", "from_party", "device", "job", "reading", "integrity")


def evidence_row(evidence: Evidence) -> dict[str, Any]:
    """Return a piece as the API tells it; `evidence` comes out of `for_rows`."""
    reading = getattr(evidence, "reading", None)
    return {
        "id": evidence.public_id,
        "case": evidence.case.ref,
        "name": evidence.name,
        "sha256": evidence.blob_id,
        "size": evidence.blob.size,
        "received_at": evidence.received_at,
        "received_by": evidence.received_by.shown_name,
        "from_party": evidence.from_party.slug if evidence.from_party else None,
        "device": evidence.device.name if evidence.device else None,
        "firmware": evidence.firmware,
        "zone": evidence.zone,
        "note": evidence.note,
        "job": evidence.job.public_id if evidence.job else None,
        "reading": reading_row(reading) if reading else None,
        "check": check_row(getattr(evidence, "integrity", None)),
    }


def reading_row(reading: Reading) -> dict[str, Any]:
    """Return a reading as the API tells it."""
    return {
        "state": reading.state,
        "reason": reading.reason,
        "lines": reading.lines,
        "unread_lines": reading.unread_lines,
        "first_time": reading.first_time or None,
        "last_time": reading.last_time or None,
        "rule_set": reading.rule_set,
        "files": reading.files,
    }


def custody_row(entry: CustodyEntry) -> dict[str, Any]:
    """Return a link of the custody chain as the API tells it."""
    return {
        "sequence": entry.sequence,
        "happened_at": entry.happened_at,
        "actor": entry.actor.shown_name if entry.actor else None,
        "action": entry.action,
        "details": entry.details,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }
