"""What was said about issues is history: rows are added; a statement can only be taken back, a confirmation accepted."""

from django.db import migrations

KEPT = ("claim", "issueevent", "precedent")
CHANGEABLE = {
    "issuestatement": "'taken_back_at,taken_back_by_id,taken_back_reason'",
    "behaviourvalue": "'taken_back_at'",
    "confirmation": "'accepted_at,accepted_by_id'",
}

FUNCTION = """
CREATE FUNCTION kb_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changeable text[] := string_to_array(TG_ARGV[0], ',');
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - changeable) IS NOT DISTINCT FROM (to_jsonb(NEW) - changeable) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""


def triggers() -> str:
    """Return the SQL that makes the triggers."""
    rows = [
        f"CREATE TRIGGER {name}_is_kept BEFORE UPDATE OR DELETE ON kb_{name} "
        f"FOR EACH ROW EXECUTE FUNCTION kb_refuse_change();"
        for name in KEPT
    ]
    rows += [
        f"CREATE TRIGGER {name}_is_kept BEFORE UPDATE OR DELETE ON kb_{name} "
        f"FOR EACH ROW EXECUTE FUNCTION kb_refuse_rewriting({changeable});"
        for name, changeable in CHANGEABLE.items()
    ]
    rows += [
        f"CREATE TRIGGER {name}_is_not_emptied BEFORE TRUNCATE ON kb_{name} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION kb_refuse_change();"
        for name in (*KEPT, *CHANGEABLE)
    ]
    return "\n".join(rows)


def no_triggers() -> str:
    """Return the SQL that takes them away."""
    names = (*KEPT, *CHANGEABLE)
    rows = [f"DROP TRIGGER {name}_is_not_emptied ON kb_{name}; DROP TRIGGER {name}_is_kept ON kb_{name};" for name in names]
    return "\n".join([*rows, "DROP FUNCTION kb_refuse_rewriting();"])


class Migration(migrations.Migration):
    dependencies = [("kb", "0005_known_issues")]

    operations = [migrations.RunSQL(FUNCTION + triggers(), no_triggers())]
