"""The pages of packs: choose, look at what is replaced, release, take, read the answer."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import Person
from tickets.models import Case, Finding, IntegrityCheck, Pack, PackState, Pseudonym

Work = Callable[[], None]


@pytest.fixture
def page(alice: Person) -> Client:
    """Alice's browser, without script."""
    return alice.client


def made(page: Client, finding: Finding, work: Work, **changes: str) -> str:
    """Ask for a pack on the page, let it be made, and return the address of its page."""
    form = {"findings": str(finding.public_id), "recipient": "fortinet", "language": "", "questions": ""} | changes
    answer = page.post(f"/cases/{finding.case.ref}/packs/", form)
    assert answer.status_code == 302
    work()
    return str(answer.headers["Location"])


def text_of(page: Client, path: str) -> str:
    """Return a page."""
    answer = page.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_replaced_is_shown_before_anything_leaves(page: Client, finding: Finding, work: Work) -> None:
    assert "Evidence packs" in text_of(page, f"/cases/{finding.case.ref}/")
    path = made(page, finding, work, questions="What did 10.0.0.2 do?")
    shown = text_of(page, path)
    assert "Look at what is replaced, then release it." in shown
    for original, pseudonym in Pseudonym.objects.filter(kind__in=["address", "ip"]).values_list(
        "original", "pseudonym"
    ):
        assert f"<code>{original}</code>" in shown
        assert f"<code>{pseudonym}</code>" in shown
    assert page.get(f"{path}file/").status_code == 409
    assert page.post(f"{path}release/").status_code == 302
    assert "Released for Fortinet." in text_of(page, path)
    answer = page.get(f"{path}file/")
    assert answer.status_code == 200
    assert f'filename="{finding.case.ref}-fortinet.zip"' in answer.headers["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert "Evidence pack for Fortinet released by Alice: 2 lines" in text_of(page, f"/cases/{finding.case.ref}/")


def test_a_pack_of_broken_evidence_says_so_and_waits_for_a_person(
    page: Client, alice: Person, finding: Finding, work: Work
) -> None:
    case, piece = finding.case, finding.case.evidence.get()
    broken = {
        "case": case,
        "checked_at": timezone.now(),
        "is_broken": True,
        "breaks": [{"what": "not what was stored"}],
    }
    IntegrityCheck.objects.create(evidence=piece, **broken)
    body = {"findings": [str(finding.public_id)], "recipient": "fortinet"}
    pack = alice.api.post(f"cases/{case.ref}/packs/", body).json()["id"]
    work()
    assert alice.api.get(f"packs/{pack}/").json()["state"] == "ready"
    shown = text_of(page, f"/cases/{case.ref}/packs/{pack}/")
    assert "Evidence is not what was given" in shown
    assert "not what was stored" in shown
    IntegrityCheck.objects.update(is_broken=False, breaks=[])
    assert "Evidence is not what was given" not in text_of(page, f"/cases/{case.ref}/packs/{pack}/")


def test_the_answer_of_a_vendor_gets_its_names_back(page: Client, finding: Finding, work: Work) -> None:
    made(page, finding, work)
    pseudonym = Pseudonym.objects.get(kind="address").pseudonym
    answer = page.post(f"/cases/{finding.case.ref}/packs/reply/", {"text": f"We sent {pseudonym} a copy."})
    assert "We sent fuga@piteki2.com a copy." in answer.content.decode()
    assert page.post(f"/cases/{finding.case.ref}/packs/reply/", {"text": ""}).status_code == 422


def test_a_form_that_says_too_little_keeps_what_was_typed(page: Client, story: Case) -> None:
    answer = page.post(f"/cases/{story.ref}/packs/", {"recipient": "", "questions": "Why is that?"})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose at least one finding." in told
    assert "Who gets it?" in told
    assert "Why is that?" in told


def test_a_refused_pack_says_why_and_has_no_bytes(page: Client, finding: Finding, work: Work) -> None:
    lines = finding.lines
    lines[1] |= {"text": "device_id=FML-0815X " + lines[1]["text"]}
    Finding.objects.filter(pk=finding.pk).update(lines=lines)
    Case.objects.filter(pk=finding.case_id).update(ref="FML-0815X")
    finding.refresh_from_db()
    finding.case.refresh_from_db()
    shown = text_of(page, made(page, finding, work))
    assert "There is no pack." in shown
    assert "holds a value of the kind serial" in shown
    assert "<code>FML-0815X</code>" in shown
    assert Pack.objects.get().blob is None


def test_only_who_sees_the_case_sees_its_packs(
    page: Client, bob: Person, charlie: Person, finding: Finding, work: Work
) -> None:
    path, listed = made(page, finding, work), f"/cases/{finding.case.ref}/packs/"
    for one in (path, listed, f"{path}file/"):
        assert charlie.client.get(one).status_code == 404
    assert charlie.client.post(f"{listed}reply/", {"text": "x"}).status_code == 404
    assert "Release it for" not in text_of(bob.client, path)
    assert "New pack" not in text_of(bob.client, listed)
    assert bob.client.post(f"{path}release/").status_code == 403
    assert bob.client.post(listed, {"findings": str(finding.public_id), "recipient": "fortinet"}).status_code == 403
    assert Pack.objects.get().state == PackState.READY
