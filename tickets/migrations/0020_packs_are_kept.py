"""A pack that was released is history, and so is the map: without it no answer can be read any more."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER pack_is_not_deleted BEFORE DELETE ON tickets_pack
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER pack_is_kept BEFORE UPDATE ON tickets_pack
    FOR EACH ROW WHEN (OLD.state = 'released') EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER pseudonym_is_kept BEFORE UPDATE OR DELETE ON tickets_pseudonym
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER pseudonym_is_not_emptied BEFORE TRUNCATE ON tickets_pseudonym
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER pack_secret_is_kept BEFORE UPDATE OR DELETE ON tickets_packsecret
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
"""

BACK = """
DROP TRIGGER pack_secret_is_kept ON tickets_packsecret;
DROP TRIGGER pseudonym_is_not_emptied ON tickets_pseudonym;
DROP TRIGGER pseudonym_is_kept ON tickets_pseudonym;
DROP TRIGGER pack_is_kept ON tickets_pack;
DROP TRIGGER pack_is_not_deleted ON tickets_pack;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_evidence_packs")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
