"""Each text that a detector had is history: rows are added, never changed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER detectorrevision_is_kept BEFORE UPDATE OR DELETE ON kb_detectorrevision
    FOR EACH ROW EXECUTE FUNCTION kb_refuse_change();
CREATE TRIGGER detectorrevision_is_not_emptied BEFORE TRUNCATE ON kb_detectorrevision
    FOR EACH STATEMENT EXECUTE FUNCTION kb_refuse_change();
"""

BACK = """
DROP TRIGGER detectorrevision_is_not_emptied ON kb_detectorrevision;
DROP TRIGGER detectorrevision_is_kept ON kb_detectorrevision;
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0021_detectors")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
