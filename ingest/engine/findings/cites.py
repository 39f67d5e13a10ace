"""The lines that rules cite beside the deciding ones."""

from collections.abc import Iterable

from ingest.engine.findings.hit import Says
from ingest.engine.records import Record
from ingest.engine.truth import Truth

Cite = tuple[Record, Says]


def cite(says: Says, records: Iterable[Record]) -> list[Cite]:
    """Records with what they say."""
    return [(record, says) for record in records]


def background(truth: Truth) -> list[Cite]:
    """The family's scanner verdicts, infections and notifications: they tell why, and how bad it is."""
    return cite("verdict", truth.verdicts) + cite("virus", truth.infected) + cite("notification", truth.notified)
