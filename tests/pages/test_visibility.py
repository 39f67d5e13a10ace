"""What a reader may not see is the same page as what does not exist."""

import re
import uuid

import pytest
from django.test import Client
from django.utils.html import escape

from tests.conftest import Person
from tickets.models import Case

SECRET = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+')


def answer(browser: Client, path: str, method: str = "get") -> tuple[int, str]:
    """Return status and page, without what differs in every answer."""
    response = getattr(browser, method)(path)
    return response.status_code, SECRET.sub("", response.content.decode()).replace(escape(path), "PATH")


def hidden_paths(story: Case) -> list[tuple[str, str]]:
    """Return paths below the story's case, each with the same path below a case that does not exist."""
    evidence, finding, entry = story.evidence.get(), story.findings.get(), story.entries.first()
    assert entry is not None
    below = [
        "", "change/", "entries/new/", "findings/", "days/", "comparisons/", "packs/", "evidence/reading/",
        "report/", "report.md", "report.pdf",
        f"findings/{finding.public_id}/", f"findings/{finding.public_id}/lines/",
        f"evidence/{evidence.public_id}/", f"evidence/{evidence.public_id}/file/",
        f"evidence/{evidence.public_id}/lines/?line=1&offset=0&file=",
        f"entries/{entry.public_id}/correct/",
    ]  # fmt: skip
    return [(f"/cases/{story.ref}/{path}", f"/cases/CASE-9999/{path}") for path in below]


def test_a_hidden_case_is_the_same_404_as_one_that_is_not_there(story: Case, charlie: Person) -> None:
    for hidden, absent in hidden_paths(story):
        one, other = answer(charlie.client, hidden), answer(charlie.client, absent)
        assert one[0] == 404, hidden
        assert one == other, hidden
        assert story.title not in one[1]


@pytest.mark.parametrize("path", ["entries/new/", "change/", "parties/", "shares/", "devices/", "evidence/"])
def test_a_hidden_case_cannot_be_changed(story: Case, charlie: Person, path: str) -> None:
    assert charlie.client.post(f"/cases/{story.ref}/{path}", headers={"Origin": "http://testserver"}).status_code == 404


def test_a_reader_may_not_change_what_he_sees(story: Case, bob: Person) -> None:
    status, page = answer(bob.client, f"/cases/{story.ref}/entries/new/")
    assert status == 403
    assert "yours to read" in page


def test_evidence_is_found_only_below_its_own_case(story: Case, alice: Person) -> None:
    evidence = story.evidence.get()
    assert alice.client.get(f"/cases/CASE-0002/evidence/{evidence.public_id}/").status_code == 404
    assert alice.client.get(f"/cases/{story.ref}/findings/{uuid.uuid4()}/").status_code == 404


def test_devices_of_another_department_are_not_there(story: Case, alice: Person, charlie: Person) -> None:
    device = story.devices.get()
    assert "mx1" not in charlie.client.get("/devices/").content.decode()
    assert charlie.client.get(f"/devices/{device.public_id}/").status_code == 404
    assert charlie.client.post(f"/devices/{device.public_id}/firmware/").status_code == 404


def test_an_unknown_address_speaks_the_same_words(alice: Person) -> None:
    status, page = answer(alice.client, "/no/such/page/")
    assert status == 404
    assert "Nothing here that you may see." in page


def test_an_error_in_a_fragment_is_a_fragment(story: Case, charlie: Person) -> None:
    response = charlie.client.get(f"/cases/{story.ref}/days/", headers={"HX-Request": "true"})
    assert response.status_code == 404
    assert "<html" not in response.content.decode()
    assert 'id="error"' in response.content.decode()


def test_pages_are_for_their_reader_alone(alice: Person) -> None:
    response = alice.client.get("/cases/")
    assert "private" in response["Cache-Control"]
    assert {"Cookie", "HX-Request"} <= set(response["Vary"].split(", "))
