"""A type for sets of version keys: a multirange over text in the order of bytes, which GiST can index."""

from django.db import migrations

FORWARD = """
CREATE TYPE kb_keyrange AS RANGE (SUBTYPE = text, COLLATION = "C", MULTIRANGE_TYPE_NAME = kb_keyranges);
"""

BACK = "DROP TYPE kb_keyrange;"


class Migration(migrations.Migration):
    dependencies = [("kb", "0003_firmware_history_is_kept")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
