"""A list says of a case what the case says of itself, without its past."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.turns.simulation import BEGIN, MINUTE
from tests.turns.test_properties import TERMS, UNTIL, answered, timelines
from tickets.turns.entry import Entry
from tickets.turns.standing import standing_of


@settings(max_examples=150, deadline=None)
@given(timelines(), st.integers(0, UNTIL))
def test_a_list_says_what_the_case_says(entries: list[Entry], until: int) -> None:
    turns = answered(entries, until)
    standing = standing_of(entries, now=BEGIN + until * MINUTE, terms=TERMS)
    assert [(one.holder, one.since, one.due, one.is_overdue) for one in standing.held] == [
        (leg.current.holder, leg.current.begin, leg.due, leg.is_overdue) for leg in turns.legs if leg.current
    ]
    waited = [one for one in turns.promises if one.state == "open" or one.is_overdue] if turns.state == "open" else []
    assert list(standing.promises) == waited
