"""The inbox, one mail, its HTML apart, and filing by hand."""

import re
from typing import Any

import nh3
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.jobs.models import Job
from common.jobs.tasks import run_job
from common.storage import evidence_store
from tests.conftest import Person
from tests.mail.letters import letter, mbox, mixed, part
from tests.tickets.mails import Desk, make_desk, only_mail, taken_in
from tickets.models import Mail, MailImport, TimelineEntry

pytestmark = pytest.mark.django_db
HTML = "<p>Hello</p><script>alert(1)</script><img src='https://track.example/1.gif'><img src='cid:logo'>"


@pytest.fixture
def desk(alice: Person, charlie: Person) -> Desk:
    """Alice's cases."""
    return make_desk(alice, charlie)


@pytest.fixture
def waiting(alice: Person, desk: Desk) -> Mail:
    """A mail with HTML and a picture that waits, though it names a case."""
    pictured = mixed(
        part(HTML.encode(), "text/html"),
        part(b"R0lG", "image/gif", Content_ID="<logo>", Content_Transfer_Encoding="base64"),
        part(b"n=1\n", "application/x; name=elog.log"),
        sender="eve@elsewhere.example", subject=desk.subject("A"),
    )  # fmt: skip
    taken_in(alice, pictured)
    return only_mail()


def text_of(answer: Any) -> str:
    """Return a page as text."""
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_inbox_says_why_each_mail_waits(alice: Person, desk: Desk, waiting: Mail) -> None:
    taken_in(alice, mbox(letter(message_id="b@x"), letter(message_id="c@x", subject=desk.subject("A"))))
    page = text_of(alice.client.get("/mails/"))
    assert "Its sender is not known to the case that it names" in page
    assert "It bears no token and answers no mail of a case." in page
    assert page.count(f'href="/mails/{waiting.public_id}/"') == 1
    assert "2 mails, 2 new, 0 known already" in page
    assert "1 in cases, 1 wait" in page
    assert desk.cases["A"].ref in text_of(alice.client.get("/mails/?view=all"))


def test_an_empty_inbox_says_so(alice: Person) -> None:
    assert "No mail waits." in text_of(alice.client.get("/mails/"))


def test_a_mail_is_shown_as_text_and_its_html_apart(alice: Person, waiting: Mail) -> None:
    page = alice.client.get(f"/mails/{waiting.public_id}/")
    text = text_of(page)
    assert "track.example" not in text
    assert "1 picture of elsewhere is not shown" in text
    answer = alice.client.get(f"/mails/{waiting.public_id}/html/")
    shown = answer.content.decode()
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'; img-src data:;")
    assert "allow-" not in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "<p>Hello</p>" in shown
    assert "alert" not in shown
    assert "track.example" not in shown
    assert 'src="data:image/gif;base64,R0lG"' in shown


def test_a_picture_whose_bytes_are_missing_is_left_out_and_counted(alice: Person, waiting: Mail) -> None:
    picture = waiting.attachments.get(inline=True)
    evidence_store().path(picture.blob_id).unlink()
    assert "2 pictures of elsewhere are not shown" in text_of(alice.client.get(f"/mails/{waiting.public_id}/"))
    shown = alice.client.get(f"/mails/{waiting.public_id}/html/")
    assert (shown.status_code, b"data:image" in shown.content) == (200, False)


def test_no_page_takes_html_apart(alice: Person, waiting: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    """That was done in the child with limits; here it would cost whoever looks."""
    monkeypatch.setattr(nh3, "clean", lambda *_, **__: pytest.fail("parsed where it is shown"))
    for path in ("", "html/"):
        assert alice.client.get(f"/mails/{waiting.public_id}/{path}").status_code == 200


def test_a_person_files_and_takes_out(alice: Person, desk: Desk, waiting: Mail) -> None:
    here = f"/mails/{waiting.public_id}/"
    wrong = alice.client.post(f"{here}file/", {"case": "NET-0001"})
    assert wrong.status_code == 422
    assert "There is no case of this number that you may see." in text_of(wrong)
    assert 'value="NET-0001" aria-invalid="true"' in text_of(wrong)
    assert "Choose a case." in text_of(alice.client.post(f"{here}file/", {"case": " "}))
    answer = alice.client.post(f"{here}file/", {"case": f" {desk.cases['A'].ref.lower()} "}, follow=True)
    assert f"The mail is in {desk.cases['A'].ref} now." in text_of(answer)
    entry = TimelineEntry.objects.get(kind="message")
    assert f"entries/{entry.public_id}/correct/?kind=answer" in text_of(answer)
    case = text_of(alice.client.get(f"/cases/{desk.cases['A'].ref}/"))
    assert f'href="{here}"' in case

    assert "Say why" in text_of(alice.client.post(f"{here}take-out/", {"why": ""}))
    answer = alice.client.post(f"{here}take-out/", {"why": "Another box."}, follow=True)
    assert "It waits for a case." in text_of(answer)
    assert "Another box." in text_of(answer)
    struck = text_of(alice.client.get(f"/cases/{desk.cases['A'].ref}/"))
    assert "Mail taken out of the case: Another box." in struck
    assert struck.count(f'href="{here}"') == 2


def test_a_person_says_what_a_mail_does(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter("Why was it changed?\n", subject=desk.subject("A")))
    entry = TimelineEntry.objects.get(kind="message")
    address = reverse("correct-entry", args=[desk.cases["A"].ref, entry.public_id])
    form = alice.client.get(f"{address}?kind=ask")
    assert '<option value="ask" selected>' in form.content.decode()
    assert '<option value="state"' not in form.content.decode()
    filled = form.context["form"].initial
    given = {name: value for name, value in filled.items() if value not in (None, False)}
    assert alice.client.post(f"{address}?kind=ask", given | {"at": "17:00"}).status_code == 302
    turns = alice.api.get(f"cases/{desk.cases['A'].ref}/turns/").json()
    assert turns["holders"] == ["us"]
    page = text_of(alice.client.get(f"/mails/{only_mail().public_id}/"))
    assert "It counts as:" in page


def test_a_file_is_given_on_the_page(alice: Person, bob: Person, desk: Desk) -> None:
    page = alice.client
    form = {"file": ContentFile(letter(subject=desk.subject("A")), name="one.eml")}
    answer = page.post("/mails/import/", form, headers={"Origin": "http://testserver"})
    assert (answer.status_code, answer["Location"]) == (302, "/mails/")
    assert "is being read" in text_of(page.get("/mails/"))
    run_job(Job.objects.get(kind="import-mails").pk)
    assert "1 mails, 1 new" in text_of(page.get("/mails/"))
    refused = bob.client.post(
        "/mails/import/", {"file": ContentFile(b"x", name="a")}, headers={"Origin": "http://testserver"}
    )
    assert refused.status_code == 403
    assert 'id="upload"' not in text_of(bob.client.get("/mails/"))
    elsewhere = page.post(
        "/mails/import/", {"file": ContentFile(b"x", name="a")}, headers={"Origin": "http://evil.example"}
    )
    assert (elsewhere.status_code, MailImport.objects.count()) == (403, 1)


def test_a_stranger_sees_nothing_of_it(charlie: Person, waiting: Mail) -> None:
    assert "Spam" not in text_of(charlie.client.get("/mails/?view=all"))
    attached = waiting.attachments.earliest("pk").public_id
    for path in ("", "html/", "original/", f"attachments/{attached}/"):
        assert charlie.client.get(f"/mails/{waiting.public_id}/{path}").status_code == 404
    for path in ("file/", "take-out/"):
        assert charlie.client.post(f"/mails/{waiting.public_id}/{path}").status_code == 404


def test_originals_and_attachments_are_downloads(alice: Person, waiting: Mail) -> None:
    attached = waiting.attachments.get(name="elog.log").public_id
    for path, content in ((f"attachments/{attached}/", b"n=1\n"), ("original/", b"Message-ID: <one@vendor")):
        answer: Any = alice.client.get(f"/mails/{waiting.public_id}/{path}")
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert b"".join(answer.streaming_content).startswith(content)


def test_each_original_of_a_mail_that_came_twice_is_a_download(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter())
    assert "Its originals" not in text_of(alice.client.get(f"/mails/{only_mail().public_id}/"))
    taken_in(alice, b"Received: from a by b\n" + letter(), "again.eml")
    page = text_of(alice.client.get(f"/mails/{only_mail().public_id}/"))
    assert "again.eml" in page
    paths = re.findall(r'href="(/mails/[^"]+/originals/[^"]+)"', page)
    answers: list[Any] = [alice.client.get(path) for path in paths]
    contents = [b"".join(answer.streaming_content) for answer in answers]
    assert contents == [letter(), b"Received: from a by b\n" + letter()]


def test_the_pages_speak_japanese(alice: Person, waiting: Mail) -> None:
    alice.user.language = "ja"
    alice.user.save()
    page = alice.client
    assert "件名や返信元が示す案件で確認された差出人ではありません。" in text_of(
        page.get(f"/mails/{waiting.public_id}/", headers={"Accept-Language": "ja"})
    )


def queries(alice: Person, path: str) -> int:
    """Return how many queries a page asks."""
    page = alice.client
    page.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert page.get(path).status_code == 200
    return len(asked)


def test_more_mails_are_no_more_to_ask(alice: Person, desk: Desk) -> None:
    taken_in(alice, mbox(letter(message_id="a@x"), letter(message_id="b@x", subject=desk.subject("A"))))
    first = Mail.objects.get(message_id="b@x")
    paths = ("/mails/", "/mails/?view=all", f"/mails/{first.public_id}/", f"/cases/{desk.cases['A'].ref}/")
    before = [queries(alice, path) for path in paths]
    more = [letter(message_id=f"{number}@x", subject=desk.subject("A")) for number in range(10)]
    waiting = [letter(message_id=f"{number}@y", sender="e@x", subject=desk.subject("A")) for number in range(10)]
    taken_in(alice, mbox(*more, *waiting))
    assert [queries(alice, path) for path in paths] == before
