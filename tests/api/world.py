"""One of everything that a department owns, with a word in every text that nobody outside it may ever read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from cli.mails import row_of
from common.jobs.models import Job
from common.storage import evidence_store
from ingest.engine.comparison.compare import Days
from ingest.kinds import COMPARE_LOGS, FIND_LINES
from ingest.models import DailyCount
from ingest.services.answers import keep_answer
from ingest.services.comparisons import ask_comparison
from kb.models import Device, Party, Product
from kb.services.devices import create_device, record_firmware
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.api.knowledge import MARKER, Kept, Known, keep_to_itself, make_knowledge
from tests.conftest import Person, make_person
from tests.mail import letters
from tickets.mail.archive import EML
from tickets.mail.mbox import Piece
from tickets.models import (
    Case,
    CaseKind,
    CaseScan,
    Contact,
    Contract,
    EntryKind,
    Evidence,
    Finding,
    Mail,
    Pack,
    PackState,
    ReadingState,
    Reminder,
    Task,
    TimelineEntry,
)
from tickets.services.cases import add_party_ticket, open_case
from tickets.services.contracts import create_contact, create_contract
from tickets.services.entries import add_entry, correct_entry
from tickets.services.evidence import EvidenceFacts, store_evidence
from tickets.services.findings import FoundFinding, record_findings
from tickets.services.mail_imports import receive_mail_file
from tickets.services.mails import record_mails
from tickets.services.own_views import record_own_view
from tickets.services.readings import record_reading
from tickets.services.tasks import add_task

CHECK = ("get", "/api/v1/upgrade-check/")
MOMENT = datetime(2022, 6, 8, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """What Alice's department owns, and what everybody knows (`vendor`, `product`, `known`).

    `kept` are the issues that the department keeps to itself; `colleague` wrote them, so that Alice may check them.
    """

    vendor: Party
    product: Product
    device: Device
    case: Case
    entry: TimelineEntry
    evidence: Evidence
    finding: Finding
    job: Job
    mail: Mail
    waiting: Mail
    comparison: Job
    pack: Pack
    waiting_pack: Pack
    task: Task
    reminder: Reminder
    contact: Contact
    contract: Contract
    known: Known
    kept: Kept
    colleague: Person

    @property
    def ids(self) -> dict[str, str]:
        """Every name by which the API would tell something of it, to those who may read it."""
        return {
            "ref": self.case.ref,
            "device": str(self.device.public_id),
            "entry": str(self.entry.public_id),
            "evidence": str(self.evidence.public_id),
            "finding": str(self.finding.public_id),
            "job": str(self.job.public_id),
            "comparison": str(self.comparison.public_id),
            "pack": str(self.pack.public_id),
            "waiting_pack": str(self.waiting_pack.public_id),
            "task": str(self.task.public_id),
            "reminder": str(self.reminder.public_id),
            "contract": str(self.contract.public_id),
            "mail": str(self.mail.public_id),
            "waiting": str(self.waiting.public_id),
            "original": self.mail.blob_id,
            "sha256": self.evidence.blob_id,
            "mail_token": self.case.mail_token,
            **self.kept.ids,
        }

    def path(self, template: str) -> str:
        """Return an address of the OpenAPI schema with the ids of this world in it."""
        waiting = "waiting" if template.endswith("/file/") else "mail"
        things = {"timeline": "entry", "evidence": "evidence", "mails": waiting}
        parts = template.strip("/").split("/")
        for place, part in enumerate(parts):
            if part == "{public_id}" and parts[place - 1] == "sources":
                parts[place] = str(self.known.source.public_id)
            elif part == "{public_id}" and parts[place - 1] == "contacts":
                parts[place] = str(self.contact.public_id)
            elif part == "{public_id}" and parts[place - 1] == "detectors":
                parts[place] = str(self.known.detector.public_id)
            elif part == "{public_id}" and parts[-1] == "release":
                parts[place] = self.ids["waiting_pack"]
            elif part == "{public_id}":
                parts[place] = self.ids[things.get(parts[place - 1], parts[place - 1].removesuffix("s"))]
            elif part in {"{attachment}", "{sha256}"}:
                attached = self.mail.attachments.earliest("pk")
                parts[place] = str(attached.public_id) if part == "{attachment}" else self.mail.blob_id
            elif part == "{name}":
                parts[place] = self.ids["wrong" if parts[-1] == "archive" else "issue"]
            elif part in {"{pk}", "{id}"} and parts[place - 1] == "remediations":
                parts[place] = str(self.kept.way.pk)
            elif part == "{id}":
                parts[place] = str(
                    {"releases": self.known.release, "behaviours": self.known.behaviour}[parts[place - 1]].pk
                )
            elif part == "{ref}":
                parts[place] = self.case.ref
            elif part == "{slug}":
                known = {
                    "parties": self.vendor.slug,
                    "vendors": self.vendor.slug,
                    "products": self.product.slug,
                    "shares": "network-services",
                }
                parts[place] = known[parts[place - 1]]
        end = "/" if template.endswith("/") else ""
        return "/" + "/".join(parts) + end

    def asked(self, template: str, method: str) -> str:
        """Return an address as `path` does, with the question behind it where a GET needs one."""
        question = "?product=fortimail&from=7.0.1&to=7.0.2" if (method, template) == CHECK else ""
        return self.path(template) + question


@transaction.atomic
def make_world(owner: Person) -> World:
    """Make one of everything, through the services that people and workers use."""
    vendor = create_party(name="Fortinet", kind="vendor")
    product = create_product(name="FortiMail", vendor=vendor)
    device = create_device(
        department=owner.department, product=product, name=f"{MARKER}-mx1", serial=f"{MARKER}-SN", zone="Asia/Tokyo"
    )
    record_firmware(device=device, author=owner.user, version=f"{MARKER}-7.0.2", installed_at=MOMENT, note=MARKER)
    case = open_case(
        department=owner.department,
        author=owner.user,
        title=f"{MARKER}: rejected mail reaches users",
        kind=CaseKind.DEFECT,
        product=product,
        release=f"{MARKER}-7.0.2",
        parties=[vendor],
        devices=[device],
        opened_at=MOMENT,
    )
    add_party_ticket(case=case, author=owner.user, party=vendor, number=f"{MARKER}-8841")
    entry = _timeline(case, owner, vendor)
    evidence = _evidence(case, owner, device, vendor)
    task = add_task(case=case, author=owner.user, text=f"{MARKER} to do")
    record_own_view(party=vendor, department=owner.department, author=owner.user, text=MARKER, said_by=MARKER)
    colleague = make_person("dana@example.jp", owner.department, Role.OPERATOR)
    return World(
        vendor=vendor,
        product=product,
        device=device,
        case=case,
        entry=entry,
        evidence=evidence,
        finding=_scan(case, evidence),
        job=_job(evidence),
        mail=make_mail(owner, case, 0),
        waiting=make_mail(owner, None, 1),
        comparison=_comparison(case, owner, evidence),
        pack=make_pack(case, owner, vendor, evidence, PackState.RELEASED),
        waiting_pack=make_pack(case, owner, vendor, evidence, PackState.READY),
        task=task,
        reminder=remind_of(task),
        contact=create_contact(party=vendor, name="Somebody known"),
        contract=create_contract(
            department=owner.department, party=vendor, number=MARKER, support_level=MARKER, author=owner.user
        ),
        known=make_knowledge(product, colleague, today=timezone.localdate() - timedelta(days=1)),
        kept=keep_to_itself(product, colleague),
        colleague=colleague,
    )


def make_pack(case: Case, owner: Person, vendor: Party, evidence: Evidence, state: str) -> Pack:
    """Record a pack as a worker would have made it; the bytes are those of the evidence."""
    released = {"released_by": owner.user, "released_at": MOMENT} if state == PackState.RELEASED else {}
    line = {"evidence": str(evidence.public_id), "log": "log-01", "line": 1, "original": MARKER, "text": "x"}
    return Pack.objects.create(
        case=case, recipient=vendor, created_by=owner.user, state=state, blob_id=evidence.blob_id, questions=MARKER,
        report={"lines": [line], "replaced": [["word", MARKER, "word-abcdefgh", 1]], "questions": []}, **released,
    )  # fmt: skip


def _timeline(case: Case, owner: Person, vendor: Party) -> TimelineEntry:
    """Write an entry and correct it; return the older, which can be read but not corrected again."""
    entry = add_entry(
        case=case, author=owner.user, kind=EntryKind.ASK, happened_at=MOMENT, text=f"{MARKER}?", to_party=vendor
    )
    correct_entry(entry=entry, author=owner.user, changes={"text": f"{MARKER}: was the order changed?"})
    return entry


def remind_of(task: Task) -> Reminder:
    """Write a reminder as the job of reminders would."""
    return Reminder.objects.create(
        case=task.case, kind="task_due", level="reminder", task=task, due_on=timezone.localdate()
    )


def _evidence(case: Case, owner: Person, device: Device, vendor: Party) -> Evidence:
    """Store a piece of evidence."""
    with evidence_store().writer() as writer:
        writer.write(f"{MARKER} date=2022-06-08\n".encode())
        blob = writer.commit()
    facts = EvidenceFacts(device=device, firmware=f"{MARKER}-7", zone="Asia/Tokyo", from_party=vendor, note=MARKER)
    evidence, _ = store_evidence(case=case, giver=owner.user, blob=blob, name=f"{MARKER}.log", facts=facts)
    return evidence


def _scan(case: Case, evidence: Evidence) -> Finding:
    """Write what a scan of the piece would, and return its finding."""
    record_reading(evidence=evidence, state=ReadingState.PARTLY, reason=f"{MARKER} lines unread", files=[file_row()])
    record_findings(case=case, found=[found(evidence)])
    DailyCount.objects.create(case=case, day=date(2022, 6, 8), verdict=MARKER, messages=1)
    CaseScan.objects.create(
        case=case,
        evidence=[str(evidence.public_id)],
        rule_set="test/1",
        finished_at=MOMENT,
        not_judged=[{"rule": f"{MARKER}-lost", "transactions": 1, "reason": MARKER}],
        finding_counts={f"{MARKER}-rule": 1},
    )
    finding = Finding.objects.get(case=case)
    row = {"evidence": str(evidence.public_id), "file": "", "line": 1, "offset": 0, "id": f"{MARKER}-tx", "child": "0"}
    broken = [{"evidence": str(evidence.public_id), "file": MARKER, "reason": MARKER}]
    lines = {"rows": [row | {"text": f"{MARKER} text"}], "left_out": 0, "broken": broken}
    keep_answer(FIND_LINES, case, str(finding.public_id), lines | {"evidence": [str(evidence.public_id)]})
    return finding


def file_row(**changes: Any) -> dict[str, Any]:
    """Return a file object as `zenrei scan` writes it."""
    row: dict[str, Any] = {
        "path": MARKER,
        "format": "fortimail",
        "encoding": "utf-8",
        "bytes": 24,
        "lines": 1,
        "unread_lines": 0,
        "unread_examples": [],
        "warnings": [],
        "first_time": None,
        "last_time": None,
        "named_devices": [],
    }
    return row | changes


def found(evidence: Evidence, **changes: Any) -> FoundFinding:
    """Return a finding as the worker takes it in."""
    line = {
        "evidence": str(evidence.public_id),
        "file": "",
        "line": 1,
        "offset": 0,
        "says": "rejected",
        "text": f"{MARKER} text",
        "transaction": f"{MARKER}-tx",
    }
    values: dict[str, Any] = {
        "rule": f"{MARKER}-rule",
        "severity": "high",
        "transaction": f"{MARKER}-transaction",
        "recipient": f"{MARKER}@example.jp",
        "device": f"{MARKER}-mx1",
        "firmware": f"{MARKER}-7.0.2",
        "summary": f"{MARKER} summary",
        "rule_set": "test/1",
        "happened_at": MOMENT,
        "lines": [line],
    }
    return FoundFinding(**(values | changes))


def make_mail(owner: Person, case: Case | None, number: int | str) -> Mail:
    """Record a mail as the worker would: into a case by its token, else into the inbox. A picture hangs on it."""
    name = f"{MARKER}-{number}@example.jp"
    subject = f"{MARKER} {case.mail_subject_token if case else ''}".strip()
    picture = letters.part(name.encode(), f"image/png; name={MARKER}.png", Content_ID=f"<{MARKER}>")
    sender = f"{MARKER} <{owner.user.email}>"
    raw = letters.mixed(letters.part(MARKER.encode()), picture, message_id=name, subject=subject, sender=sender)
    row = row_of(Piece(0, "", raw), EML, None)
    with evidence_store().writer() as original, evidence_store().writer() as attached:
        original.write(raw)
        attached.write(name.encode())
        attached.commit()
        blob = original.commit()
    taken = receive_mail_file(department=owner.department, giver=owner.user, blob=blob, name=f"{MARKER}.eml")
    record_mails(mail_import=taken, rows=[orjson.loads(orjson.dumps(row))])
    return Mail.objects.get(message_id=name, department=owner.department)


def _job(evidence: Evidence) -> Job:
    """Return the job that reads the piece, with a detail that tells of it."""
    assert evidence.job is not None
    evidence.job.detail = f"{MARKER} read"
    evidence.job.save(update_fields=["detail"])
    return evidence.job


def _comparison(case: Case, owner: Person, evidence: Evidence) -> Job:
    """Return a comparison of days of the piece, with its answer kept as a worker would."""
    ids = [str(evidence.public_id)]
    days = {"before_days": Days(None, "2022-06-07"), "after_days": Days("2022-06-08", None)}
    job = ask_comparison(case=case, author=owner.user, before=ids, after=ids, **days)
    job.state = "done"
    job.detail = f"{MARKER} compared"
    job.save(update_fields=["state", "detail"])
    keep_answer(COMPARE_LOGS, case, str(job.public_id), compared(evidence))
    return job


def compared(evidence: Evidence) -> dict[str, Any]:
    """Return the answer of a comparison, with something in every text."""
    piece = {
        "id": str(evidence.public_id),
        "name": evidence.name,
        "device": f"{MARKER}-mx1",
        "versions": [f"{MARKER}-7"],
        "first_time": None,
        "last_time": None,
        "lines": 1,
        "unread_lines": 0,
        "complete": True,
        "warnings": [MARKER],
    }
    side = dict.fromkeys(("transactions", "messages", "unfinished", "elsewhere", "undated", "loose"), 0)
    row = {
        "told": "refused",
        "done": None,
        "verdict": MARKER,
        "verdict_code": None,
        "policy": MARKER,
        "before": 1,
        "after": 0,
        "share_before": 1.0,
        "share_after": 0.0,
        "difference": -1.0,
        "p": None,
        "significant": False,
    }
    return {
        "schema": "zenrei.diff/1",
        "by": ["outcome", "classifier", "policy"],
        "before": side | {"pieces": [piece], "days": {"first": None, "last": "2022-06-07"}},
        "after": side | {"pieces": [piece], "days": {"first": "2022-06-08", "last": None}},
        "distance": None,
        "significant": 0,
        "rows": [row],
        "rows_in_all": 1,
        "not_compared": [MARKER],
        "seconds": 0.1,
    }
