"""The indexes that the beginning of another one makes superfluous go: each cost every entry and reminder a write."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0029_reading_held")]

    operations = [
        migrations.AlterField(
            model_name="entryseal",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seals",
                to="tickets.case",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="tickets.case",
            ),
        ),
    ]
