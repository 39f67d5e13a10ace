"""What a party said itself is history: rows are added, never changed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER ownview_is_kept BEFORE UPDATE OR DELETE ON tickets_ownview
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER ownview_is_not_emptied BEFORE TRUNCATE ON tickets_ownview
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();
"""
BACK = """
DROP TRIGGER ownview_is_not_emptied ON tickets_ownview;
DROP TRIGGER ownview_is_kept ON tickets_ownview;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0035_own_views")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
