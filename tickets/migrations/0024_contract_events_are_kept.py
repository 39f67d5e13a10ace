"""What happened to contacts and contracts is history: rows are added, never changed."""

from django.db import migrations

TABLES = ("contactevent", "contractevent")
FORWARD = "".join(
    f"""
CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON tickets_{table}
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON tickets_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();
"""
    for table in TABLES
)
BACK = "".join(
    f"""
DROP TRIGGER {table}_is_not_emptied ON tickets_{table};
DROP TRIGGER {table}_is_kept ON tickets_{table};
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0023_contract_events")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
