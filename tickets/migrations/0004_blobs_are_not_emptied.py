"""Blobs and evidence cannot be emptied as a table either. Foreign keys refuse it today; a rule does not lean on them."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER blob_is_not_emptied BEFORE TRUNCATE ON tickets_blob
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER evidence_is_not_emptied BEFORE TRUNCATE ON tickets_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();
"""

BACK = """
DROP TRIGGER evidence_is_not_emptied ON tickets_evidence;
DROP TRIGGER blob_is_not_emptied ON tickets_blob;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_history_is_kept")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
