"""Indexes over the parts of what findings say and of the lines they cite, in the capitals `icontains` compares."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Cast, Upper

import tickets.models.finding


class Migration(migrations.Migration):
    dependencies = [("tickets", "0032_mail_rows_are_kept")]

    operations = [
        migrations.AddIndex(
            "finding", GinIndex(OpClass(Upper("summary"), name="gin_trgm_ops"), name="finding_by_summary_part")
        ),
        migrations.AddIndex(
            "finding",
            GinIndex(
                OpClass(
                    Upper(Cast(tickets.models.finding.CitedTexts("lines"), models.TextField())), name="gin_trgm_ops"
                ),
                name="finding_by_line_part",
            ),
        ),
    ]
