"""A scan: all logs of a case read together, so that lines are joined across files."""

from django.db import models

from tickets.models.case import Case


class CaseScan(models.Model):
    """The newest scan of a case, whole. `evidence` are the ids of the pieces that it covers.

    There is one row a case: a scan replaces the one before, in the transaction that writes its findings.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="scan")
    number = models.PositiveIntegerField(default=1)
    evidence = models.JSONField(default=list)
    rule_set = models.CharField(max_length=20)
    finished_at = models.DateTimeField()
    lines = models.BigIntegerField(default=0)
    transactions = models.BigIntegerField(default=0)
    messages = models.BigIntegerField(default=0)
    unfinished = models.BigIntegerField(default=0)
    not_judged = models.JSONField(default=list)
    finding_counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"scan {self.number} of {self.case_id}"
