"""A mail from the file to its case: by the API, by hand, and back again; whatever it is, nothing of it is lost."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.jobs.models import Job
from common.jobs.tasks import run_job
from common.storage import evidence_store
from kb.models import Party
from tests.conftest import Person
from tests.mail.letters import letter, mbox, mixed, packed, part
from tests.mail.test_outlook import outlook
from tests.tickets.mails import Desk, make_desk, only_mail, post, taken_in
from tickets.models import Evidence, Mail, MailFiling, MailImport, TimelineEntry
from tickets.services.contracts import create_contact
from tickets.services.custody import broken_links
from tickets.services.mail_by_hand import file_mail, take_mail_out
from tickets.services.mails import record_mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(alice: Person, charlie: Person) -> Desk:
    """Alice's cases."""
    return make_desk(alice, charlie)


def listed(person: Person, query: str = "") -> list[dict[str, Any]]:
    """Return the mails that somebody sees."""
    rows: list[dict[str, Any]] = person.api.get(f"mails/{query}").json()["results"]
    return rows


def test_a_mail_lands_in_the_case_that_its_token_names(alice: Person, desk: Desk) -> None:
    case = desk.cases["A"]
    raw = mixed(
        part("迷惑メールの件です。\n".encode(), "text/plain; charset=utf-8"),
        part(b"date=2022-05-02 n=1\n", "application/octet-stream; name=elog.log"),
        subject=desk.subject("A"),
    )
    taken_in(alice, raw, "one.eml")
    (row,) = listed(alice, f"?case={case.ref}")
    assert (row["case"], row["happened_at"], row["from"]["address"]) == (
        case.ref, "2022-05-02T08:00:00Z", "kim@vendor.example",
    )  # fmt: skip
    (attached,) = row["attachments"]
    piece = Evidence.objects.get(case=case)
    assert attached["evidence"] == str(piece.public_id)
    assert (piece.name, piece.from_party, broken_links(piece)) == ("elog.log", None, [])
    assert piece.note.endswith("says that it is from kim@vendor.example")
    entry = TimelineEntry.objects.get(case=case, kind="message")
    assert (entry.from_party, entry.to_party, entry.author) == (
        Party.objects.get(slug="fortinet"),
        Party.objects.get(slug="us"),
        alice.user,
    )
    assert entry.text.endswith("迷惑メールの件です。")
    with evidence_store().open(row["sha256"]) as original:
        assert original.read() == raw
    answer = alice.api.get(f"mails/{row['id']}/original")
    assert b"".join(answer.streaming_content) == raw
    assert "attachment" in answer["Content-Disposition"]


def test_a_mail_from_us_is_from_us(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter(sender="ALICE@example.jp", to="kim@vendor.example", subject=desk.subject("A")))
    entry = TimelineEntry.objects.get(kind="message")
    assert (str(entry.from_party.slug), str(entry.to_party.slug)) == ("us", "fortinet")  # type: ignore[union-attr]


def test_a_mail_moves_no_turn(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter("Please send the logs by Friday?", subject=desk.subject("A")))
    turns = alice.api.get(f"cases/{desk.cases['A'].ref}/turns/").json()
    assert (turns["holders"], turns["promises"]) == ([], [])


def test_what_fits_nowhere_waits_with_its_reason(alice: Person, desk: Desk) -> None:
    taken_in(alice, mbox(letter(message_id="a@x"), letter(message_id="b@x", sender="e@x", subject=desk.subject("A"))))
    rows = {row["message_id"]: row for row in listed(alice, "?inbox=true")}
    assert rows["a@x"]["reason"] == "no-thread"
    assert (rows["b@x"]["reason"], rows["b@x"]["selected_case"]) == ("sender-not-of-the-case", desk.cases["A"].ref)
    assert not TimelineEntry.objects.filter(kind="message").exists()


def test_the_inbox_of_a_department_is_its_own(alice: Person, bob: Person, charlie: Person, desk: Desk) -> None:
    taken_in(alice, letter())
    mail = only_mail()
    assert len(listed(bob)) == 1
    assert listed(charlie) == []
    for path in ("", "original", "file/", "take-out/"):
        method = charlie.api.post if path.endswith("/") else charlie.api.get
        assert method(f"mails/{mail.public_id}/{path}").status_code == 404
    assert bob.api.post(f"mails/{mail.public_id}/file/", {"case": desk.cases["A"].ref}).status_code == 403
    assert bob.api.post("mails/").status_code == 403
    assert charlie.api.get(f"jobs/{Job.objects.get(kind='import-mails').public_id}/").status_code == 404


def test_a_token_of_another_department_selects_nothing(alice: Person, charlie: Person, desk: Desk) -> None:
    taken_in(charlie, letter(subject=desk.subject("A")))
    mail = only_mail()
    assert (mail.case, mail.reason, mail.selected_case) == (None, "no-thread", None)
    (row,) = listed(charlie)
    assert desk.cases["A"].ref not in str(row)


def test_a_person_files_a_mail_and_what_waited_for_it_follows(alice: Person, desk: Desk) -> None:
    first = letter(message_id="a@x", sender="kim@private.example")
    taken_in(
        alice, mbox(first, letter(message_id="b@x", references=["a@x"]), letter(message_id="c@x", in_reply_to="b@x"))
    )
    assert len(listed(alice, "?inbox=true")) == 3
    mail = Mail.objects.get(message_id="a@x")
    answer = alice.api.post(f"mails/{mail.public_id}/file/", {"case": desk.cases["A"].ref})
    assert (answer.status_code, answer.json()["followed"]) == (200, 2)
    assert [filing["by"] for filing in answer.json()["filings"]] == ["person"]
    assert list(MailFiling.objects.order_by("mail__message_id").values_list("by", flat=True)) == [
        "person", "references", "in_reply_to",
    ]  # fmt: skip
    again = alice.api.post(f"mails/{mail.public_id}/file/", {"case": desk.cases["B"].ref})
    assert again.status_code == 409


def test_an_answer_that_came_first_follows_when_its_question_comes(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter(message_id="b@x", references=["a@x"]))
    assert only_mail().case is None
    report = taken_in(alice, letter(message_id="a@x", subject=desk.subject("A")))
    assert report["followed"] == 1
    assert {mail.case for mail in Mail.objects.all()} == {desk.cases["A"]}


def test_a_corrected_entry_is_struck_in_its_newest_revision(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter(subject=desk.subject("A")))
    entry = TimelineEntry.objects.get(kind="message")
    path = f"cases/{desk.cases['A'].ref}/timeline/{entry.public_id}/"
    assert alice.api.patch(path, {"kind": "answer"}).status_code == 200
    take_mail_out(mail=only_mail(), actor=alice.user, why="No.")
    newest = TimelineEntry.objects.get(replaced_by=None, case=desk.cases["A"])
    assert (newest.kind, newest.replaces.kind) == ("note", "answer")  # type: ignore[union-attr]


def test_what_a_case_shared_shows_names_no_other_case(alice: Person, charlie: Person, desk: Desk) -> None:
    taken_in(alice, letter(subject=desk.subject("A")))
    mail = only_mail()
    take_mail_out(mail=mail, actor=alice.user, why="No.")
    file_mail(mail=mail, case=desk.cases["B"], actor=alice.user)
    desk.cases["B"].shares.create(department=charlie.department, shared_by=alice.user)
    told = charlie.api.get(f"mails/{mail.public_id}/").json()
    assert [filing["case"] for filing in told["filings"]] == [desk.cases["B"].ref]
    assert charlie.api.post(f"mails/{mail.public_id}/take-out/", {"why": "x"}).status_code == 403


def test_the_same_mail_by_two_ways_is_one_with_both_originals(alice: Person, charlie: Person, desk: Desk) -> None:
    raw = letter(subject=desk.subject("A"))
    report = taken_in(alice, mbox(raw, b"Received: from a by b\n" + raw, raw.replace(b"\n", b"\r\n")))
    assert (report["new"], report["known"], report["copies"]) == (1, 2, 2)
    mail = only_mail()
    told = alice.api.get(f"mails/{mail.public_id}/").json()["originals"]
    bytes_of_all = set()
    for one in told:
        answer = alice.api.get(f"mails/{mail.public_id}/originals/{one['sha256']}")
        bytes_of_all.add(b"".join(answer.streaming_content))
    assert (len(told), {one["file"] for one in told}) == (3, {"a.mbox"})
    assert bytes_of_all == {raw, b"Received: from a by b\n" + raw, raw.replace(b"\n", b"\r\n")}
    for other in ("0" * 64, "%00", MailImport.objects.get().blob_id):
        assert alice.api.get(f"mails/{mail.public_id}/originals/{other}").status_code == 404
    desk.cases["A"].shares.create(department=charlie.department, shared_by=alice.user)
    assert {one["file"] for one in charlie.api.get(f"mails/{mail.public_id}/").json()["originals"]} == {None}
    assert TimelineEntry.objects.filter(kind="message").count() == 1


def test_one_id_with_two_contents_is_kept_twice_and_told(alice: Person, desk: Desk) -> None:
    report = taken_in(alice, mbox(*(letter(text, subject=desk.subject("A")) for text in ("one\n", "other\n"))))
    assert report["twins"] == ["one@vendor.example"]
    assert "borne by mails of different content" in Job.objects.get(kind="import-mails").detail
    assert Mail.objects.count() == 2
    assert taken_in(alice, letter("third\n", subject=desk.subject("A")))["twins"] == ["one@vendor.example"]


def test_two_departments_have_the_same_mail_each(alice: Person, charlie: Person, desk: Desk) -> None:
    raw = letter(sender=charlie.user.email, subject=desk.subject("other"))
    taken_in(alice, raw)
    taken_in(charlie, raw)
    assert [(mail.department, mail.case) for mail in Mail.objects.order_by("pk")] == [
        (alice.department, None), (charlie.department, desk.cases["other"]),
    ]  # fmt: skip


def test_a_message_of_outlook(alice: Person, desk: Desk) -> None:
    create_contact(
        party=Party.objects.get(slug="reseller-s"), author=alice.user, name="佐藤", email="sato@reseller.example"
    )
    taken_in(alice, outlook(Subject=desk.subject("B")), "迷惑.msg")
    mail = only_mail()
    assert (mail.case, mail.from_address) == (desk.cases["B"], "sato@reseller.example")
    assert Evidence.objects.get(case=desk.cases["B"]).name == "記録.log"


@pytest.mark.parametrize(
    ("raw", "reason", "damage"),
    [
        (outlook()[:1500], "unreadable", "This is no message of Outlook that can be read"),
        (b"\x00\xff" * 500, "no-thread", "there is no head"),
        (packed(mbox(*(letter(message_id=f"{n}@x") for n in range(50))))[:-9], "no-thread", "the file ends within it"),
    ],
)
def test_what_cannot_be_read_is_kept_and_waits(alice: Person, desk: Desk, raw: bytes, reason: str, damage: str) -> None:
    taken_in(alice, raw)
    mail = Mail.objects.order_by("pk").last()
    assert mail is not None
    assert (mail.case, mail.reason) == (None, reason)
    assert damage in " ".join(mail.damage)
    kept = MailImport.objects.get().blob_id
    with evidence_store().open(kept) as file:
        assert file.read() == raw


HOSTILE = [
    letter(subject="a" * 10_000_000),
    mixed(*[part(b"x%d" % number, "application/octet-stream") for number in range(100)]),
    letter(b"\x00\xff\x00", Content_Type="text/plain; charset=\x00none", subject=b"\x00\xff"),
    letter(message_id="x" * 5000, references=["y" * 5000]),
    letter("<html>" + "<b>" * 100_000, Content_Type="text/html"),
    letter(message_id=None, sender=None, date=None),
]


def test_one_id_that_no_index_holds_costs_no_other_mail(alice: Person, desk: Desk) -> None:
    long = "".join(chr(0x20000 + number * 7 % 0x9FFF) for number in range(900))  # 3,600 bytes that nothing compresses
    report = taken_in(
        alice, mbox(letter(message_id="a@x"), letter(message_id=long), letter(message_id="c@x", references=[long]))
    )
    assert (report["new"], report["unread"]) == (3, 0)
    assert set(Mail.objects.values_list("message_id", flat=True)) == {"a@x", "", "c@x"}
    assert "998 bytes" in str(Mail.objects.get(message_id="").damage)


def test_a_mail_that_the_database_refuses_is_kept_as_unreadable(alice: Person, desk: Desk) -> None:
    taken_in(alice, letter(message_id="before@x"))
    mail_import = MailImport.objects.get()
    rows = [
        {
            "place": number, "whole": True, "unread": "",
            "original": {"sha256": f"{number:064x}", "size": 9},
            "message": {
                "message_id": f"{number}@x", "sent_at": None, "date": "", "day_only": False, "doubts": [], "from": [],
                "recipients": [], "subject": subject, "tokens": [], "references": references, "in_reply_to": [],
                "text": "", "html": "", "left_out": 0, "kind": "mail", "undelivered": [], "returned": "", "damage": [],
                "fingerprint": f"{number:064x}", "attachments": [],
            },
        }
        for number, subject, references in (
            (1, "one", []), (2, "\x00", []), (3, "three", ["".join(map(chr, range(0x20000, 0x20400)))]),
            (4, "four", []),
        )
    ]  # fmt: skip
    for report in (record_mails(mail_import=mail_import, rows=rows) for _ in range(2)):
        assert (report.messages, report.unread, report.new + report.known) == (4, 2, 4)
    refused = Mail.objects.filter(reason="unreadable")
    assert sorted(refused.values_list("blob_id", flat=True)) == [f"{number:064x}" for number in (2, 3)]
    assert "cannot be stored" in refused[0].damage[0]
    assert set(Mail.objects.exclude(message_id="").values_list("message_id", flat=True)) == {"before@x", "1@x", "4@x"}


def test_mails_without_an_id_are_looked_for_one_by_one(alice: Person, desk: Desk) -> None:
    """Not by loading all that the department has without one, again for each batch."""
    taken_in(alice, mbox(*(letter(f"{number}\n", message_id=None) for number in range(3))))
    with CaptureQueriesContext(connection) as asked:
        report = taken_in(alice, mbox(*(letter(f"{number}\n", message_id=None) for number in (0, 7))))
    assert (report["new"], report["known"]) == (1, 1)
    (looked,) = [one["sql"] for one in asked if '"fingerprint" IN' in one["sql"]]
    assert "\"message_id\" = ''" in looked


def test_a_forged_twin_takes_no_ones_place(alice: Person, desk: Desk) -> None:
    head, date = b"Message-ID: <x@y>\n", b"Date: Mon, 02 May 2022 17:00:00 +0900\n"
    subject = b"Subject: " + desk.subject("A").encode()
    taken_in(alice, head + date + subject + b" from:kim@vendor.example\n\nbody\n")
    report = taken_in(alice, head + date + subject + b"\nFrom: kim@vendor.example\n\nbody\n")
    assert (report["new"], report["filed"]) == (1, 1)


def test_a_message_of_outlook_whose_fields_hold_nul(alice: Person, desk: Desk) -> None:
    raw = outlook()
    kind = "application/octet-stream".encode("utf-16-le")
    assert kind in raw
    taken_in(alice, raw.replace(kind, kind[:20] + b"\0\0" + kind[22:]), "a.msg")
    (attached,) = only_mail().attachments.all()
    assert attached.content_type == "applicatio\ufffd/octet-stream"


def test_hostile_mails_are_mails_like_others(alice: Person, desk: Desk) -> None:
    inner = letter()
    for _ in range(200):
        inner = letter(inner, Content_Type="message/rfc822", message_id="nested@x")
    report = taken_in(alice, mbox(*HOSTILE, inner))
    assert (report["messages"], report["new"], report["unread"]) == (7, 7, 0)
    assert len(listed(alice, "?inbox=true")) == 7


def test_a_mail_whose_reading_is_stopped_is_given_up_in_the_open(alice: Person, desk: Desk, settings: Any) -> None:
    settings.SCAN_RESULT_BYTES = 1024
    answer = post(alice, letter("x" * 5000))
    job = Job.objects.get(public_id=answer.json()["job"])
    run_job(job.pk)
    told = alice.api.get(f"jobs/{job.public_id}/").json()
    assert told["state"] == "failed"
    assert "the limit of an answer" in told["detail"]
    assert MailImport.objects.get().report == {"failed": told["detail"]}
    assert not Mail.objects.exists()


def test_an_empty_file_and_no_file_are_refused(alice: Person) -> None:
    assert post(alice, b"").status_code == 400
    assert alice.api.post("mails/").status_code == 400
    assert post(alice, letter(), department="network-services").status_code == 400
    assert not MailImport.objects.exists()


def test_the_same_request_again_is_one_import(alice: Person) -> None:
    first = alice.api.upload("mails/", ContentFile(letter(), name="a.eml"), headers={"Idempotency-Key": "k"})
    second = alice.api.upload("mails/", ContentFile(letter(), name="a.eml"), headers={"Idempotency-Key": "k"})
    assert (first.json(), MailImport.objects.count()) == (second.json(), 1)
