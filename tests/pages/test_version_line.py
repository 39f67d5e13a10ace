"""The version line: places, no drawing."""

from typing import Any

from kb.version_line import Mark, version_line

MARKS = [Mark(f"{train}.{number}", train) for train in ("6.2", "6.4", "7.0", "7.2") for number in range(4)]


def line(**more: Any) -> dict[str, Any]:
    """Return a line of four trains with four releases each."""
    found = version_line(MARKS, **more)
    assert found is not None
    return found


def test_nothing_to_draw_is_no_line() -> None:
    assert version_line([]) is None


def test_a_way_shows_the_trains_from_its_first_to_its_last() -> None:
    shown = line(way=("6.2.3", "6.4.1", "7.0.2"))
    assert [row["train"] for row in shown["rows"]] == ["6.2", "6.4", "7.0"]
    assert len(shown["path"]) == 2
    roles = {mark["version"]: mark["role"] for row in shown["rows"] for mark in row["marks"] if mark["role"]}
    assert roles == {"6.2.3": "from", "6.4.1": "hop", "7.0.2": "to"}


def test_a_way_that_stays_is_a_mark_without_a_leg() -> None:
    shown = line(way=("7.0.2", "7.0.2"))
    assert shown["path"] == []
    assert [mark["role"] for mark in shown["rows"][0]["marks"]] == ["", "", "both", ""]


def test_neighbours_in_one_state_are_one_span() -> None:
    states = {mark.version: "span" if mark.version in {"7.0.1", "7.0.2", "7.2.3"} else "gap" for mark in MARKS}
    rows = {row["train"]: [span["layer"] for span in row["spans"]] for row in line(states=states)["rows"]}
    assert rows == {"6.2": ["gap"], "6.4": ["gap"], "7.0": ["gap", "span", "gap"], "7.2": ["gap", "span"]}


def test_many_releases_of_a_train_leave_labels_out_but_no_mark() -> None:
    found = version_line([Mark(f"1.0.{number}", "1.0") for number in range(100)], way=("1.0.50", "1.0.51"))
    assert found is not None
    marks = found["rows"][0]["marks"]
    assert len(marks) == 100
    assert sum(mark["labelled"] for mark in marks) < 15
    assert all(mark["labelled"] for mark in marks if mark["role"])
