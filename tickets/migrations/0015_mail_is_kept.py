"""What a mail says, its originals and where it was filed are history: the database refuses to change or lose them."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER mail_is_not_deleted BEFORE DELETE ON tickets_mail
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER mail_is_not_emptied BEFORE TRUNCATE ON tickets_mail
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER mail_is_kept BEFORE UPDATE ON tickets_mail
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.department_id, OLD.blob_id, OLD.message_id, OLD.fingerprint, OLD.happened_at, OLD.date,
         OLD.recorded_at, OLD.recorded_by_id, OLD.senders, OLD.recipients, OLD.subject, OLD.text, OLD.html)
        IS DISTINCT FROM
        (NEW.public_id, NEW.department_id, NEW.blob_id, NEW.message_id, NEW.fingerprint, NEW.happened_at, NEW.date,
         NEW.recorded_at, NEW.recorded_by_id, NEW.senders, NEW.recipients, NEW.subject, NEW.text, NEW.html)
    ) EXECUTE FUNCTION zenrei_refuse_change();

CREATE TRIGGER mail_copy_is_kept BEFORE UPDATE OR DELETE ON tickets_mailcopy
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();

CREATE TRIGGER mail_attachment_is_not_deleted BEFORE DELETE ON tickets_mailattachment
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER mail_attachment_is_kept BEFORE UPDATE ON tickets_mailattachment
    FOR EACH ROW WHEN (
        (OLD.mail_id, OLD.blob_id, OLD.position, OLD.name) IS DISTINCT FROM
        (NEW.mail_id, NEW.blob_id, NEW.position, NEW.name)
    ) EXECUTE FUNCTION zenrei_refuse_change();

CREATE TRIGGER mail_filing_is_not_deleted BEFORE DELETE ON tickets_mailfiling
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER mail_filing_is_kept BEFORE UPDATE ON tickets_mailfiling
    FOR EACH ROW WHEN (
        OLD.taken_back_at IS NOT NULL OR
        (OLD.mail_id, OLD.case_id, OLD.by, OLD.filed_at, OLD.filed_by_id, OLD.entry_id) IS DISTINCT FROM
        (NEW.mail_id, NEW.case_id, NEW.by, NEW.filed_at, NEW.filed_by_id, NEW.entry_id)
    ) EXECUTE FUNCTION zenrei_refuse_change();
"""

BACK = """
DROP TRIGGER mail_filing_is_kept ON tickets_mailfiling;
DROP TRIGGER mail_filing_is_not_deleted ON tickets_mailfiling;
DROP TRIGGER mail_attachment_is_kept ON tickets_mailattachment;
DROP TRIGGER mail_attachment_is_not_deleted ON tickets_mailattachment;
DROP TRIGGER mail_copy_is_kept ON tickets_mailcopy;
DROP TRIGGER mail_is_kept ON tickets_mail;
DROP TRIGGER mail_is_not_emptied ON tickets_mail;
DROP TRIGGER mail_is_not_deleted ON tickets_mail;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_mail")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
