"""Opening a case."""

import re

from tests.conftest import Person
from tickets.models import Case


def test_it_is_numbered_by_its_department(alice: Person, charlie: Person) -> None:
    refs = [alice.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()["ref"] for _ in range(2)]
    other = charlie.api.post("cases/", {"title": "Port down", "kind": "defect"}).json()["ref"]
    assert (refs, other) == (["CASE-0001", "CASE-0002"], "NET-0001")


def test_it_gets_a_mail_token_that_nobody_can_guess(alice: Person) -> None:
    answer = alice.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()
    assert re.fullmatch(r"\[ZR#[0-9a-f]{26}\]", answer["mail_token"])


def test_the_audience_is_kept_by_the_database(alice: Person) -> None:
    alice.api.post("cases/", {"title": "Spam", "kind": "defect"})
    Case.objects.update(audience=[])
    assert Case.objects.get().audience == [alice.department.pk]
