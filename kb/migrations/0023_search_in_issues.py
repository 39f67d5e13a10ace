"""Indexes over the parts of what known issues say, in the capitals that `icontains` compares."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("kb", "0022_the_texts_of_a_detector_are_kept"), ("common", "0002_trigram_extension")]

    operations = [
        migrations.AddIndex(
            "knownissue", GinIndex(OpClass(Upper(name), name="gin_trgm_ops"), name=f"issue_by_{name}_part")
        )
        for name in ("title", "symptoms", "summary", "cause")
    ]
