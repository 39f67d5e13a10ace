"""The lines that rules cite beside the deciding ones."""

import itertools
from collections.abc import Iterable

from ingest.engine.findings.hit import Says
from ingest.engine.records import Record
from ingest.engine.truth import MOST_CITED, Truth

Cite = tuple[Record, Says]


def cite(says: Says, records: Iterable[Record]) -> list[Cite]:
    """Records with what they say; of very many the first."""
    return [(record, says) for record in itertools.islice(records, MOST_CITED)]


def background(truth: Truth) -> list[Cite]:
    """The family's scanner verdicts, infections and notifications: they tell why, and how bad it is."""
    return cite("verdict", truth.verdicts) + cite("virus", truth.infected) + cite("notification", truth.notified)
