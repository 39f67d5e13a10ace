"""Whatever changes a product's row gives it a new revision: its scheme and path are remembered by it too.

And a row saved from an old copy would else bring back a revision under which something outdated is remembered.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kb_new_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := gen_random_uuid();
    RETURN NEW;
END $$;
CREATE TRIGGER product_is_new BEFORE UPDATE ON kb_product FOR EACH ROW EXECUTE FUNCTION kb_new_revision();
"""

BACK = """
DROP TRIGGER product_is_new ON kb_product;
DROP FUNCTION kb_new_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0010_reach_is_kept")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
