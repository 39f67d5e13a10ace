"""The state of a case is what its timeline ends in, told alike by the case, by its turns and by the lists."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import Case, TimelineEntry
from tickets.queries.standing import standing_of_cases
from tickets.queries.turns import case_turns
from tickets.services.cases import change_case, open_case
from tickets.services.entries import add_entry, correct_entry

DAY = datetime(2023, 5, 2, 3, tzinfo=UTC)  # noon in Tokyo
Told = tuple[str, str, list[str], list[str]]
ASKED: dict[str, Any] = {"kind": "ask", "from_party": "us", "to_party": "fortinet"}


@pytest.fixture
def case(alice: Person) -> Case:
    """A case in which the vendor was asked long ago."""
    vendor = create_party(name="Fortinet", kind="vendor")
    case = open_case(department=alice.department, author=alice.user, title="Spam", kind="defect", parties=[vendor])
    answer = alice.api.post(f"cases/{case.ref}/timeline/", ASKED | {"text": "Why?", "happened_at": "2023-05-01T00:00Z"})
    assert answer.status_code == 201
    return case


def put(alice: Person, case: Case, state: str, *, hours: float, **more: Any) -> TimelineEntry:
    """Tell a state so many hours after the noon of a day."""
    at = DAY + timedelta(hours=hours)
    return add_entry(case=case, author=alice.user, kind="state", happened_at=at, text="So it is.", state=state, **more)


def told(case: Case) -> Told:
    """Return the state by the case and by its turns, who holds it by its page and by the lists."""
    now, stored, turns = timezone.now(), Case.objects.get(pk=case.pk).state, case_turns(case)
    return stored, turns.state, turns.holders, standing_of_cases([case.pk], now=now)[case.pk].holders


PARKED: Told = ("parked", "parked", [], [])
CLOSED: Told = ("closed", "closed", [], [])
OPEN: Told = ("open", "open", ["fortinet"], ["fortinet"])


def test_a_rough_state_stands_where_the_engine_puts_it(alice: Person, case: Case) -> None:
    put(alice, case, "parked", hours=3)
    put(alice, case, "closed", hours=0, precision="day")  # recorded later: it came after the parking
    assert told(case) == CLOSED


def test_what_moves_a_turn_can_move_a_rough_state(alice: Person, case: Case) -> None:
    put(alice, case, "parked", hours=0, precision="week")
    put(alice, case, "open", hours=6, precision="day")
    assert told(case) == OPEN
    entry = put(alice, case, "closed", hours=-6, precision="day")
    correct_entry(entry=entry, author=alice.user, changes={"kind": "note"})
    assert told(case) == OPEN
    exact = alice.api.post(
        f"cases/{case.ref}/timeline/", ASKED | {"text": "And?", "happened_at": (DAY - timedelta(hours=80)).isoformat()}
    )
    assert exact.status_code == 201
    stored, by_turns, page, listed = told(case)
    assert (stored, page) == (by_turns, listed)


def test_a_corrected_state_keeps_its_place(alice: Person, case: Case) -> None:
    first = put(alice, case, "parked", hours=0)
    put(alice, case, "open", hours=0)
    correct_entry(entry=first, author=alice.user, changes={"text": "Waiting for the budget."})
    assert told(case) == OPEN


@pytest.mark.parametrize("precision", ["minute", "day", "week"])
def test_a_state_that_is_dated_ahead_is_refused_with_the_cure(alice: Person, case: Case, precision: str) -> None:
    ahead = {
        "kind": "state",
        "state": "closed",
        "text": "x",
        "happened_at": "2150-01-01T00:00Z",
        "precision": precision,
    }
    answer = alice.api.post(f"cases/{case.ref}/timeline/", ahead | {"precision": precision})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("happened_at", "ahead")
    assert "date it now or before" in error["message"]
    assert told(case) == OPEN


def test_nothing_is_corrected_into_a_state_that_is_dated_ahead(alice: Person, case: Case) -> None:
    ahead = timezone.now() + timedelta(hours=1)
    note = add_entry(case=case, author=alice.user, kind="note", happened_at=ahead, text="Planned.")
    path = f"cases/{case.ref}/timeline/{note.public_id}/"
    assert alice.api.patch(path, {"kind": "state", "state": "closed"}).status_code == 400
    state = put(alice, case, "parked", hours=0)
    path = f"cases/{case.ref}/timeline/{state.public_id}/"
    assert alice.api.patch(path, {"happened_at": ahead.isoformat()}).status_code == 400
    assert told(case) == PARKED


def test_a_state_of_today_counts_at_once(alice: Person, case: Case) -> None:
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    add_entry(
        case=case, author=alice.user, kind="state", happened_at=noon, precision="day", text="x", state="closed"
    )  # fmt: skip
    assert told(case) == CLOSED


def test_a_plan_moves_no_state_once_its_time_comes(alice: Person, case: Case) -> None:
    now = timezone.now()
    add_entry(case=case, author=alice.user, kind="claim", happened_at=now + timedelta(hours=2), text="Planned.")
    rough = now + timedelta(hours=1)
    add_entry(case=case, author=alice.user, kind="state", happened_at=rough, precision="day", text="x", state="closed")
    change_case(case=case, author=alice.user, changes={"state": "open"})
    assert Case.objects.get(pk=case.pk).state == "open"
    assert case_turns(case, now=now + timedelta(hours=3)).state == "open"


def test_the_state_does_not_wander_with_later_entries(alice: Person, case: Case) -> None:
    change_case(case=case, author=alice.user, changes={"state": "parked"})
    begin = case_turns(case).pauses[0].begin
    add_entry(case=case, author=alice.user, kind="note", happened_at=timezone.now(), text="x")
    assert case_turns(case).pauses[0].begin == begin


def test_another_text_alone_keeps_a_case_closed(alice: Person, case: Case) -> None:
    change_case(case=case, author=alice.user, changes={"state": "closed"})
    entry = case.entries.get(kind="state")
    path = f"cases/{case.ref}/timeline/{entry.public_id}/"
    answer = alice.api.patch(path, {"text": "state: open → closed (the vendor shipped 7.0.3)"})
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    assert told(case) == CLOSED


def test_the_word_of_another_state_is_another_state(alice: Person, case: Case) -> None:
    entry = put(alice, case, "closed", hours=0)
    correct_entry(entry=entry, author=alice.user, changes={"text": "Parked"})
    assert told(case) == PARKED


def test_a_state_of_another_kind_is_none(alice: Person, case: Case) -> None:
    entry = put(alice, case, "closed", hours=0)
    correct_entry(entry=entry, author=alice.user, changes={"kind": "note", "text": "About to be closed."})
    assert told(case) == OPEN


def test_states_of_before_are_made_what_the_timelines_end_in(
    alice: Person, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    rough = open_case(department=alice.department, author=alice.user, title="Rough", kind="defect")
    put(alice, rough, "parked", hours=3)
    put(alice, rough, "closed", hours=0, precision="day")
    right = open_case(department=alice.department, author=alice.user, title="Right", kind="defect")
    change_case(case=right, author=alice.user, changes={"state": "solved"})
    Case.objects.filter(pk=rough.pk).update(state="parked")  # as the latest time had it
    Case.objects.filter(pk=case.pk).update(state="closed")  # past the product
    with connection.schema_editor() as editor, monkeypatch.context() as changed:
        changed.delattr("tickets.turns.whose_turn.in_order")  # whatever becomes of the engine
        import_module("tickets.migrations.0026_case_states_are_told").settle(apps, editor)
    assert [Case.objects.get(pk=one.pk).state for one in (rough, right, case)] == ["closed", "solved", "open"]
    assert told(case) == OPEN
