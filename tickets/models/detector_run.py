"""What a detector said of a case: the newest run, whole."""

from typing import Any, ClassVar

from django.db import models

from kb.models import Detector
from tickets.models.case import Case


class DetectorRun(models.Model):
    """The newest run of a detector over the logs of a case: of which revision, over which pieces of evidence.

    Not `judged`, its 0 hits say nothing: `not_judged` says why. A case without a row was not looked at.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="detector_runs")
    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="runs")
    revision = models.PositiveIntegerField()
    evidence = models.JSONField(default=list)
    judged = models.BooleanField()
    lines = models.BigIntegerField(default=0)
    hits = models.BigIntegerField(default=0)
    not_judged = models.JSONField(default=list)
    number = models.PositiveIntegerField(default=1)
    finished_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["case", "detector"], name="detector_run_once_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.detector_id} in {self.case_id}"
