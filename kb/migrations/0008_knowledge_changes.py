"""Whatever changes what is known of a product gives it a new revision, by which answers can be remembered.

A revision is random, so that one that was rolled back is never met again.
"""

from django.db import migrations

OF_ISSUE = "SELECT i.product_id FROM changed c JOIN kb_knownissue i ON i.id = c.issue_id"
OF_ATTRIBUTE = "SELECT a.product_id FROM changed c JOIN kb_behaviourattribute a ON a.id = c.attribute_id"
ITS_OWN = "SELECT c.product_id FROM changed c"
TABLES = {
    "kb_release": ITS_OWN,
    "kb_source": ITS_OWN,
    "kb_upgradestation": ITS_OWN,
    "kb_precedent": ITS_OWN,
    "kb_knownissue": ITS_OWN,
    "kb_issuespans": OF_ISSUE,
    "kb_behaviourvalue": OF_ATTRIBUTE,
}
EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}

FUNCTION = """
CREATE FUNCTION kb_knowledge_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'UPDATE kb_product SET revision = gen_random_uuid() WHERE id IN (' || TG_ARGV[0] || ')';
    RETURN NULL;
END $$;
"""


def triggers() -> str:
    """Return the SQL that makes the triggers."""
    return "\n".join(
        f"CREATE TRIGGER {table}_changed_by_{event.lower()} AFTER {event} ON {table}"
        f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION kb_knowledge_changed('{products}');"
        for table, products in TABLES.items()
        for event, rows in EVENTS.items()
    )


def no_triggers() -> str:
    """Return the SQL that takes them away."""
    rows = [f"DROP TRIGGER {table}_changed_by_{event.lower()} ON {table};" for table in TABLES for event in EVENTS]
    return "\n".join([*rows, "DROP FUNCTION kb_knowledge_changed();"])


class Migration(migrations.Migration):
    dependencies = [("kb", "0007_product_revision")]

    operations = [migrations.RunSQL(FUNCTION + triggers(), no_triggers())]
