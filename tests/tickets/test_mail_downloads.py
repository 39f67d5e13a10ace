"""What leaves through a mail: evidence by another door, which its custody must know of."""

from typing import Any

import pytest

from tests.conftest import Person
from tests.mail.letters import mixed, part
from tests.mail.test_outlook import outlook
from tests.tickets.mails import make_desk, only_mail, taken_in
from tickets.models import Evidence
from tickets.services.custody import broken_links
from tickets.services.mail_by_hand import file_mail, take_mail_out

pytestmark = pytest.mark.django_db


def taken(answer: Any) -> bytes:
    """Return the bytes of a download."""
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_custody_notes_what_leaves_through_a_mail_in_every_case(alice: Person, charlie: Person) -> None:
    desk = make_desk(alice, charlie)
    parts = part(b"hi"), part(b"n=1\n", "application/x; name=a.log"), part(b"n=2\n", "application/x; name=b.log")
    taken_in(alice, mixed(*parts, subject=desk.subject("A")))
    mail = only_mail()
    take_mail_out(mail=mail, actor=alice.user, why="Another box.")
    file_mail(mail=mail, case=desk.cases["B"], actor=alice.user)
    assert Evidence.objects.count() == 4
    attached = mail.attachments.get(name="a.log").public_id
    for way in (f"mails/{mail.public_id}/attachments/{attached}/download", f"mails/{mail.public_id}/original"):
        assert taken(alice.api.get(way))
    for way in (f"/mails/{mail.public_id}/original/", f"/mails/{mail.public_id}/originals/{mail.blob_id}/"):
        assert taken(alice.client.get(way))
        assert not taken(alice.client.head(way))
    noted = {
        (piece.case.ref, piece.name): piece.custody.filter(action="downloaded", actor=alice.user).count()
        for piece in Evidence.objects.all()
    }
    a, b = desk.cases["A"].ref, desk.cases["B"].ref
    assert noted == {(a, "a.log"): 4, (b, "a.log"): 4, (a, "b.log"): 3, (b, "b.log"): 3}
    assert [broken_links(piece) for piece in Evidence.objects.all()] == [[]] * 4


def test_an_original_of_outlook_is_called_one(alice: Person) -> None:
    taken_in(alice, outlook(), "a.eml")
    answer: Any = alice.api.get(f"mails/{only_mail().public_id}/original")
    assert taken(answer) == outlook()
    assert f"{only_mail().public_id}.msg" in answer["Content-Disposition"]
