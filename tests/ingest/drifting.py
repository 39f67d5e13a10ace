"""The story's graph: two weeks of messages by verdict, of which two change places on the third day."""

from datetime import date, timedelta

from ingest.models import DailyCount
from tests.pages.story import found
from tickets.models import Case
from tickets.services.findings import record_findings

FIRST, CHANGE = date(2021, 5, 17), date(2021, 5, 19)
IP, URL = ("FortiGuard AntiSpam-IP", "0x31"), ("FortiGuard AntiSpam", "0x07")
SUMMARY = (
    "From 2021-05-19 on the mix of verdicts is another one: FortiGuard AntiSpam (0x07) went from 6.0% to 40.0%"
    " (30000 messages on 2 days before, 180000 on 12 days after, distance 0.34, p < 0.000001, 12 divisions tried)."
    " The firmware 6.2.5 became 6.4.3 on 2021-05-19."
)


def drift(case: Case, *, days: int = 14, without: tuple[int, ...] = (), finding: bool = True) -> None:
    """Record the days of a case, but for some, and the finding that names the change point."""
    rows = []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        weekend = 0.5 if day.weekday() > 4 else 1.0
        ip, url = (6140, 920) if day < CHANGE else (950, 6080)
        for (verdict, code), messages in ((("", ""), 8400 * weekend), (IP, ip * weekend), (URL, url * weekend)):
            if number not in without:
                rows.append(
                    DailyCount(case=case, day=day, verdict=verdict, verdict_code=code, messages=int(messages) + number)
                )
    DailyCount.objects.filter(case=case).delete()
    DailyCount.objects.bulk_create(rows)
    if finding:
        told = found(
            case.evidence.earliest("pk"), rule="verdict-drift", severity="medium", transaction="", recipient="",
            summary=SUMMARY, happened_at=None,
        )  # fmt: skip
        record_findings(case=case, found=[told, found(case.evidence.earliest("pk"))])
