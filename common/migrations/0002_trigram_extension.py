"""pg_trgm serves the search for a part of a title or reference."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("common", "0001_idempotent_answer")]

    operations = [TrigramExtension()]
