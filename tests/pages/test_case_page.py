"""The page of a case: one true sentence on top, two clocks in the timeline, and no data that reads as clean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kb.models import Party
from tests.conftest import Person
from tests.pages.story import AT, attach, found, judged, read
from tickets.models import Case, Evidence
from tickets.services.cases import add_party_ticket, open_case
from tickets.services.entries import add_entry, correct_entry
from tickets.services.findings import judge_finding


def shown(page: Client, case: Case) -> str:
    """Return the page of a case."""
    return page.get(f"/cases/{case.ref}/").content.decode()


def lead(page: Client, case: Case) -> tuple[str, str]:
    """Return the sentence on top and its tone."""
    answer = page.get(f"/cases/{case.ref}/").context["shown"].answer
    return answer.lead, answer.tone


@pytest.fixture
def bare(alice: Person) -> Case:
    """A case with nothing in it."""
    return open_case(department=alice.department, author=alice.user, title="Mail is lost", kind="defect")


@pytest.fixture
def log(bare: Case, alice: Person) -> Evidence:
    """A log of the bare case that nobody has read yet."""
    return attach(bare, alice.user)


def test_what_was_found_stands_on_top(page: Client, story: Case) -> None:
    assert lead(page, story) == ("Rejected, and delivered: 1 finding in 1 of 1 logs read.", "bad")


def test_without_a_log_nothing_is_known(page: Client, bare: Case) -> None:
    assert lead(page, bare) == ("Nothing read yet: no log is attached.", "warn")
    assert "Unknown, not clean." in shown(page, bare)


def test_a_log_being_read_is_not_known_yet(page: Client, bare: Case, log: Evidence) -> None:
    assert lead(page, bare) == ("1 log is being read.", "")
    assert "Not known yet." in shown(page, bare)
    assert "No rule found anything" not in shown(page, bare)


def test_a_log_that_could_not_be_read_is_loud(page: Client, bare: Case, log: Evidence) -> None:
    read(log, state="failed", reason="the archive is a bomb")
    assert lead(page, bare) == ("1 log could not be read.", "bad")
    assert "the archive is a bomb" in shown(page, bare)
    assert "Unknown, not clean." in shown(page, bare)


def test_what_is_no_log_is_not_judged(page: Client, bare: Case, log: Evidence) -> None:
    read(log, state="not_a_log", reason="a picture")
    judged(bare, [], not_judged=[])
    assert lead(page, bare) == ("Nothing read: what is attached is no log that is known.", "warn")
    assert "not a log: not judged" in shown(page, bare)


def test_no_finding_is_only_said_with_what_was_read(page: Client, bare: Case, log: Evidence) -> None:
    read(log)
    judged(bare, [], not_judged=[])
    assert lead(page, bare) == ("No finding in what was read: 1 of 1 logs read.", "")
    assert "1 of 1 logs, 6 lines, 1 messages; 0 lines unread." in shown(page, bare)
    assert "What the logs do not cover is unknown." in shown(page, bare)


def test_a_log_that_no_rule_could_judge_never_reads_as_without_findings(
    page: Client, bare: Case, log: Evidence
) -> None:
    read(log)
    judged(bare, [], judging=())
    words = "Nothing could be judged: what was read lacks the lines that the rules need."
    assert lead(page, bare) == (words, "warn")
    assert "no rule could judge a single message" in shown(page, bare)
    assert "No rule found anything" not in shown(page, bare)


def test_unread_lines_take_the_calm_away(page: Client, bare: Case, log: Evidence) -> None:
    read(log, state="partly", reason="3 of 6 lines unread", unread=3)
    judged(bare, [], not_judged=[])
    assert lead(page, bare)[1] == "warn"
    assert "3 of 6 lines unread" in shown(page, bare)


def test_a_rule_that_could_not_judge_has_its_own_section(page: Client, story: Case) -> None:
    text = shown(page, story)
    assert "Not judged" in text
    assert "the log covers 1 of 5 days of queue lifetime" in text


def test_nothing_found_is_never_green(page: Client, bare: Case, log: Evidence) -> None:
    read(log)
    judged(bare, [], not_judged=[])
    top = shown(page, bare).split('id="timeline"')[0]
    assert "good" not in top


def test_a_dismissed_finding_is_not_counted_on_top(page: Client, story: Case, alice: Person) -> None:
    judge_finding(finding=story.findings.get(), judge=alice.user, status="dismissed")
    assert lead(page, story)[0] == "1 finding, dismissed or no longer holding; 1 of 1 logs read."
    assert "Dismissed" in shown(page, story)


def test_a_finding_that_no_longer_holds_says_so(page: Client, story: Case) -> None:
    judged(story, [])
    assert "This finding no longer holds." in shown(page, story)


def test_ten_findings_are_listed_and_the_rest_linked(page: Client, story: Case) -> None:
    evidence = story.evidence.get()
    judged(story, [found(evidence, recipient=f"user{number}@piteki2.com") for number in range(30)])
    answer = page.get(f"/cases/{story.ref}/")
    assert len(answer.context["shown"].others) == 10
    assert "All 31 findings" in answer.content.decode()
    assert lead(page, story)[0].startswith("Rejected, and delivered: 30 findings")
    assert "30 findings · rule set" in answer.content.decode()


def test_two_clocks_stand_in_the_timeline(page: Client, bare: Case, alice: Person) -> None:
    at = timezone.now() - timedelta(days=3)
    add_entry(case=bare, author=alice.user, kind="note", happened_at=at, text="Seen.")
    assert "noted 3 days later" in shown(page, bare)


@pytest.mark.parametrize(
    ("precision", "words"), [("week", ">c. 24 May 2021<"), ("day", ">24 May 2021<"), ("minute", ">24 May 2021<")]
)
def test_nothing_is_shown_more_exactly_than_it_is_known(
    page: Client, alice: Person, precision: str, words: str
) -> None:
    case = open_case(department=alice.department, author=alice.user, title="Mail is lost", kind="defect")
    at = datetime(2021, 5, 24, 3, 7, tzinfo=UTC)
    add_entry(case=case, author=alice.user, kind="note", happened_at=at, precision=precision, text="Seen.")
    text = shown(page, case)
    assert words in text
    assert ("12:07" in text) is (precision == "minute")


def test_a_corrected_entry_stays_struck_through_with_who_and_when(page: Client, bare: Case, alice: Person) -> None:
    old = add_entry(case=bare, author=alice.user, kind="note", happened_at=AT, text="Seen on mx2.")
    correct_entry(entry=old, author=alice.user, changes={"text": "Seen on mx1."})
    text = shown(page, bare)
    assert "<s>Seen on mx2.</s>" in text
    assert "corrected by Alice" in text
    assert "corrects an older entry" in text


def test_an_ask_without_an_answer_stands_at_the_side(page: Client, bare: Case, alice: Person) -> None:
    us, vendor = Party.objects.get(slug="us"), Party.objects.create(name="Fortinet", slug="fortinet", kind="vendor")
    facts: dict[str, Any] = {"case": bare, "author": alice.user, "happened_at": AT}
    add_entry(kind="ask", text="Was it changed?", from_party=us, to_party=vendor, **facts)
    assert [entry.text for entry in page.get(f"/cases/{bare.ref}/").context["shown"].asks] == ["Was it changed?"]
    add_entry(kind="answer", text="It was.", from_party=vendor, to_party=us, **facts)
    assert page.get(f"/cases/{bare.ref}/").context["shown"].asks == []


def test_the_numbers_of_a_party_stand_beside_it(page: Client, story: Case, alice: Person) -> None:
    add_party_ticket(case=story, author=alice.user, party=Party.objects.get(slug="fortinet"), number="TAC-778")
    assert "TAC-778" in shown(page, story)


def test_evidence_shows_its_hash_size_period_and_facts(page: Client, story: Case) -> None:
    text = shown(page, story)
    evidence = story.evidence.get()
    assert f'data-copy="{evidence.blob_id}"' in text
    assert f"{evidence.blob_id[:12]}…" in text
    assert "8 Jun 2022" in text
    assert "mx1, 7.0.2, Asia/Tokyo" in text


def test_what_evidence_does_not_say_is_loud(page: Client, bare: Case, log: Evidence) -> None:
    text = shown(page, bare)
    for words in ("device unknown", "version unknown", "zone unknown"):
        assert words in text


def test_texts_are_plain_and_never_run(page: Client, bare: Case, alice: Person) -> None:
    add_entry(case=bare, author=alice.user, kind="note", happened_at=AT, text="<script>alert(1)</script> **bold**")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold**" in shown(page, bare)


def test_a_reader_sees_no_form_and_no_button(story: Case, bob: Person) -> None:
    text = shown(bob.client, story)
    assert "yours to read" in text
    for address in ("entries/new/", 'action="/cases/CASE-0001/evidence/"', "change/", "correct/"):
        assert address not in text


def test_fifty_entries_a_page(page: Client, bare: Case, alice: Person) -> None:
    for number in range(51):
        add_entry(case=bare, author=alice.user, kind="note", happened_at=AT, text=f"Entry {number}.")
    assert len(page.get(f"/cases/{bare.ref}/").context["shown"].entries.rows) == 50
    assert len(page.get(f"/cases/{bare.ref}/?page=2").context["shown"].entries.rows) == 1
