"""A seal covers the id of its entry too: it is the order of recording, which decides whose turn it is.

Entries that were sealed before keep their seals, which cover all but the id (tickets/services/seals.py reads both).
Going back is for entries that come then; those sealed with their ids need a program that reads them.
"""

from django.db import migrations

COLUMNS = """
CREATE OR REPLACE FUNCTION zenrei_seal_text(sealed tickets_timelineentry) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT zenrei_netstring(sealed.public_id::text)
        || zenrei_netstring(sealed.case_id::text)
        || zenrei_netstring(sealed.kind)
        || zenrei_netstring(zenrei_microseconds(sealed.happened_at))
        || zenrei_netstring(sealed.precision)
        || zenrei_netstring(zenrei_microseconds(sealed.recorded_at))
        || zenrei_netstring(sealed.author_id::text)
        || zenrei_netstring(sealed.from_party_id::text)
        || zenrei_netstring(sealed.to_party_id::text)
        || zenrei_netstring(sealed.text)
        || zenrei_netstring(zenrei_microseconds(sealed.due_at))
        || zenrei_netstring(sealed.replaces_id::text)
        || zenrei_netstring(sealed.evidence_id::text)
        || zenrei_netstring(sealed.state)
        || zenrei_netstring(sealed.key)%s
$$;
"""
ID = """
        || zenrei_netstring(sealed.id::text)"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0030_indexes_once")]

    operations = [migrations.RunSQL(COLUMNS % ID, COLUMNS % "")]
