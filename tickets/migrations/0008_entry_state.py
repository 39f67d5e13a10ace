from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_finding_link")]

    operations = [
        migrations.AddField(
            model_name="timelineentry",
            name="state",
            field=models.CharField(
                blank=True,
                choices=[("open", "Open"), ("parked", "Parked"), ("solved", "Solved"), ("closed", "Closed")],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="timelineentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", ""),
                    models.Q(("kind", "state"), ("state__in", ["open", "parked", "solved", "closed"])),
                    _connector="OR",
                ),
                name="entry_state_is_known",
            ),
        ),
    ]
