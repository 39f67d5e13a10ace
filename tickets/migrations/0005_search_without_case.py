"""The trigram indexes cover the capitals that `icontains` compares: over the text as it stands they were never used."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_blobs_are_not_emptied")]

    operations = [
        migrations.RemoveIndex("case", "case_by_title_part"),
        migrations.RemoveIndex("case", "case_by_ref_part"),
        migrations.AddIndex(
            "case", GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="case_by_title_part")
        ),
        migrations.AddIndex(
            "case", GinIndex(OpClass(Upper("ref"), name="gin_trgm_ops"), name="case_by_ref_part")
        ),
    ]
