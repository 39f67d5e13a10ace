"""A mail of Outlook and the same one of the net: two forms, whose bytes say nothing of each other."""

import pytest

from kb.models import Party
from tests.conftest import Person
from tests.mail.letters import letter
from tests.mail.test_outlook import outlook
from tests.tickets.mails import make_desk, only_mail, taken_in
from tickets.models import Mail, TimelineEntry
from tickets.services.contracts import create_contact
from tickets.services.mail_by_hand import file_mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("first", [0, 1])
def test_one_mail_in_two_forms_is_one_entry_until_a_person_says_so(alice: Person, charlie: Person, first: int) -> None:
    desk = make_desk(alice, charlie)
    create_contact(
        party=Party.objects.get(slug="reseller-s"), author=alice.user, name="佐藤", email="sato@reseller.example"
    )
    subject = desk.subject("B")
    forms = [
        outlook(Subject=subject),
        letter(
            message_id="one@reseller.example",
            sender="sato@reseller.example",
            subject=subject,
            references=["zero@example.jp"],
        ),
    ]
    taken_in(alice, forms[first])
    filed = only_mail()
    assert filed.case == desk.cases["B"]

    report = taken_in(alice, forms[1 - first])
    assert (report["new"], report["waiting"], report["twins"]) == (1, 1, [])
    second = Mail.objects.exclude(pk=filed.pk).get()
    assert (second.case, second.reason, second.selected_case) == (None, "same-id", desk.cases["B"])
    taken_in(alice, letter(message_id="zero@example.jp", sender="sato@reseller.example", subject=subject))
    second.refresh_from_db()
    assert second.case is None  # nor does it follow what it answers
    page = alice.client.get(f"/mails/{second.public_id}/").content.decode()
    assert "in another form (.eml or .msg)" in page
    assert desk.cases["B"].ref in page

    file_mail(mail=second, case=desk.cases["B"], actor=alice.user)
    assert TimelineEntry.objects.filter(kind="message", mail_filing__mail__in=[filed, second]).count() == 2
