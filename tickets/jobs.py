"""The job kinds of this app."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from common.jobs.kinds import JobKind, register
from common.jobs.models import Job
from tickets.access import visible_evidence_jobs
from tickets.kinds import CHECK_EVIDENCE, RECHECK, REMIND
from tickets.services.rechecks import check_evidence, give_up_checking, recheck
from tickets.services.reminders import give_up_reminding, remind


def register_kinds() -> None:
    """Make the kinds known to the workers; called once, at start."""
    every = timedelta(seconds=settings.REMINDER_SECONDS)
    register(JobKind(REMIND, remind, give_up_reminding, _nobody, every=every))
    register(JobKind(CHECK_EVIDENCE, check_evidence, give_up_checking, visible_evidence_jobs))
    again = timedelta(seconds=settings.RECHECK_SECONDS)
    register(JobKind(RECHECK, recheck, give_up_checking, _nobody, every=again))


def _nobody(principal: Any) -> QuerySet[Job]:
    """Return no job: one that goes through the cases of all departments is nobody's to read."""
    return Job.objects.none()
