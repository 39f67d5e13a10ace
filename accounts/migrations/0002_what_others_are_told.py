"""Whether others who ask the same are told that a department has a case or an issue which they may not see."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            "department",
            "tells_of_cases",
            models.BooleanField(
                db_default=False,
                default=False,
                help_text="Others who ask the same are told that there is such a case, and no more: not which, not"
                " how many.",
            ),
        ),
        migrations.AddField(
            "department",
            "tells_of_issues",
            models.BooleanField(
                db_default=True,
                default=True,
                help_text="Others who ask the same are told that there is a known issue that the department keeps to"
                " itself.",
            ),
        ),
    ]
