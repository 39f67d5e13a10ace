"""Reminding: rows are made by a job that beat repeats, once each, and noted by people."""

import logging

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.jobs.kinds import Handle
from common.jobs.models import Job
from kb.models import Party
from tickets.models import Case, Reminder
from tickets.queries.reminders import Looked, key_of, wanted_reminders
from tickets.queries.standing import UNFINISHED

log = logging.getLogger(__name__)
CASES_AT_ONCE = 1000
ROWS_AT_ONCE = 500


def remind(handle: Handle) -> None:
    """Look at all cases that are not over; what is missing is written as the job ends, or not at all."""
    cases = list(Case.objects.filter(state__in=UNFINISHED).order_by("pk").values_list("pk", flat=True))
    looked = Looked({}, set())
    for begin in range(0, len(cases), CASES_AT_ONCE):
        handle.tell(begin / len(cases), f"{begin:,} of {len(cases):,} cases")
        found = wanted_reminders(cases[begin : begin + CASES_AT_ONCE])
        looked.wanted.update(found.wanted)
        looked.unjudged.update(found.unjudged)
    unjudged = f"; {len(looked.unjudged)} cases cannot be judged (see the log)" if looked.unjudged else ""
    handle.finish(lambda: f"{record_reminders(looked)} reminders{unjudged}")


def give_up_reminding(job: Job, reason: str) -> None:
    """Say in the program's log that nobody was reminded: beat asks again."""
    log.error("job %s: nobody was reminded: %s", job.pk, reason)


@transaction.atomic
def record_reminders(looked: Looked) -> int:
    """Make the table of reminders what is wanted of all cases, and return how many are new.

    One that is there is never made again: the constraint decides, whoever else writes at the same time. What is no
    longer wanted is over, but of a case that could not be judged; where it is wanted again (an answer was corrected
    away), it is there again, not new, and noted by nobody. Rows are written in the order of their cases: each holds
    its case until the end, and who locks many cases takes them in that order.
    """
    wanted = looked.wanted
    standing = {key_of(row): row for row in Reminder.objects.filter(over_at=None).iterator()}
    over = [row.pk for key, row in standing.items() if key not in wanted and key.case not in looked.unjudged]
    Reminder.objects.filter(pk__in=over).update(over_at=timezone.now())
    missing = {key: one for key, one in wanted.items() if key not in standing}
    if not missing:
        return 0
    cases = {key.case for key in missing}
    known = {key_of(row): row.pk for row in Reminder.objects.filter(case__in=cases, over_at__isnull=False)}
    Reminder.objects.filter(pk__in=[pk for key, pk in known.items() if key in missing]).update(
        over_at=None, seen_at=None, seen_by=None
    )
    parties = dict(Party.objects.filter(slug__in={one.party for one in missing.values()}).values_list("slug", "pk"))
    rows = [
        Reminder(
            case_id=key.case,
            kind=key.kind,
            level=key.level,
            entry_id=key.entry,
            task_id=key.task,
            due_on=key.due_on,
            party_id=parties.get(one.party or ""),
        )
        for key, one in sorted(missing.items(), key=lambda item: item[0].case)
        if key not in known
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=ROWS_AT_ONCE)
    return len(rows)


@transaction.atomic
def note_reminder(*, reminder: Reminder, reader: User) -> Reminder:
    """Note that somebody took care of a reminder; who did so first stays."""
    Reminder.objects.filter(pk=reminder.pk, seen_at=None).update(seen_at=timezone.now(), seen_by=reader)
    reminder.refresh_from_db(fields=["seen_at", "seen_by"])
    return reminder
