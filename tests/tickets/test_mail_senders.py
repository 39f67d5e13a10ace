"""Who may write into a case: contacts are there for all departments, and so any of them could let somebody in."""

import pytest

from kb.models import Party
from tests.conftest import Person
from tests.mail.letters import letter
from tests.tickets.mails import Desk, make_desk, taken_in
from tickets.models import Case, Contact, Mail
from tickets.services.contracts import change_contact, create_contact
from tickets.services.mail_by_hand import file_mail, take_mail_out

pytestmark = pytest.mark.django_db
EVE = "eve@elsewhere.example"


@pytest.fixture
def desk(alice: Person, charlie: Person) -> Desk:
    """Alice's cases."""
    return make_desk(alice, charlie)


def case_of(alice: Person, desk: Desk, number: int, sender: str = EVE) -> Case | None:
    """Return the case into which a mail with the token of A goes."""
    taken_in(alice, letter(message_id=f"{number}@x", sender=sender, subject=desk.subject("A")))
    return Mail.objects.get(message_id=f"{number}@x").case


def test_what_another_department_records_lets_nobody_in(alice: Person, charlie: Person, desk: Desk) -> None:
    create_contact(party=Party.objects.get(slug="fortinet"), author=charlie.user, name="Eve", email=EVE)
    assert case_of(alice, desk, 1) is None
    kim = Contact.objects.get(name="Kim")
    change_contact(contact=kim, author=charlie.user, changes={"email": "mallory@elsewhere.example"})
    assert case_of(alice, desk, 2, "mallory@elsewhere.example") is None
    change_contact(contact=kim, author=alice.user, changes={"email": "kim@new.example"})
    change_contact(contact=kim, author=charlie.user, changes={"phone": "+81 3"})
    assert case_of(alice, desk, 3, "kim@new.example") == desk.cases["A"]


def test_who_files_a_mail_of_a_contact_confirms_it_for_that_case(alice: Person, charlie: Person, desk: Desk) -> None:
    create_contact(party=Party.objects.get(slug="fortinet"), author=charlie.user, name="Eve", email=EVE)
    assert case_of(alice, desk, 1) is None
    first = Mail.objects.get()
    file_mail(mail=first, case=desk.cases["A"], actor=alice.user)
    assert case_of(alice, desk, 2) == desk.cases["A"]
    taken_in(alice, letter(message_id="c@x", sender=EVE, subject=desk.subject("C")))
    assert Mail.objects.get(message_id="c@x").case is None  # another case of the same party
    take_mail_out(mail=first, actor=alice.user, why="No.")
    assert case_of(alice, desk, 3) is None


def test_filing_a_mail_of_a_stranger_lets_no_other_in(alice: Person, desk: Desk) -> None:
    assert case_of(alice, desk, 1) is None
    file_mail(mail=Mail.objects.get(), case=desk.cases["A"], actor=alice.user)
    assert case_of(alice, desk, 2) is None
