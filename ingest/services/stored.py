"""Whether the bytes of evidence are where they were stored: reading nothing must not look like finding nothing."""

from collections.abc import Iterable

from common.jobs.claims import GivenUp
from common.storage import evidence_store
from tickets.models import Evidence


def lack_of(piece: Evidence) -> str:
    """Return why a piece cannot be read, in a sentence, or nothing; its blob has been selected."""
    path = evidence_store().path(piece.blob_id)
    if path.exists() and path.stat().st_size == piece.blob.size:
        return ""
    return f"The bytes of {piece.name} are missing in the store; a backup has them."


def check_stored(pieces: Iterable[Evidence]) -> None:
    """Give up a job where the bytes of a piece are gone."""
    for piece in pieces:
        if lack := lack_of(piece):
            raise GivenUp(lack)
