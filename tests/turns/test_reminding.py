"""Of what somebody is reminded, and when the managers are told."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tickets.turns.business_time import Calendar
from tickets.turns.due import AllTerms, Terms
from tickets.turns.entry import Entry
from tickets.turns.reminding import Clock, ToDo, reminders_of
from tickets.turns.standing import standing_of

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = dt.datetime(2024, 6, 3, 9, tzinfo=TOKYO)
A_DAY = dt.timedelta(days=1)
Told = list[tuple[str, str, str | None]]


def told(entries: list[Entry], days: float, *to_do: ToDo) -> Told:
    """Return of what there is to remind so many days after the Monday."""
    now = MONDAY + days * A_DAY
    standing = standing_of(entries, now=now, terms=AllTerms(Terms(Calendar("Asia/Tokyo"))))
    return [
        (one.kind, one.level, one.entry or str(one.task)) for one in reminders_of(standing, to_do, Clock(now, TOKYO, 7))
    ]


def said(key: str, kind: str, sender: str, receiver: str, *, day: float = 0, due: float | None = None) -> Entry:
    """Return an entry of a day after the Monday."""
    at, due_at = MONDAY + day * A_DAY, MONDAY + due * A_DAY if due is not None else None
    return Entry(key, int(key[1:]), kind, at, at, sender, receiver, due_at)


PROMISED = [said("e1", "promise", "vendor", "us", due=3)]


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (1.5, []),
        (2, [("promise_soon", "reminder", "e1")]),
        (2.9, [("promise_soon", "reminder", "e1")]),
        (3.1, [("promise_overdue", "reminder", "e1")]),
        (9.5, [("promise_overdue", "reminder", "e1")]),
        (10.1, [("promise_overdue", "reminder", "e1"), ("promise_overdue", "escalation", "e1")]),
    ],
)
def test_a_promise_is_told_of_the_day_before_then_overdue_then_to_the_managers(days: float, wanted: Told) -> None:
    assert told(PROMISED, days) == wanted


def test_what_is_kept_reminds_of_nothing() -> None:
    assert told([*PROMISED, said("e2", "answer", "vendor", "us", day=1)], 20) == []


def test_what_was_promised_for_the_same_day_is_known() -> None:
    assert told([said("e1", "promise", "vendor", "us", due=0.3)], 0.1) == []


def test_an_ask_is_overdue_by_its_own_day_or_by_default() -> None:
    assert told([said("e1", "ask", "us", "vendor")], 6.9) == []
    assert told([said("e1", "ask", "us", "vendor")], 7.1) == [("turn_overdue", "reminder", "e1")]
    assert told([said("e1", "ask", "vendor", "us", due=1)], 1.1) == [("turn_overdue", "reminder", "e1")]


def test_a_promise_and_its_turn_are_one_reminder_but_a_newer_ask_is_another() -> None:
    asked = said("e2", "ask", "us", "vendor", day=1, due=2)
    assert told([*PROMISED, asked], 3.5) == [("promise_overdue", "reminder", "e1"), ("turn_overdue", "reminder", "e1")]


def test_nothing_is_told_while_a_case_is_parked() -> None:
    parked = Entry("e2", 2, "state", MONDAY + A_DAY, MONDAY, state="parked")
    assert told([*PROMISED, parked], 20, ToDo(1, "task", MONDAY.date())) == [
        ("task_due", "reminder", "1"),
        ("task_due", "escalation", "1"),
    ]  # what we set ourselves has its day, whoever has the turn


def test_a_day_to_look_again_comes_at_its_midnight_here() -> None:
    to_do = ToDo(4, "follow_up", MONDAY.date() + 2 * A_DAY)
    assert told([], 1.6, to_do) == []
    assert told([], 1.7, to_do) == [("follow_up", "reminder", "4")]
