"""Evidence: what is being read reports by itself, what was read says how far, who had it in hand is told."""

import pytest
from django.test import Client

from common.jobs.models import Job
from ingest.models import DailyCount
from tests.conftest import Person
from tests.pages.story import OFFSETS, attach, end_job, read
from tickets.models import Case, Evidence

HTMX = {"HX-Request": "true"}


@pytest.fixture
def log(story: Case, alice: Person) -> Evidence:
    """A second log, which is being read."""
    evidence = attach(story, alice.user, name="elog.log.gz")
    detail = "1,221,769 lines read, 393 findings so far"
    Job.objects.filter(evidence=evidence).update(state="running", progress=0.61, detail=detail)
    return evidence


def test_a_running_job_shows_its_progress_and_lets_one_leave(page: Client, story: Case, log: Evidence) -> None:
    text = page.get(f"/cases/{story.ref}/").content.decode()
    assert 'value="0.610"' in text
    assert "61 % · 1,221,769 lines read, 393 findings so far" in text
    assert "You may leave this page." in text


def test_without_script_the_page_says_that_it_must_be_loaded_again(page: Client, story: Case, log: Evidence) -> None:
    address = f"/cases/{story.ref}/"
    words = "Without script this page does not follow the reading by itself."
    assert f'<noscript><p class="note">{words} <a href="{address}">' in page.get(address).content.decode()
    read(log)
    end_job(log)
    assert "Without script" not in page.get(address).content.decode()


def test_the_page_asks_again_while_a_job_is_open_and_not_after(page: Client, story: Case, log: Evidence) -> None:
    fragment = page.get(f"/cases/{story.ref}/evidence/reading/?open={log.public_id.hex[:8]}", headers=HTMX)
    assert 'hx-trigger="every 1s"' in fragment.content.decode()
    assert "HX-Trigger" not in fragment
    read(log)
    end_job(log)
    fragment = page.get(f"/cases/{story.ref}/evidence/reading/?open={log.public_id.hex[:8]}", headers=HTMX)
    assert "every 1s" not in fragment.content.decode()
    assert "evidence-changed" in fragment["HX-Trigger"]


def test_the_page_of_a_piece_says_what_was_read_and_what_not(page: Client, story: Case, log: Evidence) -> None:
    read(log, state="partly", reason="1 of 6 lines unread", unread=1)
    text = page.get(f"/cases/{story.ref}/evidence/{log.public_id}/").content.decode()
    assert "1 of 6 lines unread" in text
    assert "no header" in text
    assert log.blob_id in text


def test_the_custody_log_tells_who_and_that_it_is_whole(page: Client, story: Case) -> None:
    evidence = story.evidence.get()
    text = page.get(f"/cases/{story.ref}/evidence/{evidence.public_id}/", headers=HTMX).content.decode()
    assert "2 entries, each covers the one before" in text
    assert "received, Alice" in text
    assert "6 lines, 0 unread" in text
    assert "<html" not in text


def test_a_piece_that_could_not_be_read_is_read_again_when_asked(page: Client, story: Case, log: Evidence) -> None:
    read(log, state="failed", reason="the disk was full")
    address = f"/cases/{story.ref}/evidence/{log.public_id}/again/"
    assert address in page.get(f"/cases/{story.ref}/").content.decode()
    assert page.post(address)["Location"] == f"/cases/{story.ref}/#evidence"
    assert "waits for a worker" in page.get(f"/cases/{story.ref}/").content.decode()


def test_a_reader_asks_for_no_reading(story: Case, log: Evidence, bob: Person) -> None:
    assert bob.client.post(f"/cases/{story.ref}/evidence/{log.public_id}/again/").status_code == 403


def test_a_failed_reading_is_no_empty_reading_in_the_custody_log(page: Client, story: Case, log: Evidence) -> None:
    read(log, state="failed", reason="a bomb")
    text = page.get(f"/cases/{story.ref}/evidence/{log.public_id}/", headers=HTMX).content.decode()
    assert "0 lines" not in text
    assert "could not be read" in text


def test_a_cited_line_opens_the_lines_around_it(page: Client, story: Case) -> None:
    evidence = story.evidence.get()
    offset = OFFSETS[2]
    address = f"/cases/{story.ref}/evidence/{evidence.public_id}/lines/?line=3&offset={offset}&file="
    whole = page.get(address).content.decode()
    fragment = page.get(address, headers=HTMX).content.decode()
    assert "The lines around line 3" in whole
    assert "<html" not in fragment
    assert 'class="cited"' in fragment
    assert "stat=This email from IP 10.0.0.2 has been rejected." in fragment


@pytest.mark.parametrize("query", ["", "?line=x&offset=0", "?line=-1", "?line=1&offset=1e9", "?line=" + "9" * 40])
def test_a_line_that_is_no_number_is_not_there(page: Client, story: Case, query: str) -> None:
    evidence = story.evidence.get()
    assert page.get(f"/cases/{story.ref}/evidence/{evidence.public_id}/lines/{query}").status_code == 404


def test_messages_by_day_and_verdict_are_a_table(page: Client, story: Case) -> None:
    whole = page.get(f"/cases/{story.ref}/days/").content.decode()
    fragment = page.get(f"/cases/{story.ref}/days/", headers=HTMX).content.decode()
    for text in (whole, fragment):
        assert "FortiGuard AntiSpam-IP" in text
        assert "0x31" in text
        assert "8 Jun 2022" in text
    assert "<html" not in fragment


def test_logs_without_verdicts_are_not_said_to_name_no_message(page: Client, story: Case) -> None:
    DailyCount.objects.filter(case=story).delete()
    text = page.get(f"/cases/{story.ref}/days/").content.decode()
    assert "have no lines that tell the verdict of a message" in text


def test_an_upload_without_script_leads_back_to_the_evidence(page: Client, story: Case) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("today.log", b"a line\n")
    form = {"file": file, "device": "mx1", "firmware": "7.0.2", "zone": "", "from_party": "", "note": ""}
    answer = page.post(f"/cases/{story.ref}/evidence/", form, headers={"Origin": "http://testserver"})
    assert answer["Location"] == f"/cases/{story.ref}/#evidence"
    evidence = story.evidence.get(name="today.log")
    assert (str(evidence.device), evidence.firmware) == ("mx1", "7.0.2")
    assert "today.log" in page.get(f"/cases/{story.ref}/").content.decode()
