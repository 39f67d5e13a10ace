"""What the rules of whose turn it is are handed of timelines: one statement, of one case or of many.

It reads what people wrote, all revisions. An entry of one case is known by its public id, since its turns tell it; one
of many cases by its row, which joins less.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import connection

from common.rows import fetch
from tickets.models import Case
from tickets.turns.entry import MOVING, Entry

_ENTRIES = """
SELECT entry.case_id, {name}, entry.id, entry.kind, entry.happened_at, entry.recorded_at, sender.slug, receiver.slug,
    entry.due_at, entry.precision, false, {replaces}, nullif(entry.state, '')
FROM tickets_timelineentry AS entry
    LEFT JOIN kb_party AS sender ON sender.id = entry.from_party_id
    LEFT JOIN kb_party AS receiver ON receiver.id = entry.to_party_id
    {join}
WHERE entry.author_id IS NOT NULL AND {which}
"""
_OF_CASE = _ENTRIES.format(
    name="entry.public_id::text",
    replaces="older.public_id::text",
    join="LEFT JOIN tickets_timelineentry AS older ON older.id = entry.replaces_id",
    which="entry.case_id = %s",
)
# What moves no turn is left out, but for what was corrected into something that does, or out of it: a correction counts
# in the place of the first revision.
_MOVING_OF_CASES = _ENTRIES.format(
    name="entry.id::text",
    replaces="entry.replaces_id::text",
    join="",
    which="""entry.case_id = ANY(%s) AND (
    entry.kind = ANY(%s) OR entry.state <> '' OR entry.replaces_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM tickets_timelineentry AS newer WHERE newer.replaces_id = entry.id)
)""",
)


def entries_of(case: Case) -> list[Entry]:
    """Return what people wrote in a case, by public ids."""
    return [Entry(*row) for _, *row in fetch(_OF_CASE, [case.pk])]


def moving_entries(cases: Sequence[int], kinds: Collection[str] = MOVING) -> dict[int, list[Entry]]:
    """Return what people wrote of some kinds, and what can move a turn, by case; entries are known by their rows."""
    found: dict[int, list[Entry]] = defaultdict(list)
    with connection.cursor() as cursor:  # planned for the number of cases that it asks about
        cursor.execute(_MOVING_OF_CASES, [list(cases), sorted(kinds)])
        for case, *row in cursor.fetchall():
            found[case].append(Entry(*row))
    return found
