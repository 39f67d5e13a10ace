"""The timeline as rows."""

from typing import Any

from django.db.models import QuerySet

from tickets.models import TimelineEntry


def for_rows(entries: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """Add to a query of entries what a row shows."""
    return entries.select_related("author", "from_party", "to_party", "evidence", "replaces", "replaced_by")


def entry_row(entry: TimelineEntry) -> dict[str, Any]:
    """Return an entry as the API tells it; `entry` comes out of `for_rows`."""
    newer = getattr(entry, "replaced_by", None)
    return {
        "id": entry.public_id,
        "kind": entry.kind,
        "happened_at": entry.happened_at,
        "precision": entry.precision,
        "recorded_at": entry.recorded_at,
        "author": entry.author.shown_name if entry.author else None,
        "from_party": entry.from_party.slug if entry.from_party else None,
        "to_party": entry.to_party.slug if entry.to_party else None,
        "text": entry.text,
        "due_at": entry.due_at,
        "state": entry.state or None,
        "evidence": entry.evidence.public_id if entry.evidence else None,
        "replaces": entry.replaces.public_id if entry.replaces else None,
        "replaced_by": newer.public_id if newer else None,
    }
