"""Entries that told a change of state in words alone get the state that they told.

The trigger that keeps history is put aside for this one statement: what was written down stays as it is.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE tickets_timelineentry DISABLE TRIGGER timeline_is_kept;
UPDATE tickets_timelineentry
    SET state = substring(text FROM '(?:^|; )state: (?:open|parked|solved|closed) → (open|parked|solved|closed)(?:;|$)')
    WHERE kind = 'state'
        AND text ~ '(?:^|; )state: (?:open|parked|solved|closed) → (open|parked|solved|closed)(?:;|$)';
ALTER TABLE tickets_timelineentry ENABLE TRIGGER timeline_is_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_entry_state")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
