"""Names, ways out and references of an issue from a pack came with it: nobody could enter one until now."""

from django.db import migrations

TABLES = ("kb_issuealias", "kb_remediation", "kb_reference")
FORWARD = "\n".join(
    f"UPDATE {table} r SET origin = i.origin FROM kb_knownissue i WHERE i.id = r.issue_id AND i.origin <> '';"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("kb", "0017_what_a_pack_brought")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
