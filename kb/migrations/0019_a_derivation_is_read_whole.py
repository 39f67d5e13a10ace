"""A derivation is read whole: as text it need not be written out of `jsonb` each time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kb", "0018_names_and_ways_out_came_with_their_pack")]

    operations = [
        migrations.AlterField(
            "issuespans",
            "pieces",
            models.TextField(help_text="The derivation with the statement behind each span, as JSON."),
        ),
    ]
