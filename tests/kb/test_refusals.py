"""Whatever is sent as knowledge, the answer names the field at fault; nothing of it is an error of the server."""

from typing import Any

import pytest

from common.errors import Invalid
from kb.services.catalogue import create_release
from kb.services.statements import NewStatement
from tests.conftest import Person
from tests.support.knowledge import Widget

pytestmark = pytest.mark.django_db

ISSUE: dict[str, Any] = {"product": "relay", "kind": "defect", "title": "x"}
DEEP: Any = {"exists": "a"}
for _ in range(12):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    "condition",
    [
        [],
        "a",
        7,
        {},
        {"eq": ["a", "b"], "or": []},
        {"eq": ["a"]},
        {"eq": [["a"], "b"]},
        {"in": ["a", "b"]},
        {"and": {}},
        {"or": []},
        {"perhaps": ["a", "b"]},
        {"matches": ["a", "("]},
        {"matches": ["a", ["x"]]},
        {"matches": ["a", "x" * 301]},
        {"matches": ["a", "(?<=x)y"]},
        {"version": ["a", ["<"], "1.0.0"]},
        {"version": ["a", {}, "1.0.0"]},
        {"version": ["a", "<", 7]},
        {"version": ["a", "<", "9" * 5000]},
        {"version": ["a", "<", "latest"]},
        {"or": [{"exists": "a"}] * 101},
        DEEP,
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_condition_that_cannot_be_judged(alice: Person, relay: str, condition: Any) -> None:
    made = alice.api.post("issues/", ISSUE | {"condition": condition})
    changed = alice.api.patch(f"issues/{relay}/", {"condition": condition})
    for answer in (made, changed):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "condition")


@pytest.mark.parametrize(
    "move",
    [
        [],
        "downgrade",
        {"direction": "sideways"},
        {"direction": ["upgrade"]},
        {"way": "up"},
        {"from": "1.0.0"},
        {"to": {"from": "1.0"}},
        {"to": {"until": "1.0.0"}},
        {"to": {"from": ["1.0.0"]}},
        {"to": {"from": 7}},
        {"to": {"from": "9" * 5000}},
        {"to": {"from": "1.0.1", "to": "1.0.0"}},
        {"from": {"from": "1.0.1 build 2", "to": "1.0.1 build 1"}},
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_move_that_cannot_be_judged(alice: Person, relay: str, move: Any) -> None:
    answer = alice.api.post("issues/", ISSUE | {"kind": "notice", "move": move})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "move")


def test_the_ends_of_a_move_that_holds_nothing_are_named(alice: Person, relay: str) -> None:
    move = {"from": {"from": "1.0.1", "to": "1.0.0"}}
    answer = alice.api.post("issues/", ISSUE | {"kind": "notice", "move": move})
    assert answer.json()["errors"][0]["message"] == "1.0.1 is newer than 1.0.0."


def test_a_move_of_one_version_with_its_builds_holds_something(alice: Person, relay: str) -> None:
    for span in ({"from": "1.0.1", "to": "1.0.1"}, {"from": "1.0.1 build 9", "to": "1.0.1"}):
        assert alice.api.post("issues/", ISSUE | {"kind": "notice", "move": {"to": span}}).status_code == 201


@pytest.mark.parametrize("says", ["last_affected", "seen"])
def test_a_train_is_no_version_where_the_scheme_would_read_one(says: str) -> None:
    """The general scheme reads 1.0 as 1.0.0: "last affected 1.0" would call 1.0.1 unaffected."""
    widget = Widget()
    with pytest.raises(Invalid) as refused:
        widget.issue(NewStatement(says, version="1.0"))
    assert refused.value.candidates == {"statements.0.version": ["1.0.1", "1.0.0"]}
    create_release(product=widget.product, version="2.0")
    widget.issue(NewStatement(says, version="2.0"))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("issues/", ISSUE | {"aliases": ["x" * 81]}, "aliases.0"),
        ("issues/", ISSUE | {"kind": "behaviour_change"}, "behaviour"),
        ("issues/", ISSUE | {"kind": "notice"}, "move"),
        ("issues/", ISSUE | {"statements": [{"says": "seen"}]}, "statements.0.version"),
        (
            "issues/",
            ISSUE | {"statements": [{"says": "ranges", "ranges": [{"from": "1.0.0"}]}]},
            "statements.0.ranges.0",
        ),
        ("releases/", {"product": "relay", "version": "1.0.2 build " + "9" * 61}, "version"),
        ("releases/", {"product": "relay", "version": "1.0"}, "version"),
        ("releases/", {"product": "nowhere", "version": "1.0.2"}, "product"),
        ("sources/", {"product": "relay", "title": "x", "kind": "vendor", "covers": ["latest"]}, "covers"),
        ("sources/", {"product": "relay", "title": "x", "kind": "vendor", "covers": ["1.0"] * 501}, "covers"),
        ("behaviours/", {"product": "relay", "slug": "。", "title": "x"}, "slug"),
        ("upgrade-check/", {"product": "relay", "from": "1.0.0", "to": "1.0.1", "facts": [1]}, "facts"),
        ("upgrade-check/", {"product": "relay", "from": "1.0.0", "to": "1.0.1", "facts": {"a": {}}}, "facts"),
        ("upgrade-check/", {"product": "relay", "from": "1.0.0", "to": "1.0.1", "hops": ["1.0.0"] * 21}, "hops"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_field_at_fault_is_named(alice: Person, relay: str, path: str, body: dict[str, Any], field: str) -> None:
    answer = alice.api.post(path, body)
    assert answer.status_code == 400, answer.content
    assert [row["field"] for row in answer.json()["errors"]] == [field]


def test_a_slug_that_grows_when_it_is_made_plain_is_cut(alice: Person, relay: str) -> None:
    answer = alice.api.post("behaviours/", {"product": "relay", "slug": "㏙" * 80, "title": "x"})
    assert (answer.status_code, len(answer.json()["slug"])) == (201, 80)
