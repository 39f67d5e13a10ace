"""An index over titles by what they are like: without it each title is compared."""

from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("tickets", "0036_own_views_are_kept")]

    operations = [
        migrations.AddIndex(
            "case", GistIndex(OpClass(Upper("title"), name="gist_trgm_ops(siglen=64)"), name="case_by_title_likeness")
        ),
    ]
