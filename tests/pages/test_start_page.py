"""The start: what decays if nobody looks."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Party
from tests.conftest import Person
from tests.pages.story import AT, attach, read
from tickets.models import Case
from tickets.services.entries import add_entry
from tickets.services.findings import judge_finding


def start(page: Client) -> str:
    """Return the start page."""
    return page.get("/").content.decode()


def test_a_finding_that_nobody_judged_is_there_until_somebody_does(page: Client, story: Case, alice: Person) -> None:
    assert "Rejected, and delivered" in start(page)
    judge_finding(finding=story.findings.get(), judge=alice.user, status="confirmed")
    assert "None: each finding was confirmed or dismissed. Logs that nobody uploaded are in no finding." in start(page)


def test_evidence_being_read_is_there_with_its_progress(page: Client, story: Case, alice: Person) -> None:
    attach(story, alice.user, name="today.log.gz")
    shown = start(page)
    assert "today.log.gz" in shown
    assert "0 %" in shown


def test_evidence_that_could_not_be_read_stays_loud(page: Client, story: Case, alice: Person) -> None:
    read(attach(story, alice.user, name="broken.zip"), state="failed", reason="a bomb")
    shown = start(page)
    assert "broken.zip" in shown
    assert "could not be read" in shown


def test_what_a_reading_says_of_each_file_is_not_fetched(page: Client, story: Case, alice: Person) -> None:
    read(attach(story, alice.user, name="broken.zip"), state="failed", reason="a bomb")
    with CaptureQueriesContext(connection) as queries:
        assert "broken.zip" in start(page)
    readings = [query["sql"] for query in queries if '"tickets_reading"."state"' in query["sql"]]
    assert readings
    assert [sql for sql in readings if '"files"' in sql] == []


def test_an_ask_to_us_is_there_until_we_answer(page: Client, story: Case, alice: Person) -> None:
    vendor, us = Party.objects.get(slug="fortinet"), Party.objects.get(slug="us")
    add_entry(
        case=story, author=alice.user, kind="ask", happened_at=AT, text="Which build?", from_party=vendor, to_party=us
    )
    assert "Which build?" in start(page)
    add_entry(case=story, author=alice.user, kind="answer", happened_at=AT, text="163", from_party=us, to_party=vendor)
    assert "Which build?" not in start(page)


def test_nothing_of_another_department_is_there(story: Case, charlie: Person) -> None:
    shown = start(charlie.client)
    assert f"/cases/{story.ref}/" not in shown
    assert story.title not in shown


def test_who_belongs_to_no_department_is_told_so(alice: Person) -> None:
    alice.user.memberships.all().delete()
    assert "You belong to no department" in start(alice.client)


def test_what_went_wrong_is_carried_into_a_new_case(page: Client, alice: Person) -> None:
    shown = page.get("/cases/new/?state=all&search=mail+comes+twice").content.decode()
    assert 'value="mail comes twice"' in shown
