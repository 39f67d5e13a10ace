"""A held piece whose mail was taken out of the case waits for nobody: a state of its own, which never reads as read."""

from django.db import migrations, models
from django.db.models import Q

BEFORE = ["read", "partly", "not_a_log", "failed", "held"]
STATES = [*BEFORE, "taken_out"]
WORDS = {
    "read": "Read",
    "partly": "Partly",
    "not_a_log": "Not A Log",
    "failed": "Failed",
    "held": "Held",
    "taken_out": "Taken Out",
}
# Those that were held when their mails were taken out, before there was a state for it.
TAKEN_OUT = """
UPDATE tickets_reading AS reading SET state = 'taken_out', reason = 'The mail it came with was taken out of the case.'
FROM tickets_evidence AS piece
WHERE piece.id = reading.evidence_id AND reading.state = 'held' AND piece.job_id IS NULL
    AND EXISTS (SELECT FROM tickets_mailattachment AS one WHERE one.evidence_id = piece.id)
    AND NOT EXISTS (
        SELECT FROM tickets_mailattachment AS one JOIN tickets_mail AS mail ON mail.id = one.mail_id
        WHERE one.blob_id = piece.blob_id AND mail.case_id = piece.case_id
    )
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0033_search_in_findings")]

    operations = [
        migrations.RemoveConstraint("reading", "reading_state_is_known"),
        migrations.AlterField(
            "reading", "state", models.CharField(choices=[(state, WORDS[state]) for state in STATES], max_length=9)
        ),
        migrations.AddConstraint(
            "reading", models.CheckConstraint(condition=Q(state__in=STATES), name="reading_state_is_known")
        ),
        migrations.RunSQL(TAKEN_OUT, "UPDATE tickets_reading SET state = 'held' WHERE state = 'taken_out'"),
    ]
