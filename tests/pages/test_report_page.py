"""The report of a case: all that the case holds, also what is not known, in either language and in each form."""

import html
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone

from kb.models import Party
from tests.conftest import Person
from tests.pages.story import AT, PARENT, SENT, attach, found, judged, read
from tickets.models import Case, CustodyEntry, EntrySeal, Finding, FindingStatus, IntegrityCheck
from tickets.queries.report import findings, gathered
from tickets.services.entries import add_entry, correct_entry

FORMS = ("report/", "report.md", "report.pdf")


def told(browser: Client, case: Case, form: str = "report/", language: str = "en") -> str:
    """Return the text of a report without blanks, marks of Markdown and tags: one test reads all three forms."""
    answer = browser.get(f"/cases/{case.ref}/{form}?language={language}")
    assert answer.status_code == 200
    if form == "report.pdf":
        document = pypdfium2.PdfDocument(answer.content)
        text = "".join(page.get_textpage().get_text_range() for page in document).replace("\ufffe", "-")
        document.close()
    else:
        text = answer.content.decode()
        text = html.unescape(re.sub(r"<[^<>]*>", "", text)) if form == "report/" else text
    return squeezed(re.sub(r"\\(.)", r"\1", text))


def squeezed(text: str) -> str:
    """Return a text without blanks."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_holds_all_of_the_case(page: Client, known_story: Case, alice: Person, form: str) -> None:
    ours, vendor = Party.objects.get(kind="us"), Party.objects.get(slug="fortinet")
    said = add_entry(
        case=known_story, author=alice.user, kind="promise", happened_at=AT, text="We answer by Friday.",
        from_party=vendor, to_party=ours,
    )  # fmt: skip
    correct_entry(entry=said, author=alice.user, changes={"text": "We answer by Monday."})
    text = told(page, known_story, form)
    piece, seal = known_story.evidence.get(), EntrySeal.objects.filter(case=known_story).latest("sequence")
    custody = CustodyEntry.objects.filter(evidence=piece).latest("sequence")
    for wanted in (
        known_story.ref, known_story.title, "not to be given away", "Fortinet has had the turn", PARENT,
        piece.blob_id, f"{piece.blob.size:,} bytes", custody.hash, seal.hash, "Number of the last seal",
        "We answer by Friday.", "We answer by Monday.", "Corrects", "Corrected by", "Noted", "Answered late",
        "no reminder sent", "Changed its answer. Before: denies", "rejected-and-delivered of 1",
        "the log covers 1 of 5 days of queue lifetime", "nobody knows whether it still is what was given",
    ):  # fmt: skip
        assert squeezed(wanted) in text, wanted
    assert squeezed(SENT) in text


def test_a_report_is_in_the_language_that_was_asked_for_else_in_the_readers(
    page: Client, story: Case, alice: Person
) -> None:
    assert "外部に渡さないでください" in told(page, story, "report.md", "ja")
    assert "外部に渡さないでください" in told(page, story, "report.pdf", "ja")
    assert '<html lang="ja"' in page.get(f"/cases/{story.ref}/report/?language=ja").content.decode()
    alice.user.language = "ja"
    alice.user.save()
    assert "外部に渡さないでください" in page.get(f"/cases/{story.ref}/report.md").content.decode()
    assert "外部に渡さないでください" in alice.api.get(f"cases/{story.ref}/report.md").content.decode()
    assert "not to be given away" in alice.api.get(f"cases/{story.ref}/report.md?language=en").content.decode()


def test_a_language_that_there_is_not_is_a_clear_error(page: Client, story: Case, alice: Person) -> None:
    for form in FORMS:
        assert page.get(f"/cases/{story.ref}/{form}?language=xx").status_code == 400
    answer = alice.api.get(f"cases/{story.ref}/report.pdf?language=xx")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "language"


def test_what_was_not_read_or_not_judged_is_told(page: Client, story: Case, alice: Person) -> None:
    read(attach(story, alice.user, b"1", "broken.log"), state="failed", reason="it is cut off")
    read(attach(story, alice.user, b"2", "half.log"), state="partly", reason="", lines=6, unread=2)
    read(attach(story, alice.user, b"3", "late.log"))
    attach(story, alice.user, b"4", "waiting.log")
    text = told(page, story, "report.md")
    gaps = text[text.index("##Notread,ornotjudged") : text.index("##Evidence")]
    for wanted in (
        "broken.log", "it is cut off", "half.log", "in part: 2 of 6 lines unread", "waiting.log", "not read yet",
        "late.log", "the newest scan of the case does not cover it", "of these",
    ):  # fmt: skip
        assert squeezed(wanted) in gaps, wanted


def test_without_a_scan_nothing_reads_as_clean(page: Client, story: Case) -> None:
    Finding.objects.filter(case=story).delete()
    story.scan.delete()
    story.refresh_from_db()
    text = told(page, story, "report.md")
    assert squeezed("Unknown, not clean: no rule has judged anything of this case.") in text
    assert squeezed("Every piece was read to its last line") not in text


def test_what_is_broken_is_told_on_top_and_at_the_piece(page: Client, story: Case) -> None:
    piece = story.evidence.get()
    broken = {"part": "blob", "entry": None, "what": "its bytes have another SHA-256"}
    IntegrityCheck.objects.create(
        case=story, evidence=piece, checked_at=timezone.now(), breaks=[broken], is_broken=True
    )
    text = told(page, story, "report.md")
    assert squeezed("1 check found it broken. Rely on nothing that rests on it.") in text[: text.index("##Timeline")]
    assert squeezed("its bytes have another SHA-256") in text
    assert "BROKEN,found" in text


def test_a_finding_that_fell_or_was_dismissed_is_struck_out(page: Client, story: Case, alice: Person) -> None:
    Finding.objects.filter(case=story).update(
        status=FindingStatus.DISMISSED, status_by=alice.user, status_at=timezone.now()
    )
    text = told(page, story, "report.md")
    assert squeezed("~~1. Rejected, and delivered~~") in text
    assert squeezed("Status: Dismissed · Alice") in text
    Finding.objects.filter(case=story).update(holds=False)
    assert squeezed("no longer holds: more evidence explained it") in told(page, story, "report.md")


def test_what_is_left_out_is_counted(page: Client, story: Case, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "ENTRIES_TOLD", 3)
    monkeypatch.setattr(gathered, "FINDINGS_TOLD", 2)
    monkeypatch.setattr(findings, "LINES_TOLD", 4)
    piece = story.evidence.get()
    judged(story, [found(piece, recipient=f"user{number}@piteki2.com") for number in range(5)])
    entries = story.entries.count()
    text = told(page, story, "report.md")
    assert squeezed(f"{entries - 3} older entries are not in this report") in text
    assert squeezed("Only the first 2 of ") in text
    assert squeezed("Only the first 4 of 6 lines are in this report.") in text
    assert squeezed(f"Entries of the timeline: {entries},") in text


def test_what_people_typed_is_no_mark_of_ours(page: Client, story: Case, alice: Person) -> None:
    typed = "<script>alert(1)</script> [x](http://evil.example) \u202e # h"
    add_entry(case=story, author=alice.user, kind="note", happened_at=AT + timedelta(days=1), text=typed)
    shown = page.get(f"/cases/{story.ref}/report/").content.decode()
    assert "<script>alert" not in shown
    assert "[U+202E]" in shown
    text = page.get(f"/cases/{story.ref}/report.md").content.decode()
    assert r"\<script\>alert(1)\</script\> \[x\](http\://evil.example) \[U+202E\] # h" in text


def test_the_files_are_downloads_for_the_reader_alone(page: Client, story: Case) -> None:
    entries = CustodyEntry.objects.count()
    for form, kind in (("md", "text/markdown; charset=utf-8"), ("pdf", "application/pdf")):
        answer = page.get(f"/cases/{story.ref}/report.{form}?language=en")
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"] == f'attachment; filename="{story.ref}-report-en.{form}"'
        assert "no-store" in answer["Cache-Control"]
        assert "sandbox" in answer["Content-Security-Policy"]
    assert CustodyEntry.objects.count() == entries  # a report is no evidence


def test_who_may_read_the_case_may_read_its_report_and_nobody_else(story: Case, bob: Person, charlie: Person) -> None:
    for form in FORMS:
        assert bob.client.get(f"/cases/{story.ref}/{form}").status_code == 200
        assert charlie.client.get(f"/cases/{story.ref}/{form}").status_code == 404
    assert charlie.api.get(f"cases/{story.ref}/report.pdf").status_code == 404
    assert f'href="/cases/{story.ref}/report/"' in bob.client.get(f"/cases/{story.ref}/").content.decode()
