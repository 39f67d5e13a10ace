"""The state of each case becomes what its timeline ends in.

It was what the entry of the latest time said, whatever its precision, also one that is dated ahead: such a case was
missing in the lists of who has the turn. A state that no entry tells was written past the product, and goes.

The rules by which entries are ordered stand here as they were: what becomes of them later changes no migration.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import migrations

MOVING = {"ask", "answer", "promise", "claim", "state"}
HALF = {"day": timedelta(hours=12), "week": timedelta(hours=84)}

CASES = """
SELECT id, state FROM tickets_case WHERE state <> 'open'
    OR EXISTS (SELECT 1 FROM tickets_timelineentry AS entry WHERE entry.case_id = tickets_case.id AND entry.state <> '')
ORDER BY id
"""
ENTRIES = """
SELECT entry.id, entry.kind, entry.happened_at, entry.recorded_at, entry.precision, entry.replaces_id, entry.state
FROM tickets_timelineentry AS entry WHERE entry.case_id = %s AND entry.author_id IS NOT NULL
"""


class Entry(NamedTuple):
    """What decides the state of a case, as ENTRIES reads it."""

    id: int
    kind: str
    happened_at: datetime
    recorded_at: datetime
    precision: str
    replaces: int | None
    state: str


def told_state(entries, now):
    """Return the state in which entries end, of those that count up to now."""
    known = {entry.id: entry for entry in entries}
    replaced = {entry.replaces for entry in known.values()}
    rows = []
    for entry in known.values():
        if entry.id not in replaced and entry.kind in MOVING:
            first = entry
            while first.replaces in known:
                first = known[first.replaces]
            rows.append((moment_of(first, entry), first.id, entry))
    exact = sorted((at, order) for at, order, entry in rows if entry.precision not in HALF and at <= entry.recorded_at)
    placed = sorted((moved(exact, at, order, entry), order, entry.state) for at, order, entry in rows)
    states = [state for at, _, state in placed if at <= now and state]
    return states[-1] if states else "open"


def moment_of(first, entry):
    """Return the time from which an entry counts: a rough one had happened when it was first recorded."""
    half = HALF.get(entry.precision)
    if half and entry.happened_at - half <= first.recorded_at < entry.happened_at:
        return first.recorded_at
    return entry.happened_at


def moved(exact, at, order, entry):
    """Return the time of an entry, a rough one on the side of the exact ones near it on which it was recorded."""
    half = HALF.get(entry.precision)
    if half is None:
        return at
    times = [time for time, _ in exact]
    behind = exact[bisect_right(times, at) : bisect_right(times, at + half)]
    if later := [time for time, recorded in behind if recorded < order]:
        return later[-1]
    before = exact[bisect_left(times, at - half) : bisect_left(times, at)]
    return next((time for time, recorded in before if recorded > order), at)


def settle(apps, schema_editor):
    """Write the state of each case whose timeline ends in another."""
    now = datetime.now(UTC)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(CASES)
        for case, state in cursor.fetchall():
            cursor.execute(ENTRIES, [case])
            told = told_state([Entry(*row) for row in cursor.fetchall()], now)
            if told != state:
                cursor.execute("UPDATE tickets_case SET state = %s WHERE id = %s", [told, case])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0025_search_in_timelines")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
