"""Who took a value back and why may be written, as for statements; nothing else of it."""

from django.db import migrations

TRIGGER = """
DROP TRIGGER behaviourvalue_is_kept ON kb_behaviourvalue;
CREATE TRIGGER behaviourvalue_is_kept BEFORE UPDATE OR DELETE ON kb_behaviourvalue
    FOR EACH ROW EXECUTE FUNCTION kb_refuse_rewriting('{changeable}');
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0012_who_took_a_value_back")]

    operations = [
        migrations.RunSQL(
            TRIGGER.format(changeable="taken_back_at,taken_back_by_id,taken_back_reason"),
            TRIGGER.format(changeable="taken_back_at"),
        )
    ]
