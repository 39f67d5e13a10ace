"""The job kinds of this app."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from common.jobs.kinds import JobKind, register
from common.jobs.models import Job
from tickets.kinds import REMIND
from tickets.services.reminders import give_up_reminding, remind


def register_kinds() -> None:
    """Make the kinds known to the workers; called once, at start."""
    every = timedelta(seconds=settings.REMINDER_SECONDS)
    register(JobKind(REMIND, remind, give_up_reminding, _nobody, every=every))


def _nobody(principal: Any) -> QuerySet[Job]:
    """Return no job: one that goes through the cases of all departments is nobody's to read."""
    return Job.objects.none()
