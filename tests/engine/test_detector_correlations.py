"""Correlations: what lies together in time, in which order, how often, and what is not there."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.sigma import correlation, lines_of, part, reasons_of, run

A, B, C = part("a", {"x": "a"}), part("b", {"x": "b"}), part("c", {"x": "c"})


def at(second: float, x: str, group: str | None = "1", **more: Any) -> str:
    """A line at a second of a day, in a group."""
    whole, rest = divmod(second, 1)
    hours, minutes = divmod(int(whole) // 60, 60)
    time = f"2026-01-05T{hours:02}:{minutes:02}:{int(whole) % 60:02}.{round(rest * 1000):03}Z"
    row = {"time": time, "qid": f"Q{x}{second}", "x": x, "host": "mx1"} | ({"g": group} if group else {}) | more
    return json.dumps(row) + "\n"


def temporal(kind: str = "temporal", seconds: int = 10, *parts: dict[str, Any], **more: Any) -> str:
    """A temporal correlation of parts, by the group."""
    words = {"type": kind, "rules": [one["name"] for one in parts], "group-by": ["g"], "timespan": f"{seconds}s"}
    return correlation(words | more, *parts)


@pytest.mark.parametrize(
    ("log", "found"),
    [
        ([at(0, "a"), at(10, "b")], True),
        ([at(0, "a"), at(10.001, "b")], False),
        ([at(0, "b"), at(10, "a")], True),
        ([at(0, "a"), at(1, "a")], False),
        ([at(0, "a"), at(20, "a"), at(29, "b")], True),
    ],
)
def test_temporal_is_all_rules_within_the_span_in_any_order(tmp_path: Path, log: list[str], found: bool) -> None:
    assert bool(run(tmp_path, temporal("temporal", 10, A, B), "".join(log)).hits) is found


def test_different_groups_are_never_joined(tmp_path: Path) -> None:
    """Another engine compared times alone (hayabusa#1809)."""
    log = at(0, "a", "1") + at(1, "b", "2") + at(2, "a", "3") + at(3, "b", "3")

    for kind in ("temporal", "temporal_ordered"):
        answer = run(tmp_path, temporal(kind, 10, A, B), log)
        assert [hit.transaction for hit in answer.hits] == ["g=3"]


def test_the_order_is_that_of_all_rules_not_only_of_the_first(tmp_path: Path) -> None:
    """Another engine held every rule against the first one only (hayabusa#1810)."""
    detector = temporal("temporal_ordered", 10, A, B, C)

    assert run(tmp_path, detector, at(0, "a") + at(1, "c") + at(2, "b")).hits == []
    assert lines_of(run(tmp_path, detector, at(0, "a") + at(1, "c") + at(2, "b") + at(3, "c"))) == [[1, 3, 4]]
    assert run(tmp_path, detector, at(0, "b") + at(1, "a") + at(2, "c")).hits == []


def test_the_whole_chain_lies_within_the_span(tmp_path: Path) -> None:
    detector = temporal("temporal_ordered", 10, A, B, C)

    assert run(tmp_path, detector, at(0, "a") + at(8, "b") + at(16, "c")).hits == []
    later = at(0, "a") + at(7, "a") + at(8, "b") + at(16, "c")
    assert lines_of(run(tmp_path, detector, later)) == [[2, 3, 4]]


def test_at_one_moment_the_order_is_that_of_the_lines_of_a_file_and_free_between_files(tmp_path: Path) -> None:
    detector = temporal("temporal_ordered", 10, A, B)

    assert run(tmp_path, detector, at(0, "b") + at(0, "a")).hits == []
    assert lines_of(run(tmp_path, detector, at(0, "a") + at(0, "b"))) == [[1, 2]]
    assert len(run(tmp_path, detector, at(0, "b"), at(0, "a")).hits) == 1
    three = temporal("temporal_ordered", 10, A, B, C)
    assert len(run(tmp_path, three, at(0, "c") + at(0, "b"), at(0, "a")).hits) == 0
    assert len(run(tmp_path, three, at(0, "b") + at(0, "c"), at(0, "a")).hits) == 1


def test_one_line_is_one_step_of_an_order_though_it_matches_both_rules(tmp_path: Path) -> None:
    both = part("both", {"x": "a"})

    assert run(tmp_path, temporal("temporal_ordered", 10, A, both), at(0, "a")).hits == []
    assert lines_of(run(tmp_path, temporal("temporal_ordered", 10, A, both), at(0, "a") + at(1, "a"))) == [[1, 2]]


def test_so_many_of_the_rules_can_be_enough(tmp_path: Path) -> None:
    two = temporal("temporal", 10, A, B, C, condition={"gte": 2})

    assert lines_of(run(tmp_path, two, at(0, "a") + at(1, "c"))) == [[1, 2]]
    assert run(tmp_path, two, at(0, "a") + at(1, "a")).hits == []
    assert (
        lines_of(run(tmp_path, temporal("temporal", 10, A, B, C, condition={"gt": 2}), at(0, "a") + at(1, "c"))) == []
    )


def test_a_group_is_one_hit_that_says_how_often(tmp_path: Path) -> None:
    log = "".join(at(100 * n, "a") + at(100 * n + 1, "b") for n in range(3))

    answer = run(tmp_path, temporal("temporal", 10, A, B), log)

    assert (lines_of(answer), answer.hits[0].times) == ([[1, 2]], 3)


def test_lines_without_the_field_or_a_date_belong_to_nothing_and_that_is_said(tmp_path: Path) -> None:
    undated = json.dumps({"qid": "Q9", "x": "b", "g": "1", "host": "mx1"}) + "\n"

    answer = run(tmp_path, temporal("temporal", 10, A, B), at(0, "a", None) + at(1, "b", None) + at(2, "a") + undated)

    assert answer.hits == []
    assert "2 lines that its rules match have no g: what they belong to is not known" in reasons_of(answer)
    assert "1 lines that its rules match have no date" in reasons_of(answer)


def test_aliases_name_the_field_of_each_rule(tmp_path: Path) -> None:
    words = {
        "type": "temporal", "rules": ["a", "b"], "group-by": ["who"], "timespan": "10s",
        "aliases": {"who": {"a": "user", "b": "login"}},
    }  # fmt: skip
    log = at(0, "a", user="u1") + at(1, "b", login="u2") + at(2, "a", user="u3") + at(3, "b", login="u3", user="u1")

    answer = run(tmp_path, correlation(words, A, B), log)

    assert [hit.transaction for hit in answer.hits] == ["who=u3"]


def test_ids_of_two_devices_are_not_one_though_they_are_equal(tmp_path: Path) -> None:
    words = {"type": "temporal", "rules": ["a", "b"], "group-by": ["transaction"], "timespan": "10s"}
    log = at(0, "a", qid="Q1") + at(1, "b", qid="Q1", host="mx2") + at(2, "a", qid="Q2") + at(3, "b", qid="Q2")

    answer = run(tmp_path, correlation(words, A, B), log)

    assert [(hit.transaction, hit.device) for hit in answer.hits] == [("Q2", "mx1")]


def test_each_recipient_of_a_line_is_a_group(tmp_path: Path) -> None:
    words = {"type": "temporal", "rules": ["a", "b"], "group-by": ["recipients"], "timespan": "10s"}
    log = at(0, "a", to=["p@example.com", "q@example.com"]) + at(1, "b", to=["q@example.com", "r@example.com"])

    assert [hit.recipient for hit in run(tmp_path, correlation(words, A, B), log).hits] == ["q@example.com"]


def counting(condition: dict[str, Any], kind: str = "event_count", seconds: int = 10) -> str:
    """How often rule a matches."""
    words = {"type": kind, "rules": ["a"], "group-by": ["g"], "timespan": f"{seconds}s", "condition": condition}
    return correlation(words, A)


@pytest.mark.parametrize(
    ("condition", "seconds", "wanted"),
    [
        ({"gte": 3}, [0, 9, 10], [[1, 2, 3]]),
        ({"gte": 3}, [0, 9, 10.5], []),
        ({"gte": 3}, [0, 8, 12, 16, 40], [[2, 3, 4]]),  # no window that begins at a multiple of the span has three
        ({"gt": 3}, [0, 1, 2], []),
        ({"gt": 3}, [0, 1, 2, 3], [[1, 2, 3, 4]]),
        ({"lt": 2}, [0, 1, 30, 60, 61], [[3]]),
        ({"lte": 2}, [0, 1, 2, 30, 31, 90], [[4, 5]]),
        ({"eq": 3}, [0, 1, 2, 3, 30, 31, 32, 90], [[5, 6, 7]]),
        ({"neq": 2}, [0, 1, 30, 31, 60, 90], [[5]]),
    ],
)
def test_lines_are_counted_in_windows(
    tmp_path: Path, condition: dict[str, Any], seconds: list[float], wanted: list[list[int]]
) -> None:
    log = "".join(at(second, "a") for second in seconds)

    assert lines_of(run(tmp_path, counting(condition), log)) == wanted


def test_fewer_than_is_not_said_of_a_window_that_the_log_does_not_cover(tmp_path: Path) -> None:
    answer = run(tmp_path, counting({"lt": 2}), at(0, "a") + at(5, "z"))

    assert answer.hits == []
    assert "the log does not cover all of the 10 seconds" in reasons_of(answer)
    assert lines_of(run(tmp_path, counting({"lt": 2}), at(0, "a") + at(10, "z"))) == [[1]]


def test_a_line_that_two_exports_have_counts_once_and_one_that_a_file_has_twice_counts_twice(tmp_path: Path) -> None:
    one, other = at(0, "a"), at(1, "a")

    assert run(tmp_path, counting({"gte": 3}), one + other, other + one).hits == []
    assert len(run(tmp_path, counting({"gte": 3}), one + other + other, other).hits) == 1


def test_values_are_counted_by_what_is_different(tmp_path: Path) -> None:
    detector = counting({"gte": 3, "field": "v"}, "value_count")
    same = "".join(at(n, "a", v="1") for n in range(5))
    none = "".join(at(n, "a") for n in range(3, 6))
    slides = at(0, "a", v="1") + at(9, "a", v="2") + at(11, "a", v="3")

    assert run(tmp_path, detector, same + at(6, "a", v="2") + none).hits == []
    assert run(tmp_path, detector, slides).hits == []
    assert lines_of(run(tmp_path, detector, slides + at(12, "a", v="4"))) == [[2, 3, 4]]
    several = counting({"gte": 2, "field": ["v", "w"]}, "value_count")
    assert run(tmp_path, several, at(0, "a", v="1", w="1") + at(1, "a", v="1", w="1")).hits == []
    assert len(run(tmp_path, several, at(0, "a", v="1", w="1") + at(1, "a", v="1", w="2")).hits) == 1


def absence(kind: str = "temporal_ordered", condition: str = "a and not b", *parts: dict[str, Any]) -> str:
    """A without B, by the group."""
    return temporal(kind, 10, *(parts or (A, B)), condition=condition)


@pytest.mark.parametrize(
    ("kind", "log", "wanted"),
    [
        ("temporal_ordered", [at(0, "a"), at(11, "z")], [[1]]),
        ("temporal_ordered", [at(0, "a"), at(10, "b"), at(30, "z")], []),
        ("temporal_ordered", [at(0, "a"), at(10.5, "b"), at(30, "z")], [[1]]),
        ("temporal_ordered", [at(0, "b"), at(1, "a"), at(30, "z")], [[2]]),
        ("temporal", [at(0, "z"), at(14, "b"), at(15, "a"), at(40, "z")], []),
        ("temporal", [at(0, "z"), at(4, "b"), at(15, "a"), at(40, "z")], [[3]]),
        ("temporal_ordered", [at(0, "a"), at(1, "b", "2"), at(30, "z")], [[1]]),
        ("temporal_ordered", [at(0, "b"), at(0, "a"), at(30, "z")], [[2]]),
        ("temporal_ordered", [at(0, "a"), at(0, "b"), at(30, "z")], []),
    ],
)
def test_absence_is_what_does_not_follow_within_the_span(
    tmp_path: Path, kind: str, log: list[str], wanted: list[list[int]]
) -> None:
    assert lines_of(run(tmp_path, absence(kind), "".join(log))) == wanted


def test_absence_is_not_judged_where_the_log_ends_before_the_span_is_over(tmp_path: Path) -> None:
    answer = run(tmp_path, absence(), at(0, "a") + at(9.9, "z"))

    assert answer.hits == []
    assert [(row.transactions, row.reason) for row in answer.doubts if "cover" in row.reason] == [
        (1, "the log does not cover all of the 10 seconds in which it would have to look")
    ]


def test_absence_is_not_judged_by_the_end_of_another_devices_log(tmp_path: Path) -> None:
    log = at(0, "a") + at(5, "z") + at(60, "z", host="mx2")

    assert run(tmp_path, absence(), log).hits == []
    assert "does not cover" in reasons_of(run(tmp_path, absence(), log))


def test_absence_is_not_judged_where_a_day_between_has_no_lines(tmp_path: Path) -> None:
    days = temporal("temporal_ordered", 2 * 86_400, A, B, condition="a and not b")
    gap = at(0, "a") + at(86_399, "z").replace("2026-01-05", "2026-01-07")
    whole = at(0, "a") + at(5, "z").replace("2026-01-05", "2026-01-06") + at(9, "z").replace("2026-01-05", "2026-01-07")

    assert run(tmp_path, days, gap).hits == []
    assert lines_of(run(tmp_path, days, whole)) == [[1]]


def test_absence_needs_lines_of_the_kind_that_is_missing(tmp_path: Path) -> None:
    other = part("b", {"x": "b"}, {"product": "postfix"})

    answer = run(tmp_path, absence("temporal_ordered", "a and not b", A, other), at(0, "a") + at(60, "z"))

    assert (answer.judged, answer.hits) == (False, [])
    assert "there is no line of the kind postfix" in reasons_of(answer)


@pytest.mark.parametrize(
    ("words", "log"),
    [
        ({"type": "temporal_ordered", "rules": ["a", "b"], "condition": "a and not b"}, at(0, "a") + at(5, "b", "2")),
        ({"type": "event_count", "rules": ["a"], "condition": {"lt": 3}}, at(0, "a")),
        ({"type": "temporal", "rules": ["a", "b"]}, at(0, "a", None) + at(1, "b", None) + at(2, "z")),
        ({"type": "temporal", "rules": ["a", "b"]}, at(0, "a").replace("2026", "x") + at(1, "b").replace("2026", "x")),
        ({"type": "value_count", "rules": ["a"], "condition": {"gte": 2, "field": "nope"}}, at(0, "a") + at(1, "a")),
        ({"type": "value_count", "rules": ["a"], "condition": {"lt": 2, "field": "nope"}}, at(0, "a") + at(99, "a")),
        ({"type": "event_count", "rules": ["a"], "group-by": ["no"], "condition": {"gte": 2}}, at(0, "a") + at(1, "a")),
    ],
    ids=["span open", "window open", "no group", "no date", "no such value", "fewer of no value", "no such group"],
)
def test_where_nothing_could_be_judged_none_is_no_answer(tmp_path: Path, words: dict[str, Any], log: str) -> None:
    detector = correlation({"group-by": ["g"], "timespan": "10s"} | words, *[A, B][: len(words["rules"])])

    answer = run(tmp_path, detector, log)

    assert (answer.judged, answer.hits) == (False, [])
    assert answer.doubts


def test_a_detector_whose_lines_were_all_judged_says_none(tmp_path: Path) -> None:
    answer = run(tmp_path, absence(), at(0, "a") + at(1, "b") + at(60, "z"))

    assert (answer.judged, answer.hits, answer.doubts) == (True, [], [])


def test_absence_between_several_that_are_there(tmp_path: Path) -> None:
    detector = absence("temporal_ordered", "a and b and not c", A, B, C)

    assert lines_of(run(tmp_path, detector, at(0, "a") + at(1, "b") + at(30, "z"))) == [[1, 2]]
    assert run(tmp_path, detector, at(0, "a") + at(1, "b") + at(9, "c") + at(30, "z")).hits == []
    assert run(tmp_path, detector, at(0, "a") + at(30, "z")).hits == []


def test_times_with_and_without_a_zone_are_not_compared(tmp_path: Path) -> None:
    answer = run(tmp_path, temporal("temporal", 10, A, B), at(0, "a") + at(1, "b").replace("Z", ""))

    assert answer.hits == []
    assert "some lines have a time zone and some have none" in reasons_of(answer)


def test_zones_are_reckoned_with(tmp_path: Path) -> None:
    answer = run(tmp_path, temporal("temporal", 10, A, B), at(0, "a") + at(9 * 3600 + 1, "b").replace("Z", "+09:00"))

    assert lines_of(answer) == [[1, 2]]


def test_without_group_by_all_lines_are_one_group(tmp_path: Path) -> None:
    words = {"type": "temporal", "rules": ["a", "b"], "timespan": "10s"}

    answer = run(tmp_path, correlation(words, A, B), at(0, "a", "1") + at(1, "b", "2"))

    assert [(hit.transaction, hit.device) for hit in answer.hits] == [("", "mx1")]
