"""Each page asks the database a set number of questions, however much there is to show.

The numbers are in `query_counts.json`; `ZENREI_REFRESH=1` writes what is so now.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Device, KnownIssue, Party
from kb.services.catalogue import create_release
from kb.services.claims import add_claim, add_confirmation
from kb.services.statements import NewStatement, add_statement
from tests.conftest import Person
from tests.pages.knowledge import fortimail, record
from tests.pages.story import AT, attach, found, judged, read
from tickets.models import Case
from tickets.services.cases import open_case
from tickets.services.entries import add_entry
from tickets.services.tasks import add_task

FILE = Path(__file__).with_name("query_counts.json")


def pages_of(story: Case) -> dict[str, str]:
    """Return the pages by name."""
    evidence, device = story.evidence.earliest("pk"), Device.objects.get(name="mx1")
    case, finding = f"/cases/{story.ref}/", story.findings.earliest("pk")
    return {
        "start": "/",
        "custody": "/custody/",
        "cases": "/cases/?state=all",
        "case": case,
        "new-case": "/cases/new/",
        "change-case": f"{case}change/",
        "new-entry": f"{case}entries/new/",
        "new-task": f"{case}tasks/new/",
        "findings": f"{case}findings/",
        "finding": f"{case}findings/{finding.public_id}/",
        "finding-lines": f"{case}findings/{finding.public_id}/lines/",
        "evidence": f"{case}evidence/{evidence.public_id}/",
        "open-jobs": f"{case}evidence/reading/",
        "case-days": f"{case}days/",
        "comparisons": f"{case}comparisons/",
        "packs": f"{case}packs/",
        "report": f"{case}report/",
        "parties": "/parties/",
        "party": "/parties/fortinet/",
        "accountability": "/parties/fortinet/accountability/?from=2020-01-01",
        "devices": "/devices/",
        "device": f"/devices/{device.public_id}/",
        "account": "/account/",
        "check": "/check/?product=fortimail&from=6.2.5&to=7.0.2",
        "check-form": "/check/",
        "issues": "/issues/",
        "issue": "/issues/first/",
        "new-issue": "/issues/new/",
        "products": "/products/",
        "product": "/products/fortimail/",
    }


def counts(page: Client, story: Case) -> dict[str, int]:
    """Return how many queries each page asks."""
    found_counts = {}
    for name, path in pages_of(story).items():
        page.get(path)  # what is remembered of a product is remembered now
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert page.get(path).status_code == 200, path
        found_counts[name] = len(asked)
    return found_counts


@pytest.fixture(autouse=True)
def first_issue(story: Case, alice: Person) -> KnownIssue:
    """An issue with something of everything; the releases of the question are in the catalogue."""
    for version in ("6.2.5", "7.0.2"):
        create_release(product=fortimail(), version=version)
    issue = record(alice.department, alice.user, slug="first", detector="rejected-and-delivered")
    say_everything(issue, alice)
    return issue


def say_everything(issue: KnownIssue, alice: Person) -> None:
    """Say something of each kind about an issue."""
    party = Party.objects.get(slug="fortinet")
    for stance in ("yes", "no"):
        add_claim(issue=issue, author=alice.user, party=party, proposition="exists", stance=stance)
    add_statement(issue=issue, author=alice.user, statement=NewStatement("seen", "7.0.1"))
    add_confirmation(issue=issue, author=alice.user, department=alice.department, version="7.0.2", sees_it=True)


@pytest.fixture
def crowded(story: Case, alice: Person, first_issue: KnownIssue) -> Case:
    """The story with much more of everything."""
    for number in range(12):
        piece = attach(story, alice.user, content=f"line {number}".encode(), name=f"log {number}")
        read(piece) if number % 2 else None
        add_entry(case=story, author=alice.user, kind="note", happened_at=AT, text=f"Note {number}.")
        add_task(case=story, author=alice.user, text=f"Task {number}.")
        open_case(department=alice.department, author=alice.user, title=f"Case {number}", kind="other")
        say_everything(record(alice.department, alice.user, slug=f"issue-{number}", aliases=["CVE-1"]), alice)
        say_everything(first_issue, alice)
        create_release(product=fortimail(), version=f"7.2.{number}")
    evidence = story.evidence.earliest("pk")
    judged(story, [found(evidence, recipient=f"user{number}@piteki2.com") for number in range(12)])
    return story


def test_pages_ask_as_often_as_agreed(page: Client, story: Case) -> None:
    now = counts(page, story)
    if os.environ.get("ZENREI_REFRESH"):
        FILE.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    assert now == json.loads(FILE.read_text(encoding="utf-8"))


def test_more_to_show_is_no_more_to_ask(page: Client, crowded: Case) -> None:
    agreed = json.loads(FILE.read_text(encoding="utf-8"))
    assert {name: number for name, number in counts(page, crowded).items() if number > agreed[name]} == {}
