"""A piece that came by mail is not read until a person asks for it: a state of its own, which never reads as clean."""

from django.db import migrations, models
from django.db.models import Q

BEFORE = ["read", "partly", "not_a_log", "failed"]
STATES = [*BEFORE, "held"]
WORDS = {"read": "Read", "partly": "Partly", "not_a_log": "Not A Log", "failed": "Failed", "held": "Held"}


class Migration(migrations.Migration):
    dependencies = [("tickets", "0028_mail_pages_left_out")]

    operations = [
        migrations.RemoveConstraint("reading", "reading_state_is_known"),
        migrations.AlterField(
            "reading", "state", models.CharField(choices=[(state, WORDS[state]) for state in STATES], max_length=9)
        ),
        migrations.AddConstraint(
            "reading", models.CheckConstraint(condition=Q(state__in=STATES), name="reading_state_is_known")
        ),
    ]
