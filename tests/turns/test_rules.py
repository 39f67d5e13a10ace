"""The rules of `docs/whose-turn.md`, one by one, on cases that one can follow."""

import datetime as dt
from typing import Any

import pytest

from tickets.turns.business_time import Calendar
from tickets.turns.due import AllTerms, Due, Terms
from tickets.turns.entry import Entry
from tickets.turns.report import Turns, turns_of

TOKYO = Calendar("Asia/Tokyo", holidays={dt.date(2023, 5, 3), dt.date(2023, 5, 4), dt.date(2023, 5, 5)})
TERMS = AllTerms(default=Terms(TOKYO))


def day(number: float) -> dt.datetime:
    """Return a time so many days after the beginning of May 2023, a Monday."""
    return dt.datetime(2023, 5, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


def told(*rows: dict[str, Any]) -> list[Entry]:
    """Return entries in the order of recording: of each row kind, day, from, to and what else differs."""
    return [
        Entry(
            id=str(order),
            order=order,
            kind=row["kind"],
            happened_at=day(row["on"]),
            recorded_at=day(row["on"]),
            from_party=row.get("by"),
            to_party=row.get("to"),
            **{key: value for key, value in row.items() if key not in {"kind", "on", "by", "to"}},
        )
        for order, row in enumerate(rows)
    ]


def asked(on: float, by: str | None, to: str | None, **more: Any) -> dict[str, Any]:
    """Return an ask."""
    return {"kind": "ask", "on": on, "by": by, "to": to, **more}


def answered(on: float, by: str | None, to: str | None, **more: Any) -> dict[str, Any]:
    """Return an answer."""
    return {"kind": "answer", "on": on, "by": by, "to": to, **more}


def of(*rows: dict[str, Any], now: float = 10, terms: AllTerms = TERMS, parties: tuple[str, ...] = ()) -> Turns:
    """Return what the engine says of a timeline."""
    return turns_of(told(*rows), now=day(now), terms=terms, parties=parties)


def test_whoever_is_asked_has_the_turn() -> None:
    turns = of(asked(1, "us", "reseller"))
    assert turns.holders == ["reseller"]
    assert turns.days == {"reseller": 9.0, "us": 0.0}


def test_the_reseller_who_asks_for_logs_puts_it_to_us() -> None:
    turns = of(asked(1, "us", "reseller"), asked(3, "reseller", "us"))
    assert turns.holders == ["us"]
    assert turns.days == {"reseller": 2.0, "us": 7.0}


def test_an_answer_gives_it_back() -> None:
    turns = of(asked(1, "us", "reseller"), asked(3, "reseller", "us"), answered(4.5, "us", "reseller"))
    assert turns.holders == ["reseller"]
    assert turns.days == {"reseller": 7.5, "us": 1.5}


def test_two_legs_have_two_holders() -> None:
    turns = of(asked(1, "us", "reseller"), asked(2, "us", "vendor"), parties=("vendor", "reseller"))
    assert turns.holders == ["vendor", "reseller"]


def test_a_reseller_that_asks_the_vendor_still_owes_us_the_answer() -> None:
    turns = of(asked(1, "us", "reseller"), asked(2, "reseller", "vendor"))
    assert turns.holders == ["reseller", "vendor"]
    back = answered(3, "vendor", "reseller")
    assert of(asked(1, "us", "reseller"), asked(2, "reseller", "vendor"), back).holders == ["reseller"]


def test_a_promise_leaves_the_turn_with_who_promised() -> None:
    assert of({"kind": "promise", "on": 1, "by": "reseller", "to": "us"}).holders == ["reseller"]
    assert of(asked(1, "reseller", "us"), {"kind": "promise", "on": 2, "by": "us", "to": "reseller"}).holders == ["us"]


@pytest.mark.parametrize("kind", ["message", "call", "note", "change", "evidence", "finding"])
def test_what_is_no_ask_and_no_answer_changes_nothing(kind: str) -> None:
    turns = of(asked(1, "us", "vendor"), {"kind": kind, "on": 2, "by": "vendor", "to": "us"})
    assert turns.holders == ["vendor"]


def test_a_claim_answers_only_where_something_was_asked() -> None:
    claim = {"kind": "claim", "on": 3, "by": "vendor", "to": "us"}
    assert of(asked(1, "us", "vendor"), claim).holders == ["us"]
    assert of(asked(1, "vendor", "us"), claim).holders == ["us"]
    assert of(claim).holders == []


def test_what_the_product_wrote_moves_no_turn() -> None:
    assert of(asked(1, "us", "vendor", machine=True)).legs == ()


def test_a_closed_case_is_nobodys_turn() -> None:
    turns = of(asked(1, "us", "vendor"), {"kind": "state", "on": 4, "state": "closed"})
    assert (turns.holders, turns.days["vendor"], turns.state) == ([], 3.0, "closed")


def test_a_case_that_is_opened_again_begins_anew() -> None:
    closed, opened = {"kind": "state", "on": 4, "state": "closed"}, {"kind": "state", "on": 6, "state": "open"}
    assert of(asked(1, "us", "vendor"), closed, opened).holders == []
    again = of(asked(1, "us", "vendor"), closed, asked(5, "us", "vendor"), opened)
    assert (again.holders, again.days["vendor"]) == (["vendor"], 3.0 + 4.0)


def test_a_parked_case_stops_the_clocks_and_keeps_the_holder() -> None:
    turns = of(
        asked(1, "us", "vendor"),
        {"kind": "state", "on": 2, "state": "parked"},
        {"kind": "state", "on": 7, "state": "open"},
    )
    assert (turns.holders, turns.days["vendor"]) == (["vendor"], 1.0 + 3.0)
    (pause,) = turns.pauses
    assert (pause.state, pause.begin, pause.end) == ("parked", day(2), day(7))
    assert [one.entry for one in turns.legs[0].intervals] == ["0", "2"]


def test_entries_of_one_time_count_as_they_were_recorded() -> None:
    assert of(asked(1, "us", "vendor"), answered(1, "vendor", "us")).holders == ["us"]
    assert of(answered(1, "vendor", "us"), asked(1, "us", "vendor")).holders == ["vendor"]


def test_what_is_recorded_late_counts_from_when_it_happened() -> None:
    turns = of(asked(1, "us", "vendor"), answered(8, "vendor", "us"), asked(3, "vendor", "us"))
    assert turns.days == {"vendor": 2.0, "us": 7.0}


def test_what_has_no_time_counts_from_its_recording() -> None:
    entry = Entry("a", 0, "ask", None, day(4), "us", "vendor")
    assert turns_of([entry], now=day(10), terms=TERMS).days["vendor"] == 6.0


def test_what_lies_ahead_waits() -> None:
    assert of(asked(1, "us", "vendor"), answered(11, "vendor", "us")).holders == ["vendor"]


def test_an_answer_of_a_day_counts_behind_the_ask_that_was_noted_before_it() -> None:
    exact = asked(3.2, "us", "vendor")
    turns = of(exact, answered(3.0, "vendor", "us", precision="day"))
    assert (turns.holders, turns.days["vendor"]) == (["us"], 0.0)
    assert of(answered(3.0, "vendor", "us", precision="day"), exact).holders == ["vendor"]


def test_an_ask_of_a_week_counts_before_the_answer_that_was_noted_after_it() -> None:
    turns = of(asked(3, "us", "vendor", precision="week"), answered(1, "vendor", "us"))
    assert turns.holders == ["us"]


def test_a_correction_corrects_all_that_follows() -> None:
    rows = (asked(1, "us", "vendor"), answered(5, "vendor", "us"), asked(5, "us", "vendor"))
    assert of(*rows).days == {"vendor": 9.0, "us": 0.0}
    turns = of(*rows, answered(2, "vendor", "us", replaces="1"))
    assert turns.days == {"vendor": 1.0 + 5.0, "us": 3.0}


def test_a_correction_keeps_its_place_among_entries_of_one_time() -> None:
    turns = of(asked(1, "us", "vendor"), answered(1, "vendor", "us"), asked(1, "us", "vendor", replaces="0"))
    assert turns.holders == ["us"]


def test_asking_twice_is_one_interval() -> None:
    (leg,) = of(asked(1, "us", "vendor"), asked(4, "us", "vendor")).legs
    assert [(one.begin, one.entry) for one in leg.intervals] == [(day(1), "0")]


def test_a_side_that_is_not_named_is_ours() -> None:
    assert of(asked(1, None, "vendor")).holders == ["vendor"]
    assert of(asked(1, "us", "vendor"), answered(2, "vendor", None)).holders == ["us"]


def test_our_answer_to_nobody_goes_to_the_one_who_waits() -> None:
    turns = of(asked(1, "vendor", "us"), asked(1, "us", "reseller"), answered(2, "us", None))
    assert turns.holders == ["reseller", "vendor"]


def test_nobody_guesses_who_was_answered() -> None:
    turns = of(asked(1, "vendor", "us"), asked(1, "reseller", "us"), answered(2, "us", None))
    assert (turns.holders, turns.unplaced) == (["us"], ("2",))


def test_business_hours_leave_out_nights_weekends_and_holidays() -> None:
    turns = of(asked(0, "us", "vendor"))  # 1 May, 9 in Tokyo, to 11 May: 1, 2, 8, 9, 10 May are working days
    assert turns.legs[0].business_hours == {"vendor": 45.0, "us": 0.0}


def test_an_ask_is_due_when_it_says_so() -> None:
    (leg,) = of(asked(1, "us", "vendor", due_at=day(4))).legs
    assert (leg.due, leg.overdue_for) == (Due(day(4), "entry"), dt.timedelta(days=6))


def test_without_a_word_the_contract_says_when() -> None:
    terms = AllTerms(TERMS.default, {"vendor": Terms(TOKYO, hours=4, business=True, source="contract")})
    friday_evening = 1 + 8 / 24  # 2 May, 17 in Tokyo; three holidays and a weekend follow
    (leg,) = of(asked(friday_evening, "us", "vendor"), terms=terms).legs
    assert leg.due == Due(day(7 + 3 / 24), "contract")


def test_without_a_contract_it_is_seven_days() -> None:
    (leg,) = of(asked(1, "us", "vendor"), now=5).legs
    assert (leg.due, leg.is_overdue, leg.follow_up_at) == (Due(day(8), "default"), False, day(8))


def test_we_owe_nothing_by_default() -> None:
    (leg,) = of(asked(1, "vendor", "us"), now=100).legs
    assert (leg.due, leg.follow_up_at, leg.is_overdue) == (None, None, False)


def test_a_reminder_moves_the_follow_up() -> None:
    (leg,) = of(asked(1, "us", "vendor"), {"kind": "call", "on": 9, "by": "us", "to": "vendor"}, now=12).legs
    assert (leg.follow_up_at, leg.is_overdue) == (day(16), True)


PROMISE = {"kind": "promise", "on": 1, "by": "reseller", "to": "us"}


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([{**PROMISE, "due_at": day(20)}], "open"),
        ([{**PROMISE, "due_at": day(5)}], "broken"),
        ([PROMISE], "broken"),
        ([{**PROMISE, "due_at": day(5)}, answered(5, "reseller", "us")], "kept"),
        ([{**PROMISE, "due_at": day(5)}, answered(5.1, "reseller", "us")], "late"),
        ([PROMISE, answered(2, "vendor", "us")], "broken"),
        ([PROMISE, {"kind": "state", "on": 9, "state": "closed"}], "lapsed"),
        ([{**PROMISE, "due_at": day(5)}, {"kind": "state", "on": 9, "state": "closed"}], "broken"),
        ([{**PROMISE, "due_at": day(5)}, {"kind": "state", "on": 4, "state": "solved"}], "lapsed"),
        ([PROMISE, {"kind": "state", "on": 9, "state": "parked"}], "broken"),
    ],
)
def test_what_became_of_a_promise(rows: list[dict[str, Any]], state: str) -> None:
    (promise,) = of(*rows).promises
    assert promise.state == state


def test_the_undated_quotation_lapses_without_a_reminder() -> None:
    (promise,) = of(PROMISE, {"kind": "state", "on": 190, "state": "closed"}, now=900).promises
    assert (promise.state, promise.due, promise.reminders) == ("lapsed", Due(day(8), "default"), 0)
    assert promise.overdue_for == dt.timedelta(days=182)


def test_a_reminder_is_an_ask_a_message_or_a_call_to_who_promised() -> None:
    (promise,) = of(
        {"kind": "message", "on": 0, "by": "us", "to": "reseller"},
        PROMISE,
        {"kind": "message", "on": 3, "by": "us", "to": "reseller"},
        {"kind": "message", "on": 3, "by": "us", "to": "vendor"},
        {"kind": "note", "on": 4, "by": "us", "to": "reseller"},
        asked(5, "us", "reseller"),
        answered(6, "reseller", "us"),
        {"kind": "call", "on": 7, "by": "us", "to": "reseller"},
    ).promises
    assert (promise.reminders, promise.reminded_at) == (2, day(5))


def test_an_entry_of_today_counts_from_when_it_was_recorded_though_its_noon_is_to_come() -> None:
    ask = Entry("0", 0, "ask", day(5.5), day(5.4), "vendor", "us", precision="day")
    turns = turns_of([ask], now=day(5.45), terms=TERMS)
    assert turns.holders == ["us"]
    assert turns.begin == day(5.4)
    assert turns_of([ask._replace(recorded_at=day(4))], now=day(5.45), terms=TERMS).holders == []


def test_a_corrected_entry_without_a_time_keeps_its_place() -> None:
    ask = Entry("0", 0, "ask", None, day(1), "us", "vendor")
    answer = Entry("1", 1, "answer", day(2), day(2), "vendor", "us")
    corrected = ask._replace(id="2", order=2, recorded_at=day(8), replaces="0")
    assert turns_of([ask, answer, corrected], now=day(9), terms=TERMS).holders == ["us"]


def test_a_promise_that_lapsed_is_not_waited_for_when_the_case_is_opened_again() -> None:
    closed, opened = ({"kind": "state", "on": on, "state": state} for on, state in ((3, "closed"), (8, "open")))
    turns = of({"kind": "promise", "on": 1, "by": "vendor", "to": "us"}, closed, opened, now=20)
    assert [(one.state, one.is_overdue) for one in turns.promises] == [("lapsed", False)]
