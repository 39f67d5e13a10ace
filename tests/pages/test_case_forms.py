"""Opening, changing and sharing cases: refusals stand at their fields, and what was typed is kept."""

import pytest
from django.test import Client

from accounts.models import Role
from accounts.services.departments import set_membership
from tests.conftest import Person
from tests.support.forms import filled_in
from tickets.models import Case
from tickets.services.cases import change_case, open_case
from tickets.services.entries import add_entry


def new_case(page: Client, **fields: object) -> object:
    """Send the form of a new case."""
    form = {"title": "Mail is lost", "kind": "defect", "severity": "high", "department": "mail-operations"} | fields
    return page.post("/cases/new/", form)


def test_a_case_is_opened_with_all_that_is_known(page: Client, story: Case) -> None:
    device = story.devices.get()
    answer = new_case(
        page, product="fortimail", release="7.0.2", parties=["fortinet", "reseller-s"], devices=[str(device.public_id)],
        opened_on="2022-06-08",
    )  # fmt: skip
    case = Case.objects.get(title="Mail is lost")
    assert answer["Location"] == f"/cases/{case.ref}/"  # type: ignore[index]
    assert [party.slug for party in case.parties.order_by("slug")] == ["fortinet", "reseller-s"]
    assert (case.release, str(case.product), list(case.devices.all())) == ("7.0.2", "FortiMail", [device])
    assert case.opened_at.isoformat() == "2022-06-08T03:00:00+00:00"  # noon in Tokyo


def test_a_case_without_a_title_is_refused_and_the_rest_is_kept(page: Client, story: Case) -> None:
    answer = new_case(page, title=" ", release="7.0.2,build163")
    text = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Name the case by what is wrong." in text
    assert "One thing to mend first" in text
    assert 'value="7.0.2,build163"' in text


def test_the_error_summary_leads_to_the_field(page: Client, alice: Person) -> None:
    text = new_case(page, title="").content.decode()  # type: ignore[attr-defined]
    assert 'href="#id_title"' in text
    assert 'id="id_title"' in text
    assert "id_title_error" in text


def test_a_department_that_is_not_mine_cannot_own_my_case(page: Client, charlie: Person) -> None:
    assert new_case(page, department="network-services").status_code == 422  # type: ignore[attr-defined]


def test_a_reader_may_not_open_cases(bob: Person) -> None:
    assert bob.client.get("/cases/new/").status_code == 403


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Mail is lost", kind="defect")


def change(page: Client, case: Case, **fields: object) -> int:
    """Send the form that changes a case; return the status."""
    form = {
        "title": case.title,
        "state": case.state,
        "severity": case.severity,
        "kind": case.kind,
        "release": "",
        "revision": page.get(f"/cases/{case.ref}/change/").context["form"]["revision"].value(),
    } | fields
    return page.post(f"/cases/{case.ref}/change/", form).status_code


def test_a_change_is_noted_in_the_timeline_in_words(page: Client, case: Case, alice: Person) -> None:
    assert change(page, case, state="parked", assignee=str(alice.user.pk)) == 302
    assert "state: Open → Parked" in page.get(f"/cases/{case.ref}/").content.decode()
    case.refresh_from_db()
    assert (case.state, case.assignee) == ("parked", alice.user)


def test_a_form_that_grew_old_undoes_nothing_of_what_others_did(page: Client, case: Case, alice: Person) -> None:
    revision = page.get(f"/cases/{case.ref}/change/").context["form"]["revision"].value()
    change_case(case=case, author=alice.user, changes={"state": "closed", "severity": "high"})
    form = {"title": "Mail is lost twice", "state": "open", "severity": "unknown", "kind": "defect", "release": ""}
    answer = page.post(f"/cases/{case.ref}/change/", form | {"revision": revision})
    assert answer.status_code == 422
    assert "Somebody changed this since you looked at it" in answer.content.decode()
    assert "Mail is lost twice" in answer.content.decode()
    case.refresh_from_db()
    assert (case.title, case.state, case.severity) == ("Mail is lost", "closed", "high")
    assert page.post(f"/cases/{case.ref}/change/", form).status_code == 422  # what was looked at has to be told


def test_a_form_that_grew_old_is_saved_with_open_eyes(page: Client, case: Case, alice: Person) -> None:
    path = f"/cases/{case.ref}/change/"
    mine = filled_in(page.get(path).content.decode()) | {"title": "Mine", "release": "7.0.2"}
    change_case(case=case, author=alice.user, changes={"title": "Theirs", "severity": "high"})
    late = page.post(path, mine)
    text = late.content.decode()
    assert late.status_code == 422
    assert "Somebody else saved meanwhile: Theirs" in text
    assert "Somebody else changed this meanwhile; it was: Severity unknown" in text
    again = filled_in(text)
    assert (again["title"], again["severity"], again["release"]) == ("Mine", "high", "7.0.2")
    assert page.post(path, again).status_code == 302
    case.refresh_from_db()
    assert (case.title, case.severity, case.release) == ("Mine", "high", "7.0.2")
    assert case.entries.latest("pk").text == "title: Theirs → Mine; release: – → 7.0.2"


def test_what_nobody_touched_is_not_sent(page: Client, case: Case, alice: Person, charlie: Person) -> None:
    Case.objects.filter(pk=case.pk).update(assignee=charlie.user)  # who left the department since
    add_entry(case=case, author=alice.user, kind="note", happened_at=case.opened_at, text="x")  # is no other state
    assert change(page, case, title="Mail is lost twice", assignee=str(charlie.user.pk)) == 302
    case.refresh_from_db()
    assert (case.title, case.assignee) == ("Mail is lost twice", charlie.user)
    assert case.entries.latest("pk").text == "title: Mail is lost → Mail is lost twice"


def test_who_saw_an_older_case_overwrites_nothing_over_the_api(case: Case, alice: Person) -> None:
    path = f"cases/{case.ref}/"
    seen = alice.api.get(path)["ETag"]
    first = alice.api.patch(path, {"state": "closed"}, headers={"If-Match": seen})
    assert first.status_code == 200
    late = alice.api.patch(path, {"state": "parked"}, headers={"If-Match": seen})
    assert (late.status_code, alice.api.get(path).json()["state"]) == (412, "closed")
    assert alice.api.patch(path, {"state": "open"}, headers={"If-Match": first["ETag"]}).status_code == 200
    assert alice.api.patch(path, {"title": "x"}, headers={"If-Match": "*"}).status_code == 200


def test_somebody_of_another_department_cannot_be_the_assignee(page: Client, case: Case, charlie: Person) -> None:
    assert change(page, case, assignee=str(charlie.user.pk)) == 422


def test_a_party_and_its_number_are_added(page: Client, story: Case) -> None:
    page.post(f"/cases/{story.ref}/parties/", {"party-party": "network-services", "party-number": ""})
    page.post(f"/cases/{story.ref}/parties/", {"party-party": "fortinet", "party-number": " TAC-778 "})
    assert story.parties.filter(slug="network-services").exists()
    assert [ticket.number for ticket in story.party_tickets.all()] == ["TAC-778"]


def test_a_party_that_is_not_chosen_is_asked_for(page: Client, case: Case) -> None:
    answer = page.post(f"/cases/{case.ref}/parties/", {"party-party": "", "party-number": "TAC-778"})
    assert answer.status_code == 422
    assert "Which party?" in answer.content.decode()
    assert 'value="TAC-778"' in answer.content.decode()


def test_devices_are_chosen_and_the_change_is_noted(page: Client, story: Case) -> None:
    page.post(f"/cases/{story.ref}/devices/", {})
    assert list(story.devices.all()) == []
    assert "devices: mx1 → –" in page.get(f"/cases/{story.ref}/").content.decode()


def test_a_device_of_nobody_changes_nothing(page: Client, case: Case) -> None:
    assert page.post(f"/cases/{case.ref}/devices/", {"device": ["nonsense"]}).status_code == 302


def test_a_manager_shares_a_case_and_takes_it_back(page: Client, case: Case, alice: Person, charlie: Person) -> None:
    set_membership(user=alice.user, department=alice.department, role=Role.MANAGER)
    page.post(f"/cases/{case.ref}/shares/", {"share-department": "network-services"})
    assert charlie.client.get(f"/cases/{case.ref}/").status_code == 200
    page.post(f"/cases/{case.ref}/shares/network-services/end/")
    assert charlie.client.get(f"/cases/{case.ref}/").status_code == 404


def test_an_operator_may_not_share(page: Client, case: Case, charlie: Person) -> None:
    assert page.post(f"/cases/{case.ref}/shares/", {"share-department": "network-services"}).status_code == 403
    assert charlie.client.get(f"/cases/{case.ref}/").status_code == 404


def test_a_form_from_elsewhere_is_refused(alice: Person, case: Case) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    answer = browser.post(f"/cases/{case.ref}/change/", {"title": "taken over"})
    assert answer.status_code == 403
    assert "did not come from a page of ours" in answer.content.decode()
