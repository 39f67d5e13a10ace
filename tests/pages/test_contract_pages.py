"""The pages of contracts, contacts and drafted reminders."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from kb.models import Party
from tests.conftest import Person, make_person
from tests.support.forms import filled_in
from tickets.models import Case, Contact, Contract
from tickets.services.cases import share_case
from tickets.services.contracts import change_contract, create_contact, create_contract
from tickets.services.entries import add_entry

CSV = "party,kind,contract,response_any\nAcme,vendor,A-1,8\nBeta,friend,B-1,8\n"


@pytest.fixture
def promised(story: Case, alice: Person) -> str:
    """A promise of the reseller in the story's case, overdue for three weeks; its id."""
    entry = add_entry(
        case=story, author=alice.user, kind="promise", text="A patch for 7.0.2.",
        happened_at=timezone.now() - timedelta(days=28), from_party=Party.objects.get(slug="reseller-s"),
    )  # fmt: skip
    return str(entry.public_id)


def text_of(page: Client, path: str) -> str:
    """Return a page."""
    answer = page.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def initial_of(page: Client, path: str) -> dict[str, Any]:
    """Return what the form of a page sends where nothing is touched."""
    form = page.get(path).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value not in (None, False)}


def test_a_contract_is_entered_by_hand_and_shows_where_a_case_is_opened(page: Client, story: Case) -> None:
    form = {"party": "fortinet", "number": "FC-1", "department": story.department.slug, "support_level": "Gold",
            "response_high": "4", "clock": "business", "hours": "", "holidays": "", "zone": ""}  # fmt: skip
    assert page.post("/contracts/new/", form).status_code == 302
    assert Contract.objects.get().response_hours == {"high": 4.0}
    for path in ("/contracts/", "/cases/new/", f"/cases/{story.ref}/"):
        shown = text_of(page, path)
        assert "FC-1" in shown
        assert "Gold" in shown
    assert "by contract" in text_of(page, f"/cases/{story.ref}/")


def test_a_wrong_contract_keeps_what_was_typed(page: Client, story: Case) -> None:
    form = {
        "party": "fortinet",
        "number": "FC-1",
        "department": story.department.slug,
        "hours": "9-18",
        "clock": "business",
    }
    answer = page.post("/contracts/new/", form)
    assert answer.status_code == 422
    assert "Write office hours like 09:00-18:00." in answer.content.decode()
    assert 'value="FC-1"' in answer.content.decode()


def test_a_contract_that_ended_or_has_not_begun_is_not_in_force(page: Client, alice: Person, story: Case) -> None:
    today, party = timezone.localdate(), Party.objects.get(slug="fortinet")
    for number, begins, ends in (("A", -9, -2), ("B", -9, 2), ("C", 2, 9)):
        days: Any = {"starts_on": today + timedelta(days=begins), "ends_on": today + timedelta(days=ends)}
        create_contract(department=alice.department, party=party, number=number, author=alice.user, **days)
    shown = text_of(page, "/contracts/")
    order = [shown.index(f"{words}</span>") for words in ("ended", "in force", "not in force yet")]
    assert order == sorted(order)


def test_the_contracts_of_others_are_not_shown(charlie: Person, alice: Person, story: Case) -> None:
    create_contract(department=alice.department, party=Party.objects.get(slug="fortinet"), number="FC-SECRET")
    assert "FC-SECRET" not in text_of(charlie.client, "/contracts/")
    assert "FC-SECRET" not in text_of(charlie.client, "/cases/new/")


def test_the_contract_behind_a_shared_case_is_not_shown(charlie: Person, alice: Person, story: Case) -> None:
    boss = make_person("boss@zenrei.test", alice.department, "manager")
    share_case(principal=boss.principal, case=story, department=charlie.department)
    secret: dict[str, Any] = {"portal": "https://secret.example/", "support_level": "Secret level"}
    party = Party.objects.get(slug="fortinet")
    contract = create_contract(department=alice.department, party=party, number="FC-SECRET", **secret)
    words = ("FC-SECRET", *secret.values())
    assert [word in text_of(alice.client, f"/cases/{story.ref}/") for word in words] == [True] * 3
    assert [word in text_of(charlie.client, f"/cases/{story.ref}/") for word in words] == [False] * 3
    contract.shared = True
    contract.save()
    assert "FC-SECRET" in text_of(charlie.client, f"/cases/{story.ref}/")


def test_a_file_is_shown_before_it_is_taken_in(page: Client, alice: Person) -> None:
    file = ContentFile(CSV.encode("cp932"), name="parties.csv")
    shown = page.post("/party-imports/", {"file": file, "department": alice.department.slug}).content.decode()
    assert "What this file would change" in shown
    assert "left out" in shown
    assert not Contract.objects.exists()
    page.post("/party-imports/", {"text": CSV, "department": alice.department.slug, "take_in": "1"})
    assert [contract.number for contract in Contract.objects.all()] == ["A-1"]


def test_a_contact_is_changed_by_its_form_and_the_page_tells_what_was(page: Client, alice: Person, story: Case) -> None:
    one = create_contact(party=Party.objects.get(slug="fortinet"), name="Kim", phone="+81 3", note="Before noon")
    path = f"/contacts/{one.public_id}/"
    assert path in text_of(page, "/contracts/")
    form = initial_of(page, path) | {"phone": "+81 6"}
    assert page.post(path, form).status_code == 302
    one.refresh_from_db()
    assert (one.phone, one.note) == ("+81 6", "Before noon")
    assert "phone: +81 3 → +81 6" in text_of(page, path)
    assert page.post(path, form).status_code == 422  # somebody changed it since the form was opened


def test_a_contract_is_changed_by_its_form_and_keeps_what_was_not_touched(
    page: Client, alice: Person, charlie: Person, bob: Person, story: Case
) -> None:
    more: dict[str, Any] = {"holidays": "", "hours": "10:00-17:00", "zone": "Europe/Berlin", "shared": True}
    party = Party.objects.get(slug="fortinet")
    one = create_contract(
        department=alice.department, party=party, number="FC-1", response_hours={"high": 4}, author=alice.user, **more
    )
    path = f"/contracts/{one.public_id}/"
    assert page.post(path, initial_of(page, path) | {"support_level": "Gold"}).status_code == 302
    one.refresh_from_db()
    assert (one.support_level, one.response_hours, one.holidays, one.opens, one.zone, one.shared) == (
        "Gold", {"high": 4.0}, "", 600, "Europe/Berlin", True,
    )  # fmt: skip
    assert "support_level: – → Gold" in text_of(page, path)
    for other in (bob, charlie):
        shown = text_of(other.client, path)
        assert ("FC-1" in shown, 'name="revision"' in shown) == (True, False)
        assert other.client.post(path, {"number": "FC-2"}).status_code == 403
    assert "→ Gold" not in text_of(charlie.client, path)
    one.shared = False
    one.save()
    assert charlie.client.get(path).status_code == 404


def test_a_contract_is_saved_again_over_what_somebody_else_saved(page: Client, alice: Person, story: Case) -> None:
    party, author = Party.objects.get(slug="fortinet"), alice.user
    one = create_contract(department=alice.department, party=party, number="FC-1", author=author, shared=True)
    path = f"/contracts/{one.public_id}/"
    mine = filled_in(text_of(page, path)) | {"number": "FC-2"}
    change_contract(contract=one, author=author, changes={"shared": False, "ends_on": date(2023, 3, 31)})
    again = filled_in(page.post(path, mine).content.decode())
    assert ("shared" in again, again["ends_on"]) == (False, "2023-03-31")
    assert page.post(path, again).status_code == 302
    one.refresh_from_db()
    assert (one.number, one.shared, one.ends_on) == ("FC-2", False, date(2023, 3, 31))


def test_what_a_file_would_change_is_shown_as_old_and_new(page: Client, alice: Person, story: Case) -> None:
    create_contact(party=Party.objects.get(slug="fortinet"), name="Kim", phone="+81 3")
    text = "party,contact,phone\nFortinet,Kim,+81 6\n"
    shown = page.post("/party-imports/", {"text": text, "department": alice.department.slug}).content.decode()
    assert "phone: +81 3 → +81 6" in shown


def test_a_reader_enters_nothing(bob: Person, story: Case) -> None:
    assert "New contract" not in text_of(bob.client, "/contracts/")
    for path in ("/contracts/new/", "/contacts/new/", "/party-imports/"):
        assert bob.client.get(path).status_code == 403


def test_a_reminder_is_drafted_in_the_language_of_the_contact(page: Client, story: Case, promised: str) -> None:
    path = f"/cases/{story.ref}/promises/{promised}/chaser/"
    assert "To Reseller S," in text_of(page, path)
    create_contact(
        party=Party.objects.get(slug="reseller-s"), name="佐藤", email="sato@reseller.example", language="ja"
    )
    shown = text_of(page, path)
    assert "佐藤 様" in shown
    assert "sato@reseller.example" in shown
    assert "A patch for 7.0.2." in shown
    assert story.mail_subject_token in shown
    assert "Dear 佐藤," in text_of(page, path + "?language=en")
    assert Contact.objects.count() == 1


def test_what_was_sent_is_noted_and_counts_as_a_reminder(page: Client, story: Case, promised: str) -> None:
    case = f"/cases/{story.ref}/"
    assert "no reminder sent" in text_of(page, case)
    page.post(f"{case}promises/{promised}/chaser/", {"reminders": "0"})
    assert "1 reminder sent" in text_of(page, case)
    assert "no reminder sent" not in text_of(page, case)


def test_a_second_click_notes_no_second_reminder(page: Client, story: Case, promised: str) -> None:
    path = f"/cases/{story.ref}/promises/{promised}/chaser/"
    assert 'name="reminders" value="0"' in text_of(page, path)
    before = story.entries.count()
    assert page.post(path, {"reminders": "0"})["Location"] == f"/cases/{story.ref}/#promises"
    again = page.post(path, {"reminders": "0"}, follow=True)
    assert "A reminder was noted since this was drafted." in again.content.decode()
    assert page.post(path).status_code == 302
    assert story.entries.count() == before + 1
    page.post(path, {"reminders": "1"})
    assert story.entries.count() == before + 2


def test_nobody_is_reminded_of_what_came_or_is_not_owed_to_us(
    page: Client, story: Case, alice: Person, promised: str
) -> None:
    reseller, fortinet, ours = (Party.objects.get(slug=slug) for slug in ("reseller-s", "fortinet", "us"))
    at = timezone.now() - timedelta(days=28)

    def promise(due: datetime | None, receiver: Party | None) -> str:
        """Record a promise of the vendor; return its page."""
        entry = add_entry(
            case=story, author=alice.user, kind="promise", happened_at=at, text="x", from_party=fortinet,
            to_party=receiver, due_at=due,
        )  # fmt: skip
        return f"/cases/{story.ref}/promises/{entry.public_id}/chaser/"

    later = promise(timezone.now() + timedelta(days=9), None)
    paths = [promise(None, reseller), later, f"/cases/{story.ref}/promises/{promised}/chaser/"]
    assert [page.get(path).status_code for path in paths] == [404, 409, 200]
    assert paths[0] not in text_of(page, f"/cases/{story.ref}/")
    assert paths[2] in text_of(page, f"/cases/{story.ref}/")
    add_entry(
        case=story, author=alice.user, kind="answer", text="Here.", happened_at=timezone.now(), from_party=reseller,
        to_party=ours,
    )  # fmt: skip
    before = story.entries.count()
    assert page.get(paths[2]).status_code == 409
    assert page.post(paths[2], {"reminders": "0"}).status_code == 409
    assert story.entries.count() == before


def test_there_is_no_draft_for_what_is_no_promise(page: Client, story: Case, bob: Person, promised: str) -> None:
    note = story.entries.filter(kind="note").earliest("pk")
    assert page.get(f"/cases/{story.ref}/promises/{note.public_id}/chaser/").status_code == 404
    assert bob.client.get(f"/cases/{story.ref}/promises/{promised}/chaser/").status_code == 403
