"""Values that a fact can have, and words for what is not known: neither may take an issue away."""

from typing import Any

import pytest

from kb.conditions.facts import Facts, read_facts
from kb.conditions.predicate import PredicateError, check_predicate, judge


@pytest.mark.parametrize(
    ("word", "wanted", "value", "result"),
    [
        ("eq", "on", "on", True),
        ("eq", "on", "OFF", False),
        ("eq", "on", "perhaps", None),
        ("eq", "on", ["off", "perhaps"], None),
        ("eq", "on", ["on", "perhaps"], True),
        ("in", ["on"], "off", False),
        ("in", ["on"], "o", None),
    ],
)
def test_a_value_that_a_fact_cannot_have_decides_nothing(word: str, wanted: Any, value: Any, result: Any) -> None:
    predicate = {word: ["x", wanted, ["on", "off"]]}
    check_predicate(predicate, lambda *_: 0)
    answer = judge(predicate, read_facts({"x": value}), lambda *_: 0)
    assert (answer.result, answer.missing) == (result, ("x",) if result is None else ())


@pytest.mark.parametrize("possible", [["on"], ["off"], "on off", [], [None, "on"]])
def test_the_values_that_a_fact_can_have_hold_those_compared_with_and_more(possible: Any) -> None:
    with pytest.raises(PredicateError):
        check_predicate({"eq": ["x", "on", possible]}, lambda *_: 0)


@pytest.mark.parametrize("said", ["", " ", "?", "-", "Unknown", "不明", "n/a"])
def test_words_for_not_known_are_no_value(said: str) -> None:
    assert read_facts({"x": said}).values == {}


@pytest.mark.parametrize("said", [[], ["unknown"], ["on", "?"], [None], [""]])
def test_a_list_with_a_member_that_is_not_known_is_no_value(said: Any) -> None:
    assert read_facts({"x": said}).values == {}


def test_what_is_not_known_is_not_absent_from_a_full_configuration() -> None:
    facts = read_facts({"x": "unknown"})
    full = Facts(facts.values, full=True, unsure=facts.unsure)
    assert judge({"exists": "x"}, full, lambda *_: 0).result is None
    assert judge({"exists": "y"}, full, lambda *_: 0).result is False
