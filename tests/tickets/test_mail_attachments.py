"""What is attached to mails: evidence that waits until a person lets it be read, and stays without its mail."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile

from common.jobs.models import Job
from common.jobs.tasks import run_job
from tests.conftest import Person
from tests.mail.letters import letter, mbox, mixed, part
from tests.tickets.mails import Desk, make_desk, only_mail, taken_in
from tickets.models import Evidence, Mail, MailFiling, TimelineEntry
from tickets.services.custody import broken_links
from tickets.services.mail_by_hand import file_mail, take_mail_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(alice: Person, charlie: Person) -> Desk:
    """Alice's cases."""
    return make_desk(alice, charlie)


def read(job: Job) -> None:
    """Let the worker do one job."""
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.detail


def test_what_came_by_mail_is_read_when_a_person_says_so(alice: Person, desk: Desk) -> None:
    """Nobody's address is proven: a log that a stranger sends must not explain away what other logs prove."""
    case = desk.cases["A"]
    taken_in(
        alice, mixed(part(b"hi"), part(b"n=1\n", "application/x; name=a.log"), subject=desk.subject("A")), "one.eml"
    )
    piece = Evidence.objects.get()
    assert (piece.job, piece.reading.state, Job.objects.filter(kind="read-evidence").exists()) == (None, "held", False)
    path = f"cases/{case.ref}/evidence/"
    assert alice.api.get(path).json()["results"][0]["reading"]["reason"].startswith("It came by mail")
    page = alice.client.get(f"/cases/{case.ref}/").content.decode()
    assert "1 piece came by mail and waits until somebody lets it be read." in page
    assert "came by mail: not read yet" in alice.client.get("/").content.decode()

    other = alice.api.upload(path, ContentFile(b"n=2\n" * 9, name="b.log")).json()
    read(Job.objects.get(public_id=other["job"]))
    piece.reading.refresh_from_db()
    assert piece.reading.state == "held"  # another's scan takes no piece along that nobody asked for

    answer = alice.api.post(f"{path}{piece.public_id}/read-again/")
    assert answer.status_code == 202
    read(Job.objects.get(public_id=answer.json()["id"]))
    piece.reading.refresh_from_db()
    assert piece.reading.state == "not_a_log"
    assert "read again" not in TimelineEntry.objects.filter(evidence=piece).latest("pk").text


def test_what_a_person_files_or_uploads_is_read_at_once(alice: Person, desk: Desk) -> None:
    raw = mixed(part(b"hi"), part(b"n=1\n", "application/x; name=a.log"), sender="eve@elsewhere.example")
    taken_in(alice, raw)
    file_mail(mail=only_mail(), case=desk.cases["A"], actor=alice.user)
    piece = Evidence.objects.get()
    assert (piece.job is not None, hasattr(piece, "reading"), piece.from_party) == (True, False, None)
    taken_in(
        alice,
        mixed(part(b"n=3\n", "application/x; name=c.log"), message_id="c@x", subject=desk.subject("A")),
    )
    held = Evidence.objects.get(name="c.log")
    again = alice.api.upload(f"cases/{desk.cases['A'].ref}/evidence/", ContentFile(b"n=3\n", name="c.log"))
    held.refresh_from_db()
    assert (again.status_code, again.json()["job"]) == (202, str(held.job.public_id))  # type: ignore[union-attr]


def test_taking_a_mail_out_loses_nothing(alice: Person, desk: Desk) -> None:
    raw = mixed(part(b"see"), part(b"n=1\n", "application/x; name=a.log"), subject=desk.subject("A"), message_id="a@x")
    taken_in(alice, raw)
    mail = only_mail()
    entry = TimelineEntry.objects.get(kind="message")
    assert alice.api.post(f"mails/{mail.public_id}/take-out/", {"why": " "}).status_code == 400
    answer = alice.api.post(f"mails/{mail.public_id}/take-out/", {"why": "It is about another box."})
    assert (answer.status_code, answer.json()["case"], answer.json()["reason"]) == (200, None, "taken-out")
    struck = TimelineEntry.objects.get(replaces=entry)
    assert struck.text == "Mail taken out of the case: It is about another box."
    piece = Evidence.objects.get()
    assert piece.custody.latest("sequence").details["mail_taken_out"] == "It is about another box."
    assert broken_links(piece) == []

    taken_in(alice, mbox(raw, letter(message_id="b@x", references=["a@x"])))  # its own token files it no more
    assert {found.case for found in Mail.objects.all()} == {None}
    file_mail(mail=mail, case=desk.cases["B"], actor=alice.user)
    assert list(MailFiling.objects.order_by("pk").values_list("case__ref", "by")) == [
        (desk.cases["A"].ref, "token"), (desk.cases["B"].ref, "person"), (desk.cases["B"].ref, "references"),
    ][: MailFiling.objects.count()]  # fmt: skip
    assert Evidence.objects.filter(case=desk.cases["B"], name="a.log").count() == 1


def test_what_was_attached_to_a_mail_that_was_taken_out_keeps_no_case_unjudged(alice: Person, desk: Desk) -> None:
    case, log = desk.cases["A"], part(b"n=1\n", "application/x; name=a.log")
    taken_in(alice, mixed(part(b"1"), log, subject=desk.subject("A"), message_id="a@x"))
    taken_in(alice, mixed(part(b"2"), log, subject=desk.subject("A"), message_id="b@x"))
    first, second = Mail.objects.order_by("pk")
    state: Callable[[], str] = lambda: Evidence.objects.get(case=case).reading.state  # noqa: E731
    take_mail_out(mail=first, actor=alice.user, why="No.")
    assert state() == "held"  # the other mail brought it, too
    take_mail_out(mail=second, actor=alice.user, why="Another box.")
    page = alice.client.get(f"/cases/{case.ref}/").content.decode()
    assert (state(), "Nothing read yet: no log is attached." in page) == ("taken_out", True)
    for words in ("its mail was taken out: not read", "taken out of the case: Another box.", "Let it be read<"):
        assert words in page, words
    assert "came by mail: not read yet" not in page + alice.client.get("/").content.decode()
    assert alice.api.get(f"cases/{case.ref}/evidence/?reading=taken_out").json()["count"] == 1
    file_mail(mail=first, case=case, actor=alice.user)
    assert Evidence.objects.get(case=case).job is not None  # a person put it there: it is read
