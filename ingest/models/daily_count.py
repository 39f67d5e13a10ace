"""Messages a day and verdict, for the graph of a case."""

from typing import Any, ClassVar

from django.db import models

from tickets.models import Case


class DailyCount(models.Model):
    """How many messages got a verdict on a day. `day` is None where the log has no date."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="daily_counts")
    day = models.DateField(null=True)
    verdict = models.CharField(max_length=120)
    verdict_code = models.CharField(max_length=10, blank=True, default="")
    messages = models.BigIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["day", "verdict_code", "verdict"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "day", "verdict", "verdict_code"], nulls_distinct=False, name="daily_count_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.verdict}: {self.messages}"
