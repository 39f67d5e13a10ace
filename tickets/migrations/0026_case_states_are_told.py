"""The state of each case becomes what its timeline ends in.

It was what the entry of the latest time said, whatever its precision, also one that is dated ahead: such a case was
missing in the lists of who has the turn. A state that no entry tells was written past the product, and goes.
"""

from datetime import UTC, datetime

from django.db import migrations

from tickets.turns.entry import Entry
from tickets.turns.whose_turn import walk

CASES = """
SELECT id, state FROM tickets_case WHERE state <> 'open'
    OR EXISTS (SELECT 1 FROM tickets_timelineentry AS entry WHERE entry.case_id = tickets_case.id AND entry.state <> '')
ORDER BY id
"""
ENTRIES = """
SELECT entry.id::text, entry.id, entry.kind, entry.happened_at, entry.recorded_at, sender.slug, receiver.slug,
    entry.due_at, entry.precision, false, entry.replaces_id::text, nullif(entry.state, '')
FROM tickets_timelineentry AS entry
    LEFT JOIN kb_party AS sender ON sender.id = entry.from_party_id
    LEFT JOIN kb_party AS receiver ON receiver.id = entry.to_party_id
WHERE entry.case_id = %s AND entry.author_id IS NOT NULL
"""


def settle(apps, schema_editor):
    """Write the state of each case whose timeline ends in another."""
    now = datetime.now(UTC)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(CASES)
        for case, state in cursor.fetchall():
            cursor.execute(ENTRIES, [case])
            told = walk([Entry(*row) for row in cursor.fetchall()], now=now).state
            if told != state:
                cursor.execute("UPDATE tickets_case SET state = %s WHERE id = %s", [told, case])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0025_search_in_timelines")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
