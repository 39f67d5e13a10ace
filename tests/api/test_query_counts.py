"""How many SQL statements each request costs, in a file: the same for three rows and for thirty, and never more unseen.

`ZENREI_REFRESH_QUERY_COUNTS=1` rewrites the file; the difference is for the reviewer.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.services.departments import set_membership
from kb.models import PartyKind
from kb.services.devices import create_device, record_firmware
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.api.conftest import Operation, operations
from tests.api.world import MOMENT, World, found
from tests.conftest import Person
from tickets.models import CustodyAction
from tickets.services.cases import add_party_ticket, open_case
from tickets.services.custody import record_custody
from tickets.services.entries import add_entry
from tickets.services.findings import record_findings

FILE = Path(__file__).with_name("query_counts.json")
ROWS = (3, 30)
UPLOAD = "POST /api/v1/cases/{ref}/evidence/"


def bodies(number: int) -> dict[str, dict[str, Any]]:
    """Return a body for each operation that takes one; `number` keeps what must be new apart."""
    return {
        "POST /api/v1/cases/": {"title": "Spam", "kind": "defect", "product": "fortimail", "parties": ["fortinet"]},
        "PATCH /api/v1/cases/{ref}/": {"title": f"Spam {number}", "state": "parked"},
        "POST /api/v1/cases/{ref}/party-tickets/": {"party": "fortinet", "number": f"new-{number}"},
        "POST /api/v1/cases/{ref}/shares/": {"department": "network-services"},
        "POST /api/v1/cases/{ref}/timeline/": {
            "kind": "ask",
            "text": "Why?",
            "from_party": "us",
            "to_party": "fortinet",
        },
        "PATCH /api/v1/cases/{ref}/timeline/{public_id}/": {"text": "Why not?"},
        "POST /api/v1/cases/{ref}/evidence/{public_id}/read-again/": {},
        "POST /api/v1/devices/": {"name": f"new-{number}", "product": "fortimail"},
        "POST /api/v1/devices/{public_id}/firmware/": {"version": "7.0.3"},
        "PATCH /api/v1/findings/{public_id}/": {"status": "confirmed"},
        "POST /api/v1/parties/": {"name": f"Vendor {number}", "kind": "vendor"},
        "POST /api/v1/products/": {"name": f"Product {number}", "vendor": "fortinet"},
    }


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
        record_custody(evidence=world.evidence, actor=alice.user, action=CustodyAction.CHECKED)
        piece = ContentFile(f"{number} {n}".encode(), name=f"{number}-{n}.log")
        assert alice.api.upload(f"cases/{world.case.ref}/evidence/", piece).status_code == 202
    record_findings(
        case=world.case,
        found=[found(world.evidence), *(found(world.evidence, transaction=str(n)) for n in range(number))],
    )


def ask(operation: Operation, world: World, alice: Person, number: int) -> Any:
    """Send the request of an operation."""
    path = world.path(operation.template)
    if any(parameter["name"] == "page_size" for parameter in operation.described.get("parameters", [])):
        path += "?page_size=2"  # more rows than a page: where all are on it, nothing needs counting
    if operation.name == UPLOAD:
        return alice.api.upload(path.removeprefix("/api/v1/"), ContentFile(f"new {number}".encode(), name="new.log"))
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


def test_the_cost_is_constant_and_known(alice: Person, charlie: Person, world: World, schema: dict[str, Any]) -> None:
    set_membership(user=alice.user, department=alice.department, role=Role.MANAGER)
    alice.user.is_staff = True
    alice.user.save()
    alice.api.get("me/")  # notes the token's use, once a minute
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
    """Return the world with a timeline entry and a job that can be corrected and run once more."""
    entry = add_entry(case=world.case, author=alice.user, kind="note", happened_at=MOMENT, text="To be corrected")
    job = world.evidence.__class__.objects.get(pk=world.evidence.pk).job
    assert job is not None
    job.state = "done"
    job.save(update_fields=["state"])
    return replace(world, entry=entry, job=job)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("GET /api/v1/cases/", 5),
        ("GET /api/v1/cases/{ref}/", 8),
        ("POST /api/v1/cases/", 16),
        ("GET /api/v1/findings/", 5),
        ("GET /api/v1/cases/{ref}/timeline/", 5),
    ],
)
def test_the_dear_ones_stay_within_their_budget(name: str, allowed: int) -> None:
    assert json.loads(FILE.read_text(encoding="utf-8"))[name] <= allowed
