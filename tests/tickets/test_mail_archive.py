"""A thousand mails with every trap of threading: none lost, none doubled, none in a wrong case; twice is as once."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from common.storage import evidence_store
from tests.conftest import Person
from tests.mail.letters import mbox, packed
from tests.mail.traps import Trap, distinct, traps
from tests.tickets.mails import Desk, make_desk, taken_in
from tickets.mail.read import read_message
from tickets.mail.thread import Letter, settle
from tickets.models import (
    Blob,
    Case,
    CustodyEntry,
    Evidence,
    Mail,
    MailAttachment,
    MailCopy,
    MailFiling,
    TimelineEntry,
)
from tickets.services.mail_threads import known_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(alice: Person, charlie: Person) -> Desk:
    """Alice's cases."""
    return make_desk(alice, charlie)


def everything() -> list[object]:
    """Return all that an import could change."""
    return [
        list(Mail.objects.order_by("pk").values_list("pk", "case", "reason", "selected_case")),
        *(model.objects.count() for model in (MailCopy, MailAttachment, MailFiling, TimelineEntry, Evidence, Blob)),
        list(CustodyEntry.objects.order_by("pk").values_list("hash", flat=True)),
        sorted(path.name for path in evidence_store().folder.rglob("*") if path.is_file()),
    ]


def key(trap: Trap) -> tuple[str, str]:
    """Return by what a mail is known."""
    message = read_message(trap.raw)
    return message.message_id, message.fingerprint


def whereabouts(desk: Desk) -> dict[tuple[str, str], tuple[str | None, str, str | None]]:
    """Return what became of each mail: its case, why it waits, and the case that it named."""
    names: dict[int | None, str | None] = {case.pk: name for name, case in desk.cases.items()}
    return {
        (mail.message_id, mail.fingerprint): (names.get(mail.case_id), mail.reason, names.get(mail.selected_case_id))
        for mail in Mail.objects.all()
    }


def test_a_thousand_mails_with_every_trap(alice: Person, desk: Desk) -> None:
    found = traps(desk.tokens)
    once = list(distinct(found))
    archive = packed(mbox(*(trap.raw for trap in found)))
    report = taken_in(alice, archive, "archive.mbox.gz")

    assert len(found) == 1000
    assert Mail.objects.count() == len(once)  # none lost, none doubled
    is_now = whereabouts(desk)
    wrong = [(trap, is_now[key(trap)]) for trap in once if is_now[key(trap)] != (trap.case, trap.reason, trap.selected)]
    assert wrong == []
    filed = sum(trap.case is not None for trap in once)
    assert (report["messages"], report["new"], report["filed"]) == (1000, len(once), filed)
    assert (report["copies"], report["known"], report["unread"]) == (36, len(found) - len(once), 0)
    assert len(report["twins"]) == 18
    assert not Case.objects.get(pk=desk.cases["other"].pk).mails.exists()

    entries = TimelineEntry.objects.filter(kind="message")
    assert entries.count() == filed == MailFiling.objects.count()
    for filing in MailFiling.objects.select_related("entry", "mail"):
        assert (filing.entry.happened_at, filing.entry.case_id) == (filing.mail.happened_at, filing.mail.case_id)
    assert Evidence.objects.filter(name="a.log", case=desk.cases["A"]).count() == 18
    assert not Evidence.objects.exclude(name="a.log").exists()
    originals = {sha256(trap.raw).hexdigest() for trap in found}
    assert originals <= set(MailCopy.objects.values_list("blob_id", flat=True))

    before = everything()
    again = taken_in(alice, archive, "archive.mbox.gz")
    assert everything() == before
    assert (again["new"], again["known"], again["copies"]) == (0, 1000, 0)


def test_each_mail_keeps_its_own_date(alice: Person, desk: Desk) -> None:
    found = traps(desk.tokens)[:40]
    taken_in(alice, mbox(*(trap.raw for trap in found)))
    dated = Mail.objects.filter(doubts=[])
    assert dated.exists()
    assert set(dated.values_list("happened_at", flat=True)) == {datetime(2022, 5, 2, 8, tzinfo=UTC)}
    assert all(mail.recorded_at > mail.happened_at for mail in dated)


def test_piece_by_piece_is_as_all_at_once(alice: Person, desk: Desk) -> None:
    """Answers wait for their questions, whichever comes first. Only what answers two threads of which one is not here
    yet goes to the other, since nobody can know better."""
    found = traps(desk.tokens)[:300]
    for start in range(0, 300, 100):
        taken_in(alice, mbox(*(trap.raw for trap in found[start : start + 100])))
    pieces = {(mail.message_id, mail.fingerprint): (mail.case_id, mail.reason) for mail in Mail.objects.all()}
    letters = [
        Letter(mail.pk, mail.message_id, tuple(mail.senders), tuple(mail.tokens), tuple(mail.references),
               tuple(mail.in_reply_to))
        for mail in Mail.objects.all()
    ]  # fmt: skip
    known = known_of(alice.department, letters)
    known.cases_of_ids.clear()  # as if none of them had been here before
    decisions = settle(letters, known)
    for mail in Mail.objects.all():
        whole = decisions[mail.pk].case, decisions[mail.pk].reason
        assert pieces[mail.message_id, mail.fingerprint] == whole or whole == (None, "several-cases")
    assert sum(case is not None for case, _ in pieces.values()) > 50
