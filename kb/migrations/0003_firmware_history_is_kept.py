"""Which firmware a device ran is history, and what its logs are judged by: rows are added, never changed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kb_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER firmware_is_kept BEFORE UPDATE OR DELETE ON kb_firmwareinstallation
    FOR EACH ROW EXECUTE FUNCTION kb_refuse_change();
CREATE TRIGGER firmware_is_not_emptied BEFORE TRUNCATE ON kb_firmwareinstallation
    FOR EACH STATEMENT EXECUTE FUNCTION kb_refuse_change();
"""

BACK = """
DROP TRIGGER firmware_is_not_emptied ON kb_firmwareinstallation;
DROP TRIGGER firmware_is_kept ON kb_firmwareinstallation;
DROP FUNCTION kb_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0002_our_own_side")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
