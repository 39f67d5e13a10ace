"""Changing contacts and contracts: what is known is not recorded twice, what was is kept, and others change nothing."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from kb.models import Party
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person
from tickets.models import ContactEvent, Contract, ContractEvent


@pytest.fixture
def vendor(db: None) -> Party:
    """A vendor."""
    return create_party(name="Fortinet", kind="vendor")


CONTACT = {"party": "fortinet", "name": "Sato", "email": "s@x.example", "phone": "+81 3", "note": "Call before noon"}
CONTRACT = {"party": "fortinet", "number": "S-1", "support_level": "24x7", "response_hours": {"high": 4.0}}


def recorded(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Record something over the API."""
    answer = person.api.post(path, body)
    assert answer.status_code == 201, answer.json()
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("path", "body", "again"),
    [
        ("contacts/", CONTACT, {"party": "fortinet", "name": "sato", "email": "S@X.example"}),
        ("contracts/", CONTRACT, {"party": "fortinet", "number": "S-1"}),
    ],
)
def test_what_is_known_is_named_and_nothing_of_it_is_reset(
    alice: Person, vendor: Party, path: str, body: dict[str, Any], again: dict[str, Any]
) -> None:
    first = recorded(alice, path, body)
    answer = alice.api.post(path, again)
    assert answer.status_code == 409
    assert f"{path}{first['id']}/" in answer.json()["detail"]
    assert alice.api.get(path).json()["results"] == [first]


def test_a_number_is_recorded_once_for_each_product(alice: Person, vendor: Party) -> None:
    create_product(name="FortiMail", vendor=vendor)
    for product in (None, "fortimail"):
        body = CONTRACT | {"product": product}
        recorded(alice, "contracts/", body)
        assert alice.api.post("contracts/", body).status_code == 409
    of_all = Contract.objects.get(product=None)
    assert alice.api.patch(f"contracts/{of_all.public_id}/", {"product": "fortimail"}).status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "change", "changes"),
    [
        ("contacts/", CONTACT, {"phone": "+81 6"}, {"phone": {"old": "+81 3", "new": "+81 6"}}),
        (
            "contracts/",
            CONTRACT,
            {"ends_on": "2027-01-01", "hours": "10:00-17:00"},
            {"ends_on": {"old": None, "new": "2027-01-01"}, "hours": {"old": "09:00-18:00", "new": "10:00-17:00"}},
        ),
    ],
)
@pytest.mark.usefixtures("vendor")
def test_a_change_changes_what_it_names_and_stands_in_the_history(
    alice: Person, path: str, body: dict[str, Any], change: dict[str, Any], changes: dict[str, Any]
) -> None:
    first = recorded(alice, path, body)
    one = f"{path}{first['id']}/"
    seen = alice.api.get(one).headers["ETag"]
    told = alice.api.patch(one, change, {"If-Match": seen})
    assert told.status_code == 200
    history = told.json().pop("history")
    assert {name: value for name, value in told.json().items() if name != "history"} == first | change
    assert [(event["kind"], event["by"], event["changes"]) for event in history] == [
        ("changed", "Alice", changes), ("recorded", "Alice", {}),
    ]  # fmt: skip
    assert alice.api.patch(one, change).json()["history"] == history  # nothing changed, nothing happened
    assert alice.api.patch(one, change, {"If-Match": seen}).status_code == 412


@pytest.mark.parametrize(
    "change",
    [{"portal": "https://["}, {"ends_on": "2019-12-31"}, {"zone": "Mars/Base"}, {"response_hours": {"any": True}}],
)
def test_a_change_is_held_to_what_a_new_contract_is(alice: Person, vendor: Party, change: dict[str, Any]) -> None:
    first = recorded(alice, "contracts/", CONTRACT | {"starts_on": "2020-01-01"})
    assert alice.api.patch(f"contracts/{first['id']}/", change).status_code == 400
    assert alice.api.get("contracts/").json()["results"] == [first]


def test_a_contract_is_changed_by_its_department_alone(
    alice: Person, bob: Person, charlie: Person, vendor: Party
) -> None:
    first = recorded(alice, "contracts/", CONTRACT)
    one, change = f"contracts/{first['id']}/", {"support_level": "None"}
    assert [who.api.patch(one, change).status_code for who in (bob, charlie)] == [403, 404]
    assert alice.api.patch(one, {"shared": True}).status_code == 200
    assert charlie.api.patch(one, change).status_code == 403
    assert charlie.api.get(one).json()["history"] is None
    assert Contract.objects.get().support_level == "24x7"


def test_a_contact_is_changed_by_every_operator_and_by_no_reader(
    alice: Person, bob: Person, charlie: Person, vendor: Party
) -> None:
    first = recorded(alice, "contacts/", CONTACT)
    one = f"contacts/{first['id']}/"
    assert bob.api.patch(one, {"phone": "1"}).status_code == 403
    assert charlie.api.patch(one, {"phone": "1"}).json()["history"][0]["by"] == "Charlie"


@pytest.mark.parametrize("model", [ContactEvent, ContractEvent])
def test_events_are_neither_changed_nor_deleted(alice: Person, vendor: Party, model: Any) -> None:
    recorded(alice, "contacts/", CONTACT)
    recorded(alice, "contracts/", CONTRACT)
    event, table = model.objects.get(), model._meta.db_table
    connection.check_constraints()  # what waits for the end of the transaction keeps a table from being emptied
    for refused in (
        lambda: model.objects.update(detail={}),
        event.delete,
        lambda: connection.cursor().execute(f"TRUNCATE {table}"),
    ):
        with pytest.raises(DatabaseError, match="its rows are history"), transaction.atomic():
            refused()
    assert model.objects.count() == 1
