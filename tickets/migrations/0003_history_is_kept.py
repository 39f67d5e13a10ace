"""Timeline, custody log and evidence are append-only, whoever asks: the database refuses."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION zenrei_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER timeline_is_kept BEFORE UPDATE OR DELETE ON tickets_timelineentry
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER timeline_is_not_emptied BEFORE TRUNCATE ON tickets_timelineentry
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();

CREATE TRIGGER custody_is_kept BEFORE UPDATE OR DELETE ON tickets_custodyentry
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER custody_is_not_emptied BEFORE TRUNCATE ON tickets_custodyentry
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();

CREATE TRIGGER blob_is_kept BEFORE UPDATE OR DELETE ON tickets_blob
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();

CREATE TRIGGER evidence_is_not_deleted BEFORE DELETE ON tickets_evidence
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER evidence_is_kept BEFORE UPDATE ON tickets_evidence
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.case_id, OLD.blob_id, OLD.name, OLD.received_at, OLD.received_by_id)
        IS DISTINCT FROM
        (NEW.public_id, NEW.case_id, NEW.blob_id, NEW.name, NEW.received_at, NEW.received_by_id)
    ) EXECUTE FUNCTION zenrei_refuse_change();
"""

BACK = """
DROP TRIGGER evidence_is_kept ON tickets_evidence;
DROP TRIGGER evidence_is_not_deleted ON tickets_evidence;
DROP TRIGGER blob_is_kept ON tickets_blob;
DROP TRIGGER custody_is_not_emptied ON tickets_custodyentry;
DROP TRIGGER custody_is_kept ON tickets_custodyentry;
DROP TRIGGER timeline_is_not_emptied ON tickets_timelineentry;
DROP TRIGGER timeline_is_kept ON tickets_timelineentry;
DROP FUNCTION zenrei_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_case_audience")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
