"""What happened to a catalogue is history: rows are added, never changed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER catalogueevent_is_kept BEFORE UPDATE OR DELETE ON kb_catalogueevent
    FOR EACH ROW EXECUTE FUNCTION kb_refuse_change();
CREATE TRIGGER catalogueevent_is_not_emptied BEFORE TRUNCATE ON kb_catalogueevent
    FOR EACH STATEMENT EXECUTE FUNCTION kb_refuse_change();
"""

BACK = """
DROP TRIGGER catalogueevent_is_not_emptied ON kb_catalogueevent;
DROP TRIGGER catalogueevent_is_kept ON kb_catalogueevent;
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0014_the_history_of_a_catalogue")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
