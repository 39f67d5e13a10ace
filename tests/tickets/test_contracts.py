"""Contacts and contracts: by hand, over the API, out of CSV; and what a contract says of a due time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import Case, Contact, Contract
from tickets.queries.turns import case_turns
from tickets.services.cases import open_case
from tickets.services.contracts import create_contract
from tickets.services.entries import add_entry

TOLD = datetime(2023, 5, 2, 8, tzinfo=UTC)  # a Tuesday, 17 in Tokyo; three holidays and a weekend follow
FILE = """party,kind,contact,email,language,contract,response_high,response_any,starts_on
Reseller S,reseller,佐藤,sato@reseller.example,ja,S-1,4,24,2020-04-01
Fortinet,vendor,Support,,en,,,,
"""


@pytest.fixture
def vendor(db: None) -> Party:
    """A vendor."""
    return create_party(name="Fortinet", kind="vendor")


@pytest.fixture
def case(alice: Person, vendor: Party) -> Case:
    """A case of the severity high in which the vendor is asked."""
    case = open_case(
        department=alice.department, author=alice.user, title="Spam", kind="defect", severity="high",
        parties=[vendor], opened_at=TOLD,
    )  # fmt: skip
    add_entry(case=case, author=alice.user, kind="ask", happened_at=TOLD, text="Why?", to_party=vendor)
    return case


def due(case: Case) -> tuple[str, str]:
    """Return until when the vendor owes an answer, and by what."""
    (leg,) = case_turns(case).legs
    assert leg.due is not None
    return leg.due.at.isoformat(), leg.due.source


def test_a_contract_says_until_when_an_answer_is_owed(case: Case, vendor: Party, alice: Person) -> None:
    assert due(case) == ("2023-05-09T08:00:00+00:00", "default")
    create_contract(department=alice.department, party=vendor, number="1", response_hours={"high": 4, "any": 40})
    assert due(case) == ("2023-05-08T03:00:00+00:00", "contract")  # an hour on Tuesday, three on the next Monday


def test_a_contract_around_the_clock_counts_all_hours(case: Case, vendor: Party, alice: Person) -> None:
    create_contract(
        department=alice.department, party=vendor, number="1", response_hours={"any": 4}, clock="calendar"
    )  # fmt: skip
    assert due(case) == ("2023-05-02T12:00:00+00:00", "contract")


@pytest.mark.parametrize("changes", [{"starts_on": "2023-06-01"}, {"ends_on": "2023-05-01"}])
def test_a_contract_that_is_not_in_force_says_nothing(
    case: Case, vendor: Party, alice: Person, changes: dict[str, Any]
) -> None:
    body = {"party": vendor.slug, "number": "1", "response_hours": {"any": 4}, **changes}
    assert alice.api.post("contracts/", body).status_code == 201
    assert due(case)[1] == "default"


def test_the_contract_of_another_department_counts_only_where_it_is_shared(
    case: Case, vendor: Party, charlie: Person
) -> None:
    create_contract(department=charlie.department, party=vendor, number="1", response_hours={"any": 4})
    assert due(case)[1] == "default"
    create_contract(department=charlie.department, party=vendor, number="1", response_hours={"any": 4}, shared=True)
    assert due(case)[1] == "contract"


def test_a_contract_of_another_department_is_not_seen(vendor: Party, alice: Person, charlie: Person) -> None:
    assert alice.api.post("contracts/", {"party": vendor.slug, "number": "S-1"}).status_code == 201
    assert charlie.api.get("contracts/").json()["count"] == 0
    create_contract(department=alice.department, party=vendor, number="S-1", shared=True)
    assert [row["number"] for row in charlie.api.get("contracts/").json()["results"]] == ["S-1"]


def test_a_contact_is_recorded_as_the_contract_of_the_api_says(vendor: Party, alice: Person, bob: Person) -> None:
    body = {"party": vendor.slug, "name": "Support", "email": "support@vendor.example"}
    told = alice.api.post("contacts/", body)
    assert (told.status_code, told.json()["language"]) == (201, "en")
    assert alice.api.post("contacts/", body).json()["id"] == told.json()["id"]
    assert bob.api.post("contacts/", body).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": "9-18"}, "hours"),
        ({"hours": "18:00-09:00"}, "hours"),
        ({"holidays": "Atlantis"}, "holidays"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"portal": "ftp://portal.example"}, "portal"),
        ({"response_hours": {"soon": 4}}, "response_hours"),
        ({"starts_on": "2024-01-02", "ends_on": "2024-01-01"}, "ends_on"),
        ({"party": "us"}, "party"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(
    vendor: Party, alice: Person, changes: dict[str, Any], field: str
) -> None:
    answer = alice.api.post("contracts/", {"party": vendor.slug, "number": "1"} | changes)
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def imported(alice: Person, text: str, **more: Any) -> list[dict[str, Any]]:
    """Import a file and return what became of its rows."""
    answer = alice.api.post("party-imports/", {"csv": text, **more})
    assert answer.status_code == 200, answer.json()
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def test_a_dry_run_says_what_would_be_and_changes_nothing(alice: Person, vendor: Party) -> None:
    rows = imported(alice, FILE, dry_run=True)
    assert [row["told"] for row in rows] == [
        {"party": "new", "contact": "new", "contract": "new"},
        {"party": "same", "contact": "new"},
    ]
    assert (Party.objects.filter(slug="reseller-s").exists(), Contact.objects.count()) == (False, 0)


def test_twice_is_the_same_as_once(alice: Person) -> None:
    imported(alice, FILE)
    assert {word for row in imported(alice, FILE) for word in row["told"].values()} == {"same"}
    contract = Contract.objects.get()
    assert (contract.number, contract.response_hours) == ("S-1", {"any": 24.0, "high": 4.0})
    assert Contact.objects.get(name="佐藤").language == "ja"
    changed = imported(alice, FILE.replace(",4,24,", ",8,24,"))
    assert changed[0]["told"]["contract"] == "changed"


def test_a_wrong_row_is_told_with_its_place_and_the_rest_goes_in(alice: Person) -> None:
    rows = imported(alice, "party,kind,contact,email\nA,vendor,Kim,nowhere\nB,friend,,\nC,vendor,Lee,lee@c.example\n")
    assert [(row["line"], row["column"]) for row in rows] == [(2, "email"), (3, "kind"), (4, "")]
    assert sorted(Party.objects.exclude(slug="us").values_list("name", flat=True)) == ["C"]


@pytest.mark.parametrize("text", ["", "name\nA\n", "party,colour\nA,red\n", 'party,kind\n"A,vendor\n', "party\nA,b\n"])
def test_what_is_no_such_table_is_refused_as_a_whole(alice: Person, text: str) -> None:
    assert alice.api.post("party-imports/", {"csv": text}).status_code == 400


def test_the_apostrophe_of_an_export_is_taken_off(alice: Person) -> None:
    imported(alice, "party,kind\n'+81 Networks,vendor\n")
    assert Party.objects.filter(name="+81 Networks").exists()
