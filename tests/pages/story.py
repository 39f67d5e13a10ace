"""The story's case as the pages see it once a worker has read its log; no worker and no engine are needed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.utils import timezone

from accounts.models import Department, User
from common.jobs.models import Job, JobState
from common.storage import evidence_store
from ingest.models import DailyCount
from kb.models import Party, Product
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.support.fortimail_pack import load_fortimail
from tickets.models import Case, CaseScan, EntryKind, Evidence
from tickets.sample.load import LOG, load_story
from tickets.services.entries import add_machine_entry
from tickets.services.evidence import EvidenceFacts, store_evidence
from tickets.services.findings import FoundFinding, record_findings
from tickets.services.readings import record_reading

PARENT = "25809Eex009534-25809Ef0009534"
CHILD = PARENT + "0000"
RECIPIENT = "fuga@piteki2.com"
RULE_SET = "1"
AT = datetime(2022, 6, 8, 0, 9, 14, tzinfo=UTC)

REFUSED = (
    "Milter: data, reject=554 5.7.1 This email from IP 10.0.0.2 has been rejected. "
    "The email message was detected as spam."
)
REPEATED = (
    "to=<fuga@piteki2.com>, delay=00:00:00, pri=31150, "
    "stat=This email from IP 10.0.0.2 has been rejected. The email message was detected as spam."
)
SENT = (
    "to=fuga@piteki2.com, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=0, relay= [192.168.0.1], "
    "dsn=2.0.0, stat=Sent (Ok: queued as C257024FF1C5)"
)
_RAW = LOG.read_bytes().splitlines(keepends=True)
OFFSETS = [sum(map(len, _RAW[:number])) for number in range(len(_RAW))]
NOT_JUDGED = {
    "rule": "accepted-and-lost",
    "transactions": 1,
    "reason": "the log covers 1 of 5 days of queue lifetime",
}
LINES = (
    (1, "History", "", "disposition=Reject", PARENT, None),
    (2, "Mail event", "rejected", REFUSED, PARENT, REFUSED[len("Milter: data, ") :]),
    (3, "Mail event", "rejected", REPEATED, PARENT, "stat=This email from IP 10.0.0.2 has been rejected."),
    (4, "AntiSpam", "verdict", "FortiGuard-AntiSpam identified spam URL: http://example.com", PARENT, None),
    (5, "AntiSpam", "verdict", "FortiGuard-AntiSpam identified spam IP: 10.0.0.2, score: 3", PARENT, None),
    (6, "Mail event", "delivered", SENT, CHILD, "dsn=2.0.0, stat=Sent (Ok: queued as C257024FF1C5)"),
)


def cited_lines(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the six lines, in the shape in which a finding cites them."""
    return [
        {
            "evidence": str(evidence.public_id),
            "file": "",
            "line": number,
            "offset": OFFSETS[number - 1],
            "says": says,
            "text": text,
            "transaction": session,
            "time": "2022-06-08T09:09:14+09:00",
            "log": log,
            "spans": [[text.index(mark), text.index(mark) + len(mark)]] if mark else [],
            "truncated": False,
        }
        for number, log, says, text, session, mark in LINES
    ]


def found(evidence: Evidence, **changes: Any) -> FoundFinding:
    """Return the story's finding, or one that differs from it."""
    values: dict[str, Any] = {
        "rule": "rejected-and-delivered",
        "severity": "high",
        "transaction": PARENT,
        "recipient": RECIPIENT,
        "device": "mx1",
        "firmware": "7.0.2",
        "summary": "The sender was told 554 5.7.1, the recipient got the mail.",
        "rule_set": RULE_SET,
        "happened_at": AT,
        "lines": cited_lines(evidence),
    }
    return FoundFinding(**values | changes)


def _product_alone(_: Path) -> None:
    """Record the product without what is known of it: loading all of that takes a second."""
    vendor = Party.objects.filter(slug="fortinet").first() or create_party(name="Fortinet", kind="vendor")
    if not Product.objects.filter(slug="fortimail").exists():
        create_product(name="FortiMail", vendor=vendor)


def told_story(department: Department, author: User, *, knowledge: bool = False) -> Case:
    """Load the story and return its first case, read and judged; with what is known of FortiMail where asked for."""
    with patch("tickets.sample.load.load_pack", load_fortimail if knowledge else _product_alone):
        case = load_story(department=department, author=author)
    for evidence in case.evidence.all():
        read(evidence)
    judged(case, [found(case.evidence.get())])
    return case


def attach(case: Case, giver: User, content: bytes = b"some bytes", name: str = "elog.log") -> Evidence:
    """Attach evidence to a case; its job stays open."""
    with evidence_store().writer() as writer:
        writer.write(content)
        blob = writer.commit()
    evidence, _ = store_evidence(case=case, giver=giver, blob=blob, name=name, facts=EvidenceFacts())
    return evidence


def end_job(evidence: Evidence, state: str = JobState.DONE) -> None:
    """End the job that reads a piece."""
    Job.objects.filter(evidence=evidence).update(state=state, progress=1.0, finished_at=timezone.now())


def read(evidence: Evidence, *, state: str = "read", reason: str = "", lines: int = 6, unread: int = 0) -> None:
    """Record that a piece was read, in part or whole, or that it could not be."""
    file = {
        "path": "", "format": None if state == "not_a_log" else "fortimail", "encoding": "utf-8", "bytes": 1100,
        "lines": lines, "unread_lines": unread, "warnings": [],
        "unread_examples": [{"line": 3, "text": "???", "reason": "no header"}] if unread else [],
        "first_time": "2022-06-08T09:09:14+09:00", "last_time": "2022-06-08T09:09:14+09:00",
    }  # fmt: skip
    record_reading(
        evidence=evidence, state=state, reason=reason, files=[] if state == "failed" else [file], rule_set=RULE_SET
    )
    end_job(evidence, JobState.FAILED if state == "failed" else JobState.DONE)


JUDGING = ("rejected-and-delivered", "delivered-twice")


def judged(
    case: Case,
    findings: list[FoundFinding],
    *,
    not_judged: list[dict[str, Any]] | None = None,
    judging: tuple[str, ...] = JUDGING,
) -> None:
    """Record a scan of the case with these findings; `judging` are the rules that judged at least one message."""
    record_findings(case=case, found=findings)
    counts = {rule: sum(one.rule == rule for one in findings) for rule in judging}
    CaseScan.objects.update_or_create(
        case=case,
        defaults={
            "evidence": [str(piece.public_id) for piece in case.evidence.all()], "rule_set": RULE_SET,
            "finished_at": timezone.now(), "lines": 6, "transactions": 1, "messages": 1,
            "not_judged": [NOT_JUDGED] if not_judged is None else not_judged,
            "finding_counts": counts,
        },
    )  # fmt: skip
    DailyCount.objects.filter(case=case).delete()
    DailyCount.objects.create(
        case=case, day=AT.date(), verdict="FortiGuard AntiSpam-IP", verdict_code="0x31", messages=1
    )
    for rule, number in counts.items():
        if not number:
            continue
        add_machine_entry(
            case=case, kind=EntryKind.FINDING, happened_at=AT, text=f"{rule}: {number:,}", key=f"finding:{rule}:1"
        )
