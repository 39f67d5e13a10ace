"""Whose turn it is, over the API: the shape of contracts.md, the story told entry by entry, states and corrections."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import Case
from tickets.services.cases import change_case, open_case


@pytest.fixture
def case(alice: Person) -> Case:
    """A case with a vendor and a reseller in it."""
    vendor, reseller = create_party(name="Fortinet", kind="vendor"), create_party(name="Reseller S", kind="reseller")
    return open_case(
        department=alice.department, author=alice.user, title="Spam", kind="defect", parties=[reseller, vendor]
    )


def tell(alice: Person, case: Case, day: str, kind: str, **more: Any) -> str:
    """Record an entry of a day at nine in Tokyo; return its id."""
    body = {"kind": kind, "happened_at": f"{day}T09:00:00+09:00", "text": more.pop("text", kind), **more}
    answer = alice.api.post(f"cases/{case.ref}/timeline/", body)
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["id"])


def turns(alice: Person, case: Case) -> dict[str, Any]:
    """Return what the API says."""
    answer = alice.api.get(f"cases/{case.ref}/turns/")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def test_the_shape_is_the_one_of_the_contract(alice: Person, case: Case) -> None:
    asked = tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="reseller-s")
    back = tell(alice, case, "2023-05-03", "answer", from_party="reseller-s", to_party="us")
    (leg,) = turns(alice, case)["legs"]
    assert (leg["party"], leg["with"]) == ("reseller-s", "us")
    assert leg["intervals"] == [
        {"holder": "reseller-s", "from": "2023-05-01T00:00:00Z", "to": "2023-05-03T00:00:00Z", "entry": asked},
        {"holder": "us", "from": "2023-05-03T00:00:00Z", "to": None, "entry": back},
    ]
    assert leg["days"]["reseller-s"] == 2.0
    since = timezone.now() - datetime.fromisoformat("2023-05-03T00:00:00+00:00")
    assert leg["days"]["us"] == pytest.approx(since / timedelta(days=1), abs=0.01)


def test_a_reseller_and_a_vendor_hold_at_once(alice: Person, case: Case) -> None:
    tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="fortinet")
    tell(alice, case, "2023-05-02", "ask", from_party="us", to_party="reseller-s")
    assert turns(alice, case)["holders"] == ["reseller-s", "fortinet"]


def test_a_correction_corrects_what_follows(alice: Person, case: Case) -> None:
    tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="fortinet")
    answer = tell(alice, case, "2023-05-09", "answer", from_party="fortinet", to_party="us")
    tell(alice, case, "2023-05-11", "state", text="closed")
    assert turns(alice, case)["legs"][0]["days"] == {"fortinet": 8.0, "us": 2.0}
    changes = {"happened_at": "2023-05-02T09:00:00+09:00"}
    assert alice.api.patch(f"cases/{case.ref}/timeline/{answer}/", changes).status_code == 200
    assert turns(alice, case)["legs"][0]["days"] == {"fortinet": 1.0, "us": 9.0}


def test_closing_a_case_ends_all_turns(alice: Person, case: Case) -> None:
    tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="fortinet")
    alice.api.patch(f"cases/{case.ref}/", {"state": "closed"})
    told = turns(alice, case)
    assert (told["holders"], told["state"]) == ([], "closed")
    assert told["legs"][0]["intervals"][0]["to"] is not None
    assert [pause["state"] for pause in told["pauses"]] == ["closed"]


def test_the_end_of_a_case_can_be_told_later(alice: Person, case: Case) -> None:
    tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="fortinet")
    ended = tell(alice, case, "2023-05-04", "state", state="closed", text="We buy elsewhere.")
    assert turns(alice, case)["legs"][0]["days"]["fortinet"] == 3.0
    assert alice.api.get(f"cases/{case.ref}/").json()["state"] == "closed"
    assert alice.api.get(f"cases/{case.ref}/timeline/{ended}/").json()["state"] == "closed"


def test_an_older_state_does_not_undo_a_newer_one(alice: Person, case: Case) -> None:
    tell(alice, case, "2023-05-04", "state", text="solved")
    tell(alice, case, "2023-05-02", "state", text="parked")
    assert alice.api.get(f"cases/{case.ref}/").json()["state"] == "solved"


def test_a_state_that_was_corrected_away_is_gone(alice: Person, case: Case) -> None:
    ended = tell(alice, case, "2023-05-04", "state", text="closed")
    alice.api.patch(f"cases/{case.ref}/timeline/{ended}/", {"kind": "note", "text": "About to be closed."})
    assert alice.api.get(f"cases/{case.ref}/").json()["state"] == "open"


def test_a_correction_of_the_time_keeps_the_state(alice: Person, case: Case) -> None:
    ended = tell(alice, case, "2023-05-04", "state", text="Done.", state="closed")
    alice.api.patch(f"cases/{case.ref}/timeline/{ended}/", {"happened_at": "2023-05-03T09:00:00+09:00"})
    told = turns(alice, case)
    assert [(pause["state"], pause["from"]) for pause in told["pauses"]] == [("closed", "2023-05-03T00:00:00Z")]


def test_only_a_state_entry_has_a_state(alice: Person, case: Case) -> None:
    answer = alice.api.post(f"cases/{case.ref}/timeline/", {"kind": "note", "text": "x", "state": "closed"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["state"]


def test_parking_stops_the_clock(alice: Person, case: Case) -> None:
    tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="fortinet")
    change_case(case=case, author=alice.user, changes={"state": "parked"})
    assert turns(alice, case)["holders"] == []
    change_case(case=case, author=alice.user, changes={"state": "open"})
    assert turns(alice, case)["holders"] == ["fortinet"]


def test_promises_say_when_they_are_due_and_why(alice: Person, case: Case) -> None:
    dated = tell(
        alice, case, "2023-05-01", "promise", from_party="fortinet", to_party="us", due_at="2023-05-05T18:00:00+09:00"
    )
    tell(alice, case, "2023-05-01", "promise", from_party="reseller-s", to_party="us")
    tell(alice, case, "2023-05-03", "call", from_party="us", to_party="reseller-s")
    tell(alice, case, "2023-05-04", "answer", from_party="fortinet", to_party="us")
    first, second = turns(alice, case)["promises"]
    assert (first["entry"], first["party"], first["state"], first["reminders"]) == (dated, "fortinet", "kept", 0)
    assert (first["due_at"], first["due_source"]) == ("2023-05-05T09:00:00Z", "entry")
    assert (second["due_at"], second["due_source"]) == ("2023-05-08T00:00:00Z", "default")
    assert (second["state"], second["reminders"]) == ("broken", 1)


def test_who_may_not_see_the_case_learns_nothing(charlie: Person, case: Case) -> None:
    assert charlie.api.get(f"cases/{case.ref}/turns/").status_code == 404


def test_more_entries_are_no_more_to_ask(alice: Person, case: Case) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            turns(alice, case)
        return len(asked)

    tell(alice, case, "2023-05-01", "ask", from_party="us", to_party="fortinet")
    turns(alice, case)
    few = cost()
    for number in range(2, 12):
        tell(alice, case, f"2023-05-{number:02}", "promise", from_party="fortinet", to_party="us")
    assert cost() == few
