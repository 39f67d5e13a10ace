"""Of mail, nothing changes but what is listed here: all other columns, those of later migrations too, are refused.

Nor can the tables of mails and packs be emptied at once.
"""

from django.db import migrations

# By table: the columns that may change, and when not even those may.
MAY_CHANGE = {
    "mail": (("case_id", "reason", "selected_case_id", "held"), "FALSE"),
    "mailattachment": (("evidence_id",), "FALSE"),
    "mailfiling": (("taken_back_at", "taken_back_by_id", "why"), "OLD.taken_back_at IS NOT NULL"),
    "mailimport": (("job_id", "report"), "OLD.job_id IS NOT NULL AND NEW.job_id IS DISTINCT FROM OLD.job_id"),
}
KEPT = """
CREATE FUNCTION zenrei_{table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept tickets_{table}%ROWTYPE := NEW;
BEGIN
    {same}
    IF {refused} OR kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {trigger} BEFORE UPDATE ON tickets_{table}
    FOR EACH ROW EXECUTE FUNCTION zenrei_{table}_is_kept();
"""
TRIGGERS = {
    "mail": "mail_is_kept",
    "mailattachment": "mail_attachment_is_kept",
    "mailfiling": "mail_filing_is_kept",
    "mailimport": "mail_import_is_kept",
}
EMPTIED = {
    "mailcopy": "mail_copy_is_not_emptied",
    "mailattachment": "mail_attachment_is_not_emptied",
    "mailfiling": "mail_filing_is_not_emptied",
    "mailimport": "mail_import_is_not_emptied",
    "pack": "pack_is_not_emptied",
    "packsecret": "pack_secret_is_not_emptied",
}
BEFORE = """
CREATE TRIGGER mail_is_kept BEFORE UPDATE ON tickets_mail
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.department_id, OLD.blob_id, OLD.message_id, OLD.fingerprint, OLD.happened_at, OLD.date,
         OLD.recorded_at, OLD.recorded_by_id, OLD.senders, OLD.recipients, OLD.subject, OLD.text, OLD.html)
        IS DISTINCT FROM
        (NEW.public_id, NEW.department_id, NEW.blob_id, NEW.message_id, NEW.fingerprint, NEW.happened_at, NEW.date,
         NEW.recorded_at, NEW.recorded_by_id, NEW.senders, NEW.recipients, NEW.subject, NEW.text, NEW.html)
    ) EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER mail_attachment_is_kept BEFORE UPDATE ON tickets_mailattachment
    FOR EACH ROW WHEN (
        (OLD.mail_id, OLD.blob_id, OLD.position, OLD.name) IS DISTINCT FROM
        (NEW.mail_id, NEW.blob_id, NEW.position, NEW.name)
    ) EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER mail_filing_is_kept BEFORE UPDATE ON tickets_mailfiling
    FOR EACH ROW WHEN (
        OLD.taken_back_at IS NOT NULL OR
        (OLD.mail_id, OLD.case_id, OLD.by, OLD.filed_at, OLD.filed_by_id, OLD.entry_id) IS DISTINCT FROM
        (NEW.mail_id, NEW.case_id, NEW.by, NEW.filed_at, NEW.filed_by_id, NEW.entry_id)
    ) EXECUTE FUNCTION zenrei_refuse_change();
"""


def _kept(table: str) -> str:
    """Return what lets only some columns of a table change."""
    columns, refused = MAY_CHANGE[table]
    same = "\n    ".join(f"kept.{column} := OLD.{column};" for column in columns)
    return KEPT.format(table=table, trigger=TRIGGERS[table], same=same, refused=refused)


FORWARD = "\n".join(
    [
        *(f"DROP TRIGGER {TRIGGERS[table]} ON tickets_{table};" for table in ("mail", "mailattachment", "mailfiling")),
        *(_kept(table) for table in MAY_CHANGE),
        "CREATE TRIGGER mail_import_is_not_deleted BEFORE DELETE ON tickets_mailimport"
        " FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();",
        *(
            f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON tickets_{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();"
            for table, trigger in EMPTIED.items()
        ),
    ]
)
BACK = "\n".join(
    [
        *(f"DROP TRIGGER {trigger} ON tickets_{table};" for table, trigger in EMPTIED.items()),
        "DROP TRIGGER mail_import_is_not_deleted ON tickets_mailimport;",
        *(f"DROP TRIGGER {trigger} ON tickets_{table};" for table, trigger in TRIGGERS.items()),
        *(f"DROP FUNCTION zenrei_{table}_is_kept();" for table in TRIGGERS),
        BEFORE,
    ]
)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0031_seals_cover_ids")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
