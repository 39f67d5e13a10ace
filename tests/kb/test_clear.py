"""When a check may say "clear": everything is known and read, and each single thing that is missing takes it away."""

from typing import Any

import pytest

from tests.conftest import Person
from tests.kb.desk import Desk, Relay, days_ago, make_relay

SPAM = {"eq": ["antispam.mode", "strict"]}


def clear(desk: Desk, **more: Any) -> tuple[bool, bool | None]:
    """Return what the summary says on top."""
    summary = desk.check(**more)["summary"]
    return summary["clear"], summary["worse"]


def test_a_move_that_only_leaves_an_issue_behind_is_clear(desk: Desk, relay: str) -> None:
    report = desk.check()
    assert [(item["id"], item["verdict"]) for item in report["items"]] == [(relay, "leaves")]
    assert (report["summary"]["clear"], report["summary"]["worse"], report["summary"]["worst"]) == (True, False, None)
    assert (report["direction"], report["coverage"]["complete"], report["path"]["supported"]) == ("upgrade", True, True)
    assert (report["hidden"], report["coverage"]["unknown_versions"]) == (False, [])


def test_asked_by_get_the_answer_is_the_same(desk: Desk, relay: str) -> None:
    assert desk.get("upgrade-check/?product=relay&from=1.0.0&to=1.0.1") == desk.check()


@pytest.mark.parametrize(
    "spoilt",
    [
        Relay(target={"released": None}),
        Relay(target={"end_of_support": days_ago(1)}),
        Relay(target={"released": days_ago(5)}),
        Relay(source={"covers": []}),
        Relay(source={"covers": ["1.0.1"]}),
        Relay(source={"covers": ["1.0.0"]}),
        Relay(source={"retrieved": None}),
        Relay(source={"retrieved": days_ago(91)}),
        Relay(source={"retrieved": days_ago(-2)}),
        Relay(source={"kind": "third_party"}),
        Relay(source={"kind": "own"}),
        Relay(product={"path_needed": True}),
        Relay(listed={"lists_all": False}),
        Relay(source={"published": None}),
        Relay(source={"published": days_ago(300)}),
    ],
    ids=repr,
)
def test_whatever_is_missing_takes_it_away(desk: Desk, spoilt: Relay) -> None:
    make_relay(desk, spoilt)
    assert desk.check()["summary"]["clear"] is False


@pytest.mark.parametrize(
    "kept",
    [
        Relay(target={"end_of_support": days_ago(0)}),
        Relay(target={"end_of_engineering_support": days_ago(1)}),
        Relay(source={"retrieved": days_ago(90)}),
        Relay(source={"covers": ["1.0.0", "1.0.1"]}),
    ],
    ids=repr,
)
def test_what_is_just_enough_does_not(desk: Desk, kept: Relay) -> None:
    make_relay(desk, kept)
    assert clear(desk) == (True, False)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (None, (False, True)),
        ("critical", (False, True)),
        ("medium", (False, True)),
        ("low", (False, False)),
        ("info", (True, False)),
    ],
)
def test_a_notice_that_applies_counts_by_its_severity(
    desk: Desk, relay: str, severity: str | None, expected: tuple[bool, bool]
) -> None:
    notice = desk.issue(kind="notice", move={"direction": "upgrade"}, severity=severity or "unknown")
    assert desk.verdicts()[notice] == "applies"
    assert clear(desk) == expected


def test_a_notice_about_another_move_is_not_listed(desk: Desk, relay: str) -> None:
    notices = [
        desk.issue(kind="notice", move=move)
        for move in ({"direction": "downgrade"}, {"to": {"from": "1.0.2", "to": None}}, {"from": {"to": "0.9.9"}})
    ]
    assert desk.verdicts().keys().isdisjoint(notices)
    assert clear(desk) == (True, False)


@pytest.mark.parametrize(
    ("stated", "verdict", "expected"),
    [
        ([("seen", "1.0.1")], "enters", (False, True)),
        ([("seen", "1.0.0")], "stays", (False, False)),
        ([("last_seen_good", "1.0.0")], "unknown", (False, None)),
        ([("introduced", "1.0.0"), ("fixed", "1.0.1")], "leaves", (True, False)),
    ],
)
def test_an_issue_that_is_there_or_may_be_is_not_clear(
    desk: Desk, relay: str, stated: list[tuple[str, str]], verdict: str, expected: tuple[bool, bool | None]
) -> None:
    issue = desk.issue(statements=[{"says": says, "version": version} for says, version in stated])
    assert desk.verdicts()[issue] == verdict
    assert clear(desk) == expected


@pytest.mark.parametrize("fact", ["strict", None, "loose"])
def test_a_condition_decides_only_with_its_fact_and_clears_only_once_validated(
    desk: Desk, other: Desk, relay: str, fact: str | None
) -> None:
    issue = desk.issue(condition=SPAM, statements=[{"says": "introduced", "version": "1.0.1"}])
    facts = {"antispam.mode": fact}
    verdict = "not_applicable" if fact == "loose" else "enters"
    result = {"strict": True, None: "unknown", "loose": False}[fact]
    (item,) = [item for item in desk.check(facts=facts)["items"] if item["id"] == issue]
    assert (item["verdict"], item["condition"]["result"]) == (verdict, result)
    assert item["condition"]["decided_by"] == ([] if fact is None else ["antispam.mode"])
    assert item["condition"]["missing"] == (["antispam.mode"] if fact is None else [])
    assert clear(desk, facts=facts)[0] is False
    other.post(f"issues/{issue}/validate/", {"what": "condition", "basis": "Tried both modes."})
    assert clear(desk, facts=facts)[0] is (fact == "loose")


def test_a_hidden_issue_counts_and_shows_nothing_but_that_it_is_there(desk: Desk, charlie: Person, relay: str) -> None:
    stranger = Desk(charlie)
    kept = stranger.issue(
        title="Kept by us", audience="department", statements=[{"says": "introduced", "version": "1.0.1"}]
    )
    told, owners = desk.check(), stranger.check()
    assert (told["hidden"], told["summary"]["clear"], told["summary"]["enters"]) == (True, False, 0)
    assert kept not in str(told)
    assert "Kept by us" not in str(told)
    assert (owners["hidden"], owners["summary"]["enters"], owners["summary"]["worse"]) == (False, 1, True)
    assert stranger.verdicts()[kept] == "enters"


def test_a_hidden_issue_that_does_not_matter_for_the_move_hides_nothing(
    desk: Desk, charlie: Person, relay: str
) -> None:
    stated = [{"says": "introduced", "version": "1.0.0"}, {"says": "fixed", "version": "1.0.1"}]
    Desk(charlie).issue(audience="department", statements=stated)
    told = desk.check()
    assert (told["hidden"], told["summary"]["clear"]) == (False, True)


def test_a_product_without_sources_is_never_complete(desk: Desk) -> None:
    desk.post("parties/", {"name": "Maker", "kind": "vendor"})
    desk.post("products/", {"name": "Bare", "vendor": "maker", "scheme": "fortinet", "path_needed": False})
    for version in ("1.0.0", "1.0.1"):
        desk.post("releases/", {"product": "bare", "version": version, "released": days_ago(200)})
    report = desk.check(product="bare")
    assert (report["items"], report["coverage"]["complete"], report["summary"]["clear"]) == ([], False, False)


def test_a_version_outside_the_catalogue_is_named_and_never_clear(desk: Desk, relay: str) -> None:
    report = desk.check("1.0.0", "1.0.7")
    assert report["coverage"]["unknown_versions"] == ["1.0.7"]
    assert (report["summary"]["clear"], report["summary"]["unknown"]) == (False, 1)


@pytest.mark.parametrize("field", ["from", "to", "hops"])
@pytest.mark.parametrize("text", ["1.0", "latest", "", "1.0.1+", "9" * 120])
def test_what_is_no_version_is_an_error_with_candidates(
    desk: Desk, alice: Person, relay: str, field: str, text: str
) -> None:
    body = {"product": "relay", "from": "1.0.0", "to": "1.0.1"} | {field: [text] if field == "hops" else text}
    answer = alice.api.post("upgrade-check/", body)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 400
    assert error["field"].startswith(field)
    if (field, text) != ("hops", ""):
        assert error["candidates"] == ["1.0.1", "1.0.0"]


@pytest.mark.parametrize("hops", [["1.0.2"], ["0.9.0"], ["1.0.1", "1.0.0"]])
def test_hops_out_of_order_or_outside_are_an_error(alice: Person, relay: str, hops: list[str]) -> None:
    answer = alice.api.post("upgrade-check/", {"product": "relay", "from": "1.0.0", "to": "1.0.1", "hops": hops})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "hops")


def test_the_ends_and_repeats_are_hops(desk: Desk, relay: str) -> None:
    assert desk.check("1.0.0", "1.0.1", "1.0.0", "1.0.1", "1.0.1")["summary"]["clear"] is True


@pytest.mark.parametrize(
    "question",
    [
        "product=relay",
        "product=relay&from=1.0.0",
        "from=1.0.0&to=1.0.1",
        "product=relay&from=1.0.0&to=1.0.1&fact=x",
        "product=none&from=1.0.0&to=1.0.1",
        "product=relay&from=1.0.0&to=1.0.1&to=1.0.0",
    ],
)
def test_half_a_question_is_an_error(alice: Person, relay: str, question: str) -> None:
    assert alice.api.get(f"upgrade-check/?{question}").status_code == 400


def test_precedents_are_those_of_the_same_trains(desk: Desk, relay: str) -> None:
    for target, outcome in (("1.0.1", "Went well"), ("1.2.0", "Went back")):
        body = {"product": "relay", "from_version": "1.0.0", "to_version": target, "outcome": outcome}
        desk.post("precedents/", body | {"rolled_back": outcome == "Went back", "happened_on": "2022-06-08"})
    (told,) = desk.check()["precedents"]
    expected = {"from": "1.0.0", "to": "1.0.1", "when": "2022-06-08", "outcome": "Went well", "rolled_back": False}
    assert told == {**expected, "note": ""}
