"""How many SQL statements each request costs, in a file: the same for three rows and for thirty, and never more unseen.

`ZENREI_REFRESH_QUERY_COUNTS=1` rewrites the file; the difference is for the reviewer.
"""

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from accounts.services.departments import set_membership
from common.jobs.models import Job
from ingest.kinds import FIND_LINES
from ingest.services import detectors
from kb.models import PartyKind
from kb.services.behaviours import add_value, create_behaviour
from kb.services.catalogue import create_release, create_source, record_precedent
from kb.services.claims import add_claim
from kb.services.devices import create_device, record_firmware
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.api.conftest import Operation, operations
from tests.api.knowledge import (
    KINDS,
    MARKER,
    SECRET_PATH,
    confirm,
    help_with,
    keep_to_itself,
    make_detector,
    make_issue,
    state,
)
from tests.api.world import MOMENT, World, found, make_mail, make_pack, remind_of
from tests.conftest import Person
from tickets.kinds import CHECK_EVIDENCE
from tickets.models import Case, CustodyAction, PackState
from tickets.services.cases import add_party_ticket, open_case
from tickets.services.contracts import create_contact, create_contract
from tickets.services.custody import record_custody
from tickets.services.entries import add_entry
from tickets.services.findings import record_findings
from tickets.services.tasks import add_task

FILE = Path(__file__).with_name("query_counts.json")
ROWS = (3, 30)
UPLOADS = {"POST /api/v1/cases/{ref}/evidence/", "POST /api/v1/mails/"}
PACK = "POST /api/v1/cases/{ref}/packs/"
COMPARE = "POST /api/v1/cases/{ref}/comparisons/"


def bodies(number: int) -> dict[str, dict[str, Any]]:
    """Return a body for each operation that takes one; `number` keeps what must be new apart."""
    return {
        "POST /api/v1/already-asked/": {
            "title": "Other",
            "text": f"{MARKER} was the order changed?",
            "product": "fortimail",  # without a version: the first one reads what is then remembered of the product
            "rule": f"{MARKER}-rule",
        },
        "POST /api/v1/cases/": {"title": "Spam", "kind": "defect", "product": "fortimail", "parties": ["fortinet"]},
        "PATCH /api/v1/cases/{ref}/": {"title": f"Spam {number}", "state": "parked"},
        "POST /api/v1/cases/{ref}/party-tickets/": {"party": "fortinet", "number": f"new-{number}"},
        "POST /api/v1/cases/{ref}/shares/": {"department": "network-services"},
        "POST /api/v1/cases/{ref}/tasks/": {"text": f"Task {number}"},
        "PATCH /api/v1/cases/{ref}/tasks/{public_id}/": {"done": True},
        "POST /api/v1/cases/{ref}/watchers/": {"watch": False},
        "PATCH /api/v1/reminders/{public_id}/": {"seen": True},
        "POST /api/v1/cases/{ref}/timeline/": {
            "kind": "ask",
            "text": "Why?",
            "from_party": "us",
            "to_party": "fortinet",
        },
        "PATCH /api/v1/cases/{ref}/timeline/{public_id}/": {"text": "Why not?"},
        "POST /api/v1/cases/{ref}/evidence/{public_id}/read-again/": {},
        "POST /api/v1/behaviours/": {
            "product": "fortimail",
            "slug": f"new-{number}",
            "title": "New",
            "values": [{"value": "x", "says": "seen", "version": "7.0.1"}],
        },
        "POST /api/v1/behaviours/{id}/values/": {"value": "x", "says": "and_later", "version": "7.0.1"},
        "POST /api/v1/detectors/": {
            "issue": "a-defect",
            "text": f"new-{number}",
        },
        "PATCH /api/v1/detectors/{public_id}/": {"enabled": number == max(ROWS)},
        "POST /api/v1/devices/": {"name": f"new-{number}", "product": "fortimail"},
        "POST /api/v1/devices/{public_id}/firmware/": {"version": "7.0.3"},
        "PATCH /api/v1/findings/{public_id}/": {"status": "confirmed"},
        "POST /api/v1/findings/{public_id}/lines/": {},
        "POST /api/v1/packs/{public_id}/release/": {},
        "POST /api/v1/packs/{public_id}/restore/": {"text": "site-abcdefgh"},
        "POST /api/v1/issues/": {
            "product": "fortimail",
            "kind": "defect",
            "title": f"New {number}",
            "statements": [{"says": "seen", "version": "7.0.2"}],
        },
        "PATCH /api/v1/issues/{name}/": {"title": f"Title {number}"},
        "POST /api/v1/issues/{name}/archive/": {"reason": "It was the network."},
        "POST /api/v1/issues/{name}/claims/": {"party": "fortinet", "proposition": "is_defect", "stance": "no"},
        "POST /api/v1/issues/{name}/confirmations/": {"version": "7.0.2"},
        "POST /api/v1/issues/{name}/confirmations/{public_id}/accept/": {},
        "POST /api/v1/issues/{name}/remediations/": {"category": "workaround", "details": "Restart it."},
        "POST /api/v1/issues/{name}/statements/": {"says": "introduced", "version": "7.0.2"},
        "POST /api/v1/issues/{name}/statements/{public_id}/take-back/": {"reason": "It was 7.0.1."},
        "POST /api/v1/issues/{name}/validate/": {"version": "7.0.2", "basis": "CASE-0001"},
        "POST /api/v1/cases/{ref}/evidence/{public_id}/check/": {},
        "POST /api/v1/mails/{public_id}/file/": {"case": "CASE-0001"},
        "POST /api/v1/mails/{public_id}/take-out/": {"why": "Not theirs."},
        "PATCH /api/v1/contacts/{public_id}/": {"phone": str(number)},
        "PATCH /api/v1/contracts/{public_id}/": {"support_level": str(number), "product": "fortimail"},
        "POST /api/v1/contacts/": {"party": "fortinet", "name": f"Contact {number}"},
        "POST /api/v1/contracts/": {"party": "fortinet", "number": f"new-{number}"},
        "POST /api/v1/party-imports/": {"csv": f"party,kind\nImported {number},vendor\n"},
        "POST /api/v1/parties/": {"name": f"Vendor {number}", "kind": "vendor"},
        "POST /api/v1/parties/{slug}/own-views/": {"text": f"View {number}", "said_by": "Somebody"},
        "POST /api/v1/precedents/": {
            "product": "fortimail",
            "from_version": "7.0.1",
            "to_version": "7.0.2",
            "outcome": "Went well",
        },
        "POST /api/v1/products/": {"name": f"Product {number}", "vendor": "fortinet"},
        "POST /api/v1/releases/": {"product": "fortimail", "version": f"8.0.{number}"},
        "PATCH /api/v1/releases/{id}/": {"note": f"Note {number}"},
        "POST /api/v1/sources/": {"product": "fortimail", "title": "New", "kind": "vendor", "covers": ["7.0"]},
        "POST /api/v1/upgrade-check/": {
            "product": "fortimail",
            "from": "7.0.1",
            "to": "7.0.2",
            "facts": {SECRET_PATH: "x"},
        },
    }


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take detectors for checked: a child asks the database nothing, and takes seconds."""

    def head(text: str) -> dict[str, Any]:
        told = {"title": "New", "severity": "high", "date": "2026-11-29", "issue": None}
        return told | {"id": str(uuid.uuid4()), "rule": text}

    monkeypatch.setattr(detectors, "check_detector", head)


def add_rows(world: World, alice: Person, number: int) -> None:
    """Add rows to everything that a list or a detail shows."""
    for n in range(number):
        vendor = create_party(name=f"Party {number} {n}", kind=PartyKind.VENDOR)
        create_product(name=f"Product {number} {n} old", vendor=vendor)
        device = create_device(department=alice.department, product=world.product, name=f"mx-{number}-{n}")
        record_firmware(device=world.device, author=alice.user, version=f"7.{n}", installed_at=MOMENT)
        open_case(
            department=alice.department, author=alice.user, title="Other", kind="other", parties=[vendor, world.vendor]
        )
        world.case.devices.add(device)
        add_party_ticket(case=world.case, author=alice.user, party=vendor, number=str(n))
        add_entry(case=world.case, author=alice.user, kind="note", happened_at=MOMENT, text="x", from_party=vendor)
        dealt(open_case(department=alice.department, author=alice.user, title="Dealt", kind="other"), world, alice)
        remind_of(add_task(case=world.case, author=alice.user, text=f"Task {number} {n}"))
        record_custody(evidence=world.evidence, actor=alice.user, action=CustodyAction.CHECKED)
        create_contact(party=vendor, name=f"Contact {n}")
        make_pack(world.case, alice, vendor, world.evidence, PackState.RELEASED)
        create_contract(department=alice.department, party=vendor, number=f"C-{number}-{n}", response_hours={"any": 8})
        piece = ContentFile(f"{number} {n}".encode(), name=f"{number}-{n}.log")
        assert alice.api.upload(f"cases/{world.case.ref}/evidence/", piece).status_code == 202
    for n in range(number):
        make_mail(alice, world.case if n % 2 else None, f"{number}-{n}")
    add_knowledge(world, alice, number)
    record_findings(
        case=world.case,
        found=[found(world.evidence), *(found(world.evidence, transaction=str(n)) for n in range(number))],
    )


def dealt(case: Case, world: World, alice: Person) -> None:
    """Let the vendor be asked, promise and answer in a case."""
    for kind, way in (("ask", "to_party"), ("promise", "from_party"), ("answer", "from_party")):
        add_entry(case=case, author=alice.user, kind=kind, happened_at=timezone.now(), text="x", **{way: world.vendor})  # type: ignore[arg-type]


def add_knowledge(world: World, alice: Person, number: int) -> None:
    """Add rows to what is known of the product: more issues that the check lists, each with all that is said of it."""
    for n in range(number):
        create_release(product=world.product, version=f"7.1.{number + n}")
        create_source(product=world.product, title=f"Page {number} {n}", kind="vendor", covers=["7.0"])
        behaviour = create_behaviour(product=world.product, slug=f"order-{number}-{n}", title="Order")
        for value, version in (("old", "7.0.1"), ("new", "7.0.2")):
            add_value(attribute=behaviour, author=alice.user, value=value, says="seen", version=version)
            add_value(attribute=world.known.behaviour, author=alice.user, value=value, says="seen", version=version)
        for kind in KINDS:
            issue = make_issue(world.product, world.colleague, kind, behaviour, detector=f"{MARKER}-rule")
            confirm(issue, world.colleague)
        make_detector(world.known.issues["defect"], world.colleague, number + n)
        state(world.kept.issue, world.colleague)
        confirm(world.kept.issue, world.colleague)
        add_claim(issue=world.kept.issue, author=alice.user, party=world.vendor, proposition="is_fixed", stance="yes")
        record_precedent(
            product=world.product, author=alice.user, from_version="7.0.1", to_version="7.0.2", outcome="Well"
        )


def ask(operation: Operation, world: World, alice: Person, number: int) -> Any:
    """Send the request of an operation."""
    path = world.asked(operation.template, operation.method)
    if any(parameter["name"] == "page_size" for parameter in operation.described.get("parameters", [])):
        path += "?page_size=2"  # more rows than a page: where all are on it, nothing needs counting
    if operation.name in UPLOADS:
        return alice.api.upload(path.removeprefix("/api/v1/"), ContentFile(f"new {number}".encode(), name="new.log"))
    if operation.name == COMPARE:
        ids = [str(world.evidence.public_id)]
        days = {"before_days": {"last": "2022-06-07"}, "after_days": {"first": "2022-06-08"}}
        return alice.api.post(path, {"before": ids, "after": ids} | days)
    if operation.name == PACK:
        return alice.api.post(path, {"findings": [str(world.finding.public_id)], "recipient": "fortinet"})
    if operation.method in {"post", "patch"}:
        return getattr(alice.api, operation.method)(path, bodies(number)[operation.name])
    return getattr(alice.api, operation.method)(path)


def cost(request: Callable[[], Any]) -> tuple[int, int]:
    """Return the status of an answer and the number of statements that it took, savepoints included."""
    with CaptureQueriesContext(connection) as queries:
        answer = request()
        status = int(answer.status_code)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return status, len(queries)


def test_the_cost_is_constant_and_known(
    alice: Person, charlie: Person, world: World, schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_membership(user=alice.user, department=alice.department, role=Role.MANAGER)
    alice.user.is_staff = True
    alice.user.save()
    monkeypatch.setattr("accounts.authentication.USE_NOTED_EVERY", timedelta(days=1))  # a busy machine takes minutes
    alice.api.get("me/")  # notes the token's use
    costs: dict[str, list[int]] = {}
    for number in ROWS:
        add_rows(world, alice, number)
        world = fresh(world, alice)
        for operation in operations(schema):
            status, statements = cost(partial(ask, operation, world, alice, number))
            assert status < 300, (operation.name, status)
            costs.setdefault(operation.name, []).append(statements)
    grown = {name: counts for name, counts in costs.items() if len(set(counts)) > 1}
    assert grown == {}
    known = {name: counts[0] for name, counts in sorted(costs.items())}
    if os.environ.get("ZENREI_REFRESH_QUERY_COUNTS"):
        FILE.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    assert known == json.loads(FILE.read_text(encoding="utf-8"))


def fresh(world: World, alice: Person) -> World:
    """Return the world with what can be done once only: an entry to correct, a job to run, an issue to archive."""
    entry = add_entry(case=world.case, author=alice.user, kind="note", happened_at=MOMENT, text="To be corrected")
    job = world.evidence.__class__.objects.get(pk=world.evidence.pk).job
    assert job is not None
    job.state = "done"
    job.save(update_fields=["state"])
    Job.objects.filter(kind__in=[FIND_LINES, CHECK_EVIDENCE]).update(state="done")
    kept = keep_to_itself(world.product, world.colleague)
    here = world.kept.issue
    mail = make_mail(alice, world.case, f"filed-{entry.pk}")
    waiting = make_mail(alice, None, f"waiting-{entry.pk}")
    once = replace(
        world.kept,
        statement=state(here, world.colleague),
        confirmation=confirm(here, world.colleague),
        wrong=kept.wrong,
        way=help_with(here, world.colleague),
    )
    task = add_task(case=world.case, author=alice.user, text="To be done")
    pack = make_pack(world.case, alice, world.vendor, world.evidence, PackState.READY)
    world = replace(world, entry=entry, job=job, kept=once, mail=mail, waiting=waiting, waiting_pack=pack)
    return replace(world, task=task, reminder=remind_of(task))


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("GET /api/v1/cases/", 5),
        ("GET /api/v1/cases/{ref}/", 8),
        ("POST /api/v1/cases/", 16),
        ("GET /api/v1/findings/", 5),
        ("GET /api/v1/cases/{ref}/timeline/", 5),
        ("GET /api/v1/issues/", 6),
        ("GET /api/v1/claims/", 5),
        ("GET /api/v1/upgrade-check/", 25),
    ],
)
def test_the_dear_ones_stay_within_their_budget(name: str, allowed: int) -> None:
    assert json.loads(FILE.read_text(encoding="utf-8"))[name] <= allowed
