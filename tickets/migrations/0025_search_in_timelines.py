"""An index over the parts of timeline texts, in the capitals that `icontains` compares."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("tickets", "0024_contract_events_are_kept")]

    operations = [
        migrations.AddIndex(
            "timelineentry", GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="entry_by_text_part")
        ),
    ]
