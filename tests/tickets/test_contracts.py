"""Contacts and contracts: by hand, over the API, out of CSV; and what a contract says of a due time."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from accounts.services.departments import set_membership
from common.errors import Invalid
from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tests.tickets.imports import imported
from tickets.models import Case
from tickets.queries.contracts import contracts_in_force
from tickets.queries.standing import standing_of_cases
from tickets.queries.turns import case_turns
from tickets.services.cases import open_case
from tickets.services.contracts import create_contract
from tickets.services.entries import add_entry

TOLD = datetime(2023, 5, 2, 8, tzinfo=UTC)  # a Tuesday, 17 in Tokyo; three holidays and a weekend follow


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
    create_contract(department=charlie.department, party=vendor, number="2", response_hours={"any": 4}, shared=True)
    assert due(case)[1] == "contract"


def test_a_contract_of_another_department_is_not_seen(vendor: Party, alice: Person, charlie: Person) -> None:
    assert alice.api.post("contracts/", {"party": vendor.slug, "number": "S-1"}).status_code == 201
    assert charlie.api.get("contracts/").json()["count"] == 0
    create_contract(department=alice.department, party=vendor, number="S-2", shared=True)
    assert [row["number"] for row in charlie.api.get("contracts/").json()["results"]] == ["S-2"]


def test_a_contact_is_recorded_as_the_contract_of_the_api_says(vendor: Party, alice: Person, bob: Person) -> None:
    body = {"party": vendor.slug, "name": "Support", "email": "support@vendor.example"}
    told = alice.api.post("contacts/", body)
    assert (told.status_code, told.json()["language"]) == (201, "en")
    assert bob.api.post("contacts/", body).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": "9-18"}, "hours"),
        ({"hours": "18:00-09:00"}, "hours"),
        ({"holidays": "Atlantis"}, "holidays"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"portal": "ftp://portal.example"}, "portal"),
        ({"portal": "https://["}, "portal"),
        ({"response_hours": {"soon": 4}}, "response_hours"),
        ({"response_hours": {"any": True}}, "response_hours"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
        ({"starts_on": "2024-01-02", "ends_on": "2024-01-01"}, "ends_on"),
        ({"party": "us"}, "party"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(
    vendor: Party, alice: Person, changes: dict[str, Any], field: str
) -> None:
    answer = alice.api.post("contracts/", {"party": vendor.slug, "number": "1"} | changes)
    assert answer.status_code == 400
    assert field in {error["field"].partition(".")[0] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"portal": "https://["}, "portal"),
        ({"starts_on": date(1, 1, 1)}, "starts_on"),
        ({"ends_on": date(9999, 12, 31)}, "ends_on"),
    ],
)
def test_a_page_and_a_file_are_held_to_the_same(
    vendor: Party, alice: Person, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_contract(department=alice.department, party=vendor, number="1", **values)
    assert list(refused.value.fields) == [field]
    (row,) = imported(alice, f"party,contract,{field}\nFortinet,1,{values[field]}\n")
    assert (row["column"], row["told"]) == (field, {})


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_contract_is_in_force_by_its_own_day_wherever_the_reader_is(vendor: Party, alice: Person, zone: str) -> None:
    body = {"party": vendor.slug, "number": "1", "starts_on": "2026-01-01", "response_hours": {"any": 1}}
    assert alice.api.post("contracts/", body | {"zone": "Asia/Tokyo"}).status_code == 201
    begun = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)  # half past midnight of the first day in Tokyo
    case = open_case(
        department=alice.department,
        author=alice.user,
        title="At last",
        kind="defect",
        parties=[vendor],
        opened_at=begun,
    )
    add_entry(case=case, author=alice.user, kind="ask", happened_at=begun, text="Why?", to_party=vendor)
    with timezone.override(zone):
        assert due(case)[1] == "contract"
        ((_, standing),) = standing_of_cases([case.pk]).items()
        assert [leg.due.source for leg in standing.held if leg.due] == ["contract"]


def test_a_contract_that_ended_yesterday_in_its_zone_is_not_offered(
    vendor: Party, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, zone in (("over", "Asia/Tokyo"), ("runs", "America/New_York")):
        body = {"party": vendor.slug, "number": number, "zone": zone, "ends_on": "2025-12-31"}
        assert alice.api.post("contracts/", body).status_code == 201
    now = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)
    monkeypatch.setattr("tickets.queries.contracts.timezone.now", lambda: now)
    assert [one.number for one in contracts_in_force(alice.principal, 20)] == ["runs"]


def test_a_contract_is_not_told_again_to_who_left_the_department(vendor: Party, alice: Person, charlie: Person) -> None:
    set_membership(user=alice.user, department=charlie.department, role=Role.OPERATOR)
    requests = [
        ("contracts/", {"party": vendor.slug, "number": "S-1", "department": alice.department.slug}),
        ("party-imports/", {"csv": "party,contract\nFortinet,S-2\n", "department": alice.department.slug}),
    ]
    first = [alice.api.post(path, body, Idempotency_Key="again").status_code for path, body in requests]
    alice.user.memberships.filter(department=alice.department).delete()
    replayed = [alice.api.post(path, body, Idempotency_Key="again") for path, body in requests]
    assert first == [201, 200]
    assert [answer.status_code for answer in replayed] == [404, 400]
    assert "S-" not in "".join(answer.content.decode() for answer in replayed)
