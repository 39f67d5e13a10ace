"""What a Sigma condition means, line by line: each form against lines that it must and must not match."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.gateway import delivery, history, refusal
from tests.engine.sigma import load, rule, run


def log_of(*rows: dict[str, Any]) -> str:
    """JSON lines of one session each."""
    return "".join(
        json.dumps({"qid": f"Q{number}", **row}, ensure_ascii=False) + "\n" for number, row in enumerate(rows)
    )


def matching(tmp_path: Path, detection: str, *values: Any, key: str = "x") -> list[Any]:
    """Of values of a field (None is a line without it), those whose line a detection matches."""
    rows = [{"to": "b@example.com"} if value is None else {key: value} for value in values]
    answer = run(tmp_path, rule(detection), log_of(*(row | {"to": "b@example.com"} for row in rows)))
    return [values[int(hit.transaction[1:])] for hit in answer.hits]


@pytest.mark.parametrize(
    ("item", "values", "wanted"),
    [
        ("x: Abc", ["abc", "ABC", "abcd", " abc", "", None], ["abc", "ABC"]),
        ("x|cased: Abc", ["abc", "Abc"], ["Abc"]),
        ("x: a*c", ["ac", "a.*c", "a\tb c", "abcd", None], ["ac", "a.*c", "a\tb c"]),
        ("x: a?c", ["abc", "ac", "abbc", "aéc"], ["abc", "aéc"]),
        (r"x: a\*c", ["a*c", "abc"], ["a*c"]),
        (r"x: a\?c", ["a?c", "abc"], ["a?c"]),
        (r"x: a\\*c", [r"a\c", r"a\bc", "abc"], [r"a\c", r"a\bc"]),
        (r"x: a\b", [r"a\b", "ab"], [r"a\b"]),
        ("x: 'a.b(c'", ["a.b(c", "aXb(c"], ["a.b(c"]),
        ("x: 'a #b&-~'", ["a #b&-~", "a"], ["a #b&-~"]),
        ("x: ''", ["", "a", None], [""]),
        ("x: null", ["", "a", None], [None]),
        ("x|exists: true", ["", "a", None], ["", "a"]),
        ("x|exists: false", ["", "a", None], [None]),
        ("x: [a, b*]", ["a", "bc", "c", None], ["a", "bc"]),
        ("x|contains: B", ["abc", "b", "ac"], ["abc", "b"]),
        ("x|startswith: A", ["abc", "bac"], ["abc"]),
        ("x|endswith: C", ["abc", "cb"], ["abc"]),
        ("x|contains|all: [a, c]", ["abc", "cba", "ab"], ["abc", "cba"]),
        ("x|contains: ['a*c']", ["xaxcx", "xcxax"], ["xaxcx"]),
        ("x|re: '^a.c$'", ["abc", "ABC", "xabc"], ["abc"]),
        ("x|re: 'b'", ["abc", "ac"], ["abc"]),
        ("x|re|i: '^a.c$'", ["abc", "ABC"], ["abc", "ABC"]),
        ("x|cidr: 192.0.2.0/24", ["192.0.2.7", "192.0.3.7", "192.0.2.7x", "", None], ["192.0.2.7"]),
        ("x|cidr: '2001:db8::/32'", ["2001:DB8:0:0::1", "2001:db9::1", "192.0.2.7"], ["2001:DB8:0:0::1"]),
        ("x: 554", ["554", " 554", "0554", "5540", "554.0x"], ["554", " 554", "0554"]),
        ("x: 1.5", ["1.5", "1.50", "15"], ["1.5", "1.50"]),
        ("x|lt: 5", ["4", "5", "no", "", None], ["4"]),
        ("x|lte: 5", ["5", "6"], ["5"]),
        ("x|gt: 5", ["5", "5.1", "10", "9e9"], ["5.1", "10", "9e9"]),
        ("x|gte: 5", ["5", "4.9"], ["5"]),
        ("x: true", ["true", "TRUE", "yes"], ["true", "TRUE"]),
        ("x|windash: ' -f'", [" -f", " /f", " –f", " +f"], [" -f", " /f", " –f"]),
        ("x|base64: foo", ["Zm9v", "foo"], ["Zm9v"]),
        ("x|neq: a", ["a", "b", None], ["b", None]),
        ("x|neq: [a, b]", ["a", "b", "c"], ["c"]),
        ("x: ſtraße", ["ſtraße", "strasse"], ["ſtraße"]),
    ],
)
def test_a_field_matches_as_sigma_has_it(tmp_path: Path, item: str, values: list[Any], wanted: list[Any]) -> None:
    assert matching(tmp_path, f"selection:\n  {item}\ncondition: selection", *values) == wanted


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("a and b", ["ab"]),
        ("a or b", ["a", "b", "ab"]),
        ("not a", ["b", "c", None]),
        ("a and not b", ["a"]),
        ("not (a or b)", ["c", None]),
        ("1 of a*", ["a", "ab", "c"]),
        ("any of them", ["a", "b", "ab", "c"]),
        ("all of them", []),
        ("not 1 of them", [None]),
    ],
)
def test_conditions_join_selections_and_a_field_that_is_not_there_matches_nothing(
    tmp_path: Path, condition: str, wanted: list[Any]
) -> None:
    detection = f"a: {{x|contains: a}}\nb: {{x|contains: b}}\na2: {{x: c}}\ncondition: {condition}"

    assert matching(tmp_path, detection, "a", "b", "ab", "c", None) == wanted


def test_not_of_a_field_that_no_line_has_holds_and_what_is_positive_is_not_judged(tmp_path: Path) -> None:
    log = log_of({"x": "1"}, {"x": "2"})

    without = run(tmp_path, rule("a: {x: 1}\nb: {nothing: 1}\ncondition: a and not b"), log)
    needs = run(tmp_path, rule("a: {x: 1}\nb: {X: 1}\ncondition: a and b"), log)

    assert [hit.transaction for hit in without.hits] == ["Q0"]
    assert (without.judged, without.doubts) == (True, [])
    assert (needs.judged, needs.hits) == (False, [])
    assert needs.doubts[0].reason == ("no line has the field “X” that its rule “a-rule” asks for (there is x)")


def test_fields_of_one_selection_are_all_and_several_selections_in_a_list_are_one_of_them(tmp_path: Path) -> None:
    log = log_of({"x": "1", "y": "1"}, {"x": "1", "y": "2"}, {"x": "3"})

    both = run(tmp_path, rule("s: {x: 1, y: 1}\ncondition: s"), log)
    either = run(tmp_path, rule("s: [{x: 1, y: 1}, {x: 3}]\ncondition: s"), log)

    assert [hit.transaction for hit in both.hits] == ["Q0"]
    assert [hit.transaction for hit in either.hits] == ["Q0", "Q2"]


def test_keywords_are_looked_for_in_the_whole_line_as_it_stands(tmp_path: Path) -> None:
    log = log_of({"x": "one TWO three"}, {"TWOkey": "y"}, {"x": "tw"}, {"x": "5"})

    found = run(tmp_path, rule("k: ['two', 'O*E T']\ncondition: k"), log)
    every = run(tmp_path, rule({"k": {"|all": ["one", "three"]}, "condition": "k"}), log)
    number = run(tmp_path, rule("k: [5]\ncondition: k"), log)

    assert [hit.transaction for hit in found.hits] == ["Q0", "Q1"]
    assert [hit.transaction for hit in every.hits] == ["Q0"]
    assert [hit.transaction for hit in number.hits] == ["Q3"]


def test_a_field_with_several_values_matches_by_one_of_them(tmp_path: Path) -> None:
    log = log_of({"to": ["a@example.com", "b@example.com"]}, {"to": ["c@example.com"]}, {"x": "1", "sender": "a"})

    assert [
        hit.transaction for hit in run(tmp_path, rule("s: {recipients|startswith: b@}\ncondition: s"), log).hits
    ] == ["Q0"]
    assert [hit.transaction for hit in run(tmp_path, rule("s: {recipients: null}\ncondition: s"), log).hits] == ["Q2"]
    negated = run(tmp_path, rule("s: {recipients|startswith: b@}\nt: {x: 1}\ncondition: not s and not t"), log)
    assert [hit.transaction for hit in negated.hits] == ["Q1"]


def test_a_name_of_the_model_is_the_models_and_the_lines_own_key_has_a_longer_name(tmp_path: Path) -> None:
    log = log_of({"told": "refused", "x": "1"}, {"status": "rejected", "to": "b@example.com"})

    assert [hit.transaction for hit in run(tmp_path, rule("s: {told: refused}\ncondition: s"), log).hits] == ["Q1"]
    assert [hit.transaction for hit in run(tmp_path, rule("s: {fields.told: refused}\ncondition: s"), log).hits] == [
        "Q0"
    ]


def test_a_key_inside_the_message_is_asked_for_like_one_of_the_line(tmp_path: Path) -> None:
    log = f"{refusal()}\n{delivery()}\n"
    fortimail = {"product": "fortimail"}

    assert [
        hit.lines[0].line
        for hit in run(tmp_path, rule("s: {stat|startswith: sent}\ncondition: s", fortimail), log).hits
    ] == [2]
    assert [
        hit.lines[0].line
        for hit in run(
            tmp_path, rule("s: {message_fields.reject|startswith: '554'}\ncondition: s", fortimail), log
        ).hits
    ] == [1]


def test_fields_are_compared_with_one_another(tmp_path: Path) -> None:
    log = log_of({"x": "Ab", "y": "aB"}, {"x": "abc", "y": "b"}, {"x": "a"})

    assert [hit.transaction for hit in run(tmp_path, rule("s: {x|fieldref: y}\ncondition: s"), log).hits] == ["Q0"]
    inside = run(tmp_path, rule("s: {x|fieldref|contains: y}\ncondition: s"), log)
    assert [hit.transaction for hit in inside.hits] == ["Q0", "Q1"]


def test_a_key_beyond_the_columns_is_found_as_well(tmp_path: Path) -> None:
    rows = [{f"k{number}_{key}": "v" for key in range(200)} for number in range(3)]
    log = log_of(*rows, {"late key": "here"})

    assert [hit.transaction for hit in run(tmp_path, rule("s: {late key: HERE}\ncondition: s"), log).hits] == ["Q3"]
    absent = run(tmp_path, rule("s: {late key: null, k0_0: v}\ncondition: s"), log)
    assert [hit.transaction for hit in absent.hits] == ["Q0"]


def test_very_many_values_are_one_expression(tmp_path: Path) -> None:
    values = [f"value{number}" for number in range(5000)]

    found = run(tmp_path, rule({"s": {"x": values}, "condition": "s"}), log_of({"x": "VALUE4999"}, {"x": "value5000"}))

    assert [hit.transaction for hit in found.hits] == ["Q0"]


def test_lines_of_another_format_or_type_are_not_asked(tmp_path: Path) -> None:
    log = f"{delivery()}\n{history(subject='Sent')}\n"

    event = run(tmp_path, rule("k: [sent]\ncondition: k", {"product": "fortimail", "service": "event"}), log)
    other = run(tmp_path, rule("k: [sent]\ncondition: k", {"product": "postfix"}), log)
    mail = run(tmp_path, rule("s: {done: delivered}\ncondition: s", {"category": "mail"}), log)

    assert (event.lines, [hit.lines[0].line for hit in event.hits]) == (1, [1])
    assert (other.judged, other.hits) == (False, [])
    assert "there is no line of the kind postfix" in other.doubts[0].reason
    assert mail.lines == 2
    assert len(mail.hits) == 1


def test_the_condition_of_a_rule_may_be_a_list_of_which_one_holds(tmp_path: Path) -> None:
    detector = load(rule("a: {x: 1}\nb: {x: 2}\ncondition: [a, b]"))

    assert len(detector.rules[0].conditions) == 2
    answer = run(tmp_path, rule("a: {x: 1}\nb: {x: 2}\ncondition: [a, b]"), log_of({"x": "1"}, {"x": "2"}, {"x": "3"}))
    assert [hit.transaction for hit in answer.hits] == ["Q0", "Q1"]
