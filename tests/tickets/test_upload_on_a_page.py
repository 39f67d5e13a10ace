"""Uploads from a case's page: checked by headers before the body, refused in words, and nothing kept of the refused."""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from tests.conftest import Person
from tickets.models import Evidence


@pytest.fixture
def ref(alice: Person) -> str:
    """A case of Alice's."""
    return str(alice.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()["ref"])


def post(person: Person, ref: str, origin: str | None = "http://testserver", **fields: str) -> Any:
    """Send the form of the page."""
    headers = {"Origin": origin} if origin else {}
    file = ContentFile(b"date=2022-06-08\n", name="elog.log")
    return person.client.post(f"/cases/{ref}/evidence/", {"file": file, **fields}, headers=headers)


def kept() -> list[str]:
    """Return every file of the store."""
    return [str(file) for file in settings.EVIDENCE_DIR.rglob("*") if file.is_file()]


def test_it_is_stored(alice: Person, ref: str) -> None:
    answer = post(alice, ref, firmware=" 7.0.2 ", note="by hand")
    assert answer.status_code == 302
    assert (Evidence.objects.get().firmware, Evidence.objects.get().note) == ("7.0.2", "by hand")


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://testserver.evil.example"])
def test_a_form_of_another_site_is_refused(alice: Person, ref: str, origin: str | None) -> None:
    assert post(alice, ref, origin).status_code == 403
    assert kept() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"firmware": "x" * 81},
        {"note": "x" * 10_001},
        {"device": "nowhere"},
        {"zone": "Mars/Olympus"},
        {"from_party": "nobody"},
    ],
    ids=lambda fields: str(fields)[:24],
)
def test_facts_that_do_not_hold_are_a_400_and_nothing_is_kept(alice: Person, ref: str, fields: dict[str, str]) -> None:
    assert post(alice, ref, "http://testserver", **fields).status_code == 400
    assert (kept(), Evidence.objects.count()) == ([], 0)


def test_a_nul_in_a_field_is_no_500(alice: Person, ref: str) -> None:
    assert post(alice, ref, note="a\x00b").status_code == 302
    assert Evidence.objects.get().note == "a�b"


def test_a_stranger_and_a_reader_are_sent_away(charlie: Person, bob: Person, ref: str) -> None:
    assert (post(charlie, ref).status_code, post(bob, ref).status_code) == (404, 403)
    assert kept() == []
