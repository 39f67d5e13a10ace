"""How long each party kept a case: worked by hand, and held against the engine of whose turn it is."""

import datetime as dt
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.turns.simulation import BEGIN, MINUTE
from tests.turns.test_properties import TERMS as BERLIN_TERMS
from tests.turns.test_properties import UNTIL, timelines
from tests.turns.test_rules import TERMS, answered, asked, day, told
from tickets.turns.accountability import Account, Period, account_of
from tickets.turns.entry import Entry
from tickets.turns.report import turns_of
from tickets.turns.response_times import Time, response_times, steps_of


def of(*rows: object, party: str = "reseller", now: float = 10) -> Account:
    """Return what a timeline says of a party."""
    return account_of(told(*rows), party, now=day(now), terms=TERMS)  # type: ignore[arg-type]


def state(on: float, name: str) -> dict[str, object]:
    """Return a change of state."""
    return {"kind": "state", "on": on, "state": name}


def shape(account: Account) -> list[tuple[str, str, float]]:
    """Return holder, outcome and days of each turn."""
    return [(one.holder, one.outcome, one.seconds / 86_400) for one in account.turns]


def test_an_answer_and_a_question_back_both_give_a_turn_back() -> None:
    rows = asked(1, "us", "reseller"), asked(3, "reseller", "us"), answered(4, "us", "reseller")
    account = of(*rows, answered(7.5, "reseller", "us"))
    assert shape(account) == [
        ("reseller", "asked_back", 2.0),
        ("us", "answered", 1.0),
        ("reseller", "answered", 3.5),
        ("us", "waiting", 2.5),
    ]


def test_an_answer_of_the_same_moment_is_a_response_too() -> None:
    account = of(asked(1, "us", "reseller"), answered(1, "reseller", "us"))
    assert shape(account)[0] == ("reseller", "answered", 0.0)


def test_silence_until_the_end_is_no_response() -> None:
    assert shape(of(asked(1, "us", "reseller"), state(4, "closed"))) == [("reseller", "ended", 3.0)]
    assert shape(of(asked(1, "us", "reseller"))) == [("reseller", "waiting", 9.0)]


def test_parked_time_is_nobodys_and_does_not_end_a_turn() -> None:
    account = of(asked(1, "us", "reseller"), state(2, "parked"), state(6, "open"), answered(7, "reseller", "us"))
    assert shape(account)[0] == ("reseller", "answered", 2.0)
    assert [(one.begin, one.end) for one in account.turns[0].pieces] == [(day(1), day(2)), (day(6), day(7))]


def test_who_promises_takes_the_turn_and_answers_nothing_for_the_other() -> None:
    account = of(asked(1, "reseller", "us"), {"kind": "promise", "on": 3, "by": "reseller", "to": "us"})
    assert shape(account) == [("us", "taken_back", 2.0), ("reseller", "waiting", 7.0)]
    assert [one.state for one in account.promises] == ["open"]


def test_what_is_asked_after_the_end_counts_once_the_case_is_open_again() -> None:
    rows = (state(1, "closed"), asked(2, "us", "reseller"))
    assert of(*rows).turns == ()
    assert shape(of(*rows, state(5, "open"))) == [("reseller", "waiting", 5.0)]


def test_legs_of_others_are_not_the_partys() -> None:
    account = of(asked(1, "us", "vendor"), asked(2, "us", "reseller"), asked(3, "reseller", "vendor"))
    assert [(one.holder, one.other) for one in account.turns] == [("reseller", "us"), ("vendor", "reseller")]


def test_a_period_cuts_the_time_and_not_the_turn() -> None:
    (turn,) = of(asked(1, "us", "reseller")).turns
    (piece,) = turn.within(Period(day(3), day(5)))
    assert (piece.begin, piece.end) == (day(3), day(5))
    assert turn.within(Period(day(11), day(12))) == ()


def test_business_hours_are_those_of_the_holder() -> None:
    (turn, _) = of(asked(1, "us", "reseller"), answered(8, "reseller", "us")).turns
    assert turn.business_seconds(TERMS) / 3600 == 18.0  # 2 and 8 May: between them holidays and a weekend


@given(timelines())
@settings(max_examples=150, deadline=None)
def test_all_turns_of_a_leg_are_the_days_of_its_parties(entries: list[Entry]) -> None:
    now = BEGIN + UNTIL * MINUTE
    for leg in turns_of(entries, now=now, terms=BERLIN_TERMS).legs:
        turns = [one for one in account_of(entries, leg.leg.party, now=now, terms=BERLIN_TERMS).turns
                 if {one.holder, one.other} == set(leg.leg)]  # fmt: skip
        for party, days in leg.days.items():
            assert abs(sum(one.seconds for one in turns if one.holder == party) / 86_400 - days) < 1e-9
        for before, after in pairwise(turns):
            assert before.end is not None
            assert before.end <= after.begin


def times(*lengths: float, silent: tuple[float, ...] = ()) -> list[Time]:
    """Return answered lengths and silent ones, each of a case of its own."""
    rows = [(one, True) for one in lengths] + [(one, False) for one in silent]
    return [Time(length, answered, case) for case, (length, answered) in enumerate(rows)]


def test_four_cases_are_too_few_however_many_turns() -> None:
    told_of = response_times([Time(1.0, True, number % 4) for number in range(40)])
    assert (told_of.enough, told_of.cases, told_of.turns, told_of.median, told_of.longest) == (False, 4, 40, None, None)


def test_five_answers() -> None:
    told_of = response_times(times(5, 1, 4, 2, 3))
    assert (told_of.median, told_of.p90, told_of.low, told_of.high) == (3, 5, 1, 5)


def test_who_never_answers_does_not_look_quick() -> None:
    quick = response_times(times(1, 1, 1, 1, 1))
    silent = response_times(times(1, 1, 1, 1, 1, silent=(200, 200, 200, 200, 200, 200)))
    assert (quick.median, silent.median, silent.p90, silent.high, silent.longest) == (1, None, None, None, 200)


def test_a_turn_that_began_an_hour_ago_changes_no_median() -> None:
    assert response_times(times(3, 3, 4, 5, 6, silent=(0.04,))).median == 4


def test_the_remission_times_of_freireich() -> None:
    """The data by which the estimate is taught (6-MP arm, 21 patients): median 23, S(10) = 0.753, S(22) = 0.538."""
    ended, censored = (6, 6, 6, 7, 10, 13, 16, 22, 23), (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    rows = sorted(times(*ended, silent=censored))
    shares = {one.length: one for one in steps_of(rows)}
    assert round(float(shares[10].share), 3) == 0.753
    assert round(shares[10].error, 4) == 0.0963
    assert round(float(shares[22].share), 3) == 0.538
    told_of = response_times(rows)
    assert (told_of.median, told_of.p90, told_of.low, told_of.high) == (23, None, 13, None)


@given(st.lists(st.integers(0, 30), min_size=5, max_size=40))
def test_where_all_answered_the_percentiles_are_those_of_the_nearest_rank(lengths: list[int]) -> None:
    told_of, rows = response_times(times(*map(float, lengths))), sorted(lengths)
    for value, part in ((told_of.median, Fraction(1, 2)), (told_of.p90, Fraction(9, 10))):
        assert value == rows[-(-len(rows) * part.numerator // part.denominator) - 1]
    assert told_of.low is not None
    assert told_of.high is not None
    assert told_of.low <= told_of.median <= told_of.high  # type: ignore[operator]


def test_times_of_another_zone_are_the_same() -> None:
    zone = dt.timezone(dt.timedelta(hours=9))
    (turn,) = of(asked(1, "us", "reseller")).turns
    (piece,) = turn.within(Period(day(3).astimezone(zone), day(5).astimezone(zone)))
    assert piece.end - piece.begin == dt.timedelta(days=2)
