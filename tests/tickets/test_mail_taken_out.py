"""A mail that is taken out of its case moves nothing there any more."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Person
from tests.mail.letters import letter
from tests.tickets.mails import make_desk, only_mail, taken_in
from tickets.models import Case, TimelineEntry
from tickets.queries.turns import case_turns
from tickets.services.entries import add_entry
from tickets.services.mail_by_hand import take_mail_out

pytestmark = pytest.mark.django_db


def test_a_rough_state_goes_back_to_where_it_stood_without_the_mail(alice: Person, charlie: Person) -> None:
    desk = make_desk(alice, charlie)
    case, noon = desk.cases["A"], datetime(2023, 5, 2, 3, tzinfo=UTC)
    taken_in(alice, letter(subject=desk.subject("A"), date="Tue, 02 May 2023 05:00:00 +0000"))
    entry = TimelineEntry.objects.get(kind="message")
    answer = alice.api.patch(f"cases/{case.ref}/timeline/{entry.public_id}/", {"kind": "answer"})
    assert answer.status_code == 200
    for state, at, precision in (("closed", noon, "day"), ("parked", noon + timedelta(hours=1), "minute")):
        add_entry(
            case=case, author=alice.user, kind="state", state=state, text="So it is.", happened_at=at,
            precision=precision,
        )  # fmt: skip
    states = [Case.objects.get(pk=case.pk).state]  # it was closed on the day of the answer, behind it
    take_mail_out(mail=only_mail(), actor=alice.user, why="Another box.")
    states += [Case.objects.get(pk=case.pk).state, case_turns(case).state]
    assert states == ["closed", "parked", "parked"]
    struck = TimelineEntry.objects.get(replaces__replaces=entry)
    assert (struck.text, struck.from_party) == ("Mail taken out of the case: Another box.", None)


def test_what_a_shared_case_was_told_it_keeps(alice: Person, charlie: Person) -> None:
    """docs/mail.md says so to whoever files: taking a mail out takes back its page, and nothing else."""
    desk = make_desk(alice, charlie)
    desk.cases["A"].shares.create(department=charlie.department, shared_by=alice.user)
    taken_in(alice, letter("Our secret.\n", subject=desk.subject("A")))
    path = f"mails/{only_mail().public_id}/"
    assert charlie.api.get(path).status_code == 200
    take_mail_out(mail=only_mail(), actor=alice.user, why="Another box.")
    assert charlie.api.get(path).status_code == 404
    rows = charlie.api.get(f"cases/{desk.cases['A'].ref}/timeline/").json()["results"]
    assert any("Our secret." in row["text"] for row in rows)
