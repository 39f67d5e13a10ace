"""An archived issue takes nothing out of a check: whatever replaces it counts for all of it, today and later."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Role
from accounts.services.departments import set_membership
from kb.models import KnownIssue
from kb.services.locks import lock_issue
from tests.conftest import Person
from tests.kb.desk import Desk, make_relay

SPAM = {"eq": ["antispam.mode", "strict"]}
INTRODUCED = [{"says": "introduced", "version": "1.0.1"}]
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another kind": ({}, {"kind": "limitation"}, "another kind"),
    "less severe": ({}, {"severity": "medium"}, "less severe"),
    "less severe than unknown": ({"severity": "unknown"}, {"severity": "critical"}, "less severe"),
    "under a condition": ({}, {"condition": SPAM}, "under a condition"),
    "under another condition": ({"condition": SPAM}, {"condition": {"exists": "ha"}}, "under a condition"),
    "for fewer readers": ({}, {"audience": "department"}, "not for everybody"),
    "affecting less": ({}, {"statements": [{"says": "fixed", "version": "1.0.1"}]}, "does not affect"),
    "absent where it may be": (
        {"statements": [{"says": "seen", "version": "1.0.1"}]},
        {"statements": INTRODUCED},
        "known to be absent",
    ),
}


def pair(desk: Desk, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None) -> tuple[str, str]:
    """Record an issue of which all is said, and one that is to replace it."""
    same: dict[str, Any] = {"statements": INTRODUCED}
    return desk.issue(**same | (old or {})), desk.issue(**same | (new or {}))


def archive(desk: Desk, old: str, new: str | None) -> Any:
    """Ask for an issue to be archived."""
    return desk.person.api.post(f"issues/{old}/archive/", {"reason": "The same.", "replaced_by": new})


def replaced(desk: Desk, **old: Any) -> tuple[str, str]:
    """Archive an issue behind another one; a check names it as withdrawn."""
    pair_ = pair(desk, old)
    assert archive(desk, *pair_).status_code == 200
    assert withdrawn(desk) == [pair_[0]]
    return pair_


def withdrawn(desk: Desk) -> list[str]:
    """Return what a check names as withdrawn."""
    return [row["id"] for row in desk.check()["withdrawn"]]


@pytest.mark.parametrize("name", REFUSED)
def test_a_replacement_that_counts_for_less_is_refused(desk: Desk, relay: str, name: str) -> None:
    old, new, words = REFUSED[name]
    answer = archive(desk, *pair(desk, old, new))
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "replaced_by")
    assert words in error["message"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"severity": "critical"}),
        ({"condition": SPAM}, {}),
        ({"condition": SPAM}, {"condition": SPAM}),
        ({"audience": "department"}, {}),
        ({"audience": "department"}, {"audience": "department"}),
        ({}, {"statements": [{"says": "seen", "version": "1.0.0"}]}),
    ],
    ids=str,
)
def test_one_that_counts_for_as_much_is_taken(desk: Desk, relay: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert archive(desk, *pair(desk, old, new)).status_code == 200


def test_what_is_about_another_behaviour_or_other_moves_replaces_nothing(desk: Desk, alice: Person, relay: str) -> None:
    """What is about the same is taken."""
    for slug in ("order", "strongest"):
        desk.post("behaviours/", {"product": "relay", "slug": slug, "title": slug})
    taken = {"product": "relay", "slug": "order", "title": "Again"}
    assert alice.api.post("behaviours/", taken).status_code == 409
    subjects: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"behaviour": "order"}, {"behaviour": "strongest"}),
        ({"move": {"direction": "upgrade"}}, {"move": {"direction": "downgrade"}}),
    ]
    for kind, (mine, another) in zip(("behaviour_change", "notice"), subjects, strict=True):
        old, same, other = (desk.issue(kind=kind, **subject) for subject in (mine, mine, another))
        assert archive(desk, old, other).status_code == 400
        assert archive(desk, old, same).status_code == 200


def narrower(field: str, value: Any) -> Callable[[Desk, str], object]:
    """Return a change of a replacement."""
    return lambda desk, issue: desk.person.api.patch(f"issues/{issue}/", {field: value})


def no_longer_said(desk: Desk, issue: str) -> None:
    """Take back all that is said about an issue."""
    for row in desk.get(f"issues/{issue}/")["statements"]:
        desk.post(f"issues/{issue}/statements/{row['id']}/take-back/", {"reason": "Misread."})


def cured(desk: Desk, issue: str) -> None:
    """Say that an issue is no longer there."""
    no_longer_said(desk, issue)
    desk.say(issue, "fixed", "1.0.0")


def withdrawn_itself(desk: Desk, issue: str) -> None:
    """Withdraw an issue as wrong."""
    no_longer_said(desk, issue)
    assert archive(desk, issue, None).status_code == 200


LATER: dict[str, Callable[[Desk, str], object]] = {
    "less severe": narrower("severity", "low"),
    "under a condition": narrower("condition", SPAM),
    "cured": cured,
    "nothing said": no_longer_said,
    "withdrawn itself": withdrawn_itself,
}


@pytest.mark.parametrize("change", LATER)
def test_once_its_replacement_counts_for_less_it_is_judged_again(desk: Desk, relay: str, change: str) -> None:
    old, new = replaced(desk)

    LATER[change](desk, new)

    (item,) = [item for item in desk.check()["items"] if item["id"] == old]
    assert (item["verdict"], item["confidence"]) == ("enters", "archived")
    assert item["reason"].endswith("archived, but nothing stands in for all that is said of it")
    assert old not in withdrawn(desk)
    assert desk.check()["summary"]["worse"] is True


def test_what_replaces_its_replacement_counts_for_it(desk: Desk, relay: str) -> None:
    old, new = replaced(desk)
    last = desk.issue(statements=INTRODUCED)
    assert archive(desk, new, last).status_code == 200
    assert withdrawn(desk) == [old, new]
    cured(desk, last)
    assert withdrawn(desk) == []
    assert {old, new} <= desk.verdicts().keys()


def test_two_that_replace_each_other_are_both_judged(desk: Desk, relay: str) -> None:
    old, new = replaced(desk)
    KnownIssue.objects.filter(ref=new).update(
        confidence="archived", archived_reason="x", replaced_by=KnownIssue.objects.get(ref=old)
    )
    assert withdrawn(desk) == []
    assert desk.verdicts()[old] == desk.verdicts()[new] == "enters"


def test_a_value_that_is_stated_later_brings_an_archived_change_back(desk: Desk, relay: str) -> None:
    made = desk.post("behaviours/", {"product": "relay", "slug": "order", "title": "Order"})
    issue = desk.issue(kind="behaviour_change", behaviour="order")
    desk.post(f"issues/{issue}/archive/", {"reason": "Never seen."})
    assert withdrawn(desk) == [issue]
    for value, version in (("old", "1.0.0"), ("new", "1.0.1")):
        desk.post(f"behaviours/{made['id']}/values/", {"value": value, "says": "seen", "version": version})
    assert (withdrawn(desk), desk.verdicts()[issue]) == ([], "changes")


def test_a_hidden_issue_that_nothing_replaces_any_more_counts_again(desk: Desk, charlie: Person, relay: str) -> None:
    theirs = Desk(charlie)
    old, new = replaced(theirs, audience="department")
    assert desk.check()["hidden"] is False
    theirs.person.api.patch(f"issues/{new}/", {"severity": "low"})
    assert desk.check()["hidden"] is True
    assert old not in str(desk.check())


def test_nothing_is_said_about_an_archived_issue(desk: Desk, other: Desk, alice: Person, relay: str) -> None:
    issue = desk.issue(statements=INTRODUCED)
    seen = desk.post(f"issues/{issue}/confirmations/", {"version": "1.0.0"})
    assert archive(desk, issue, desk.issue(statements=INTRODUCED)).status_code == 200
    refused = [
        alice.api.post(f"issues/{issue}/statements/", {"says": "seen", "version": "1.0.0"}),
        other.person.api.post(f"issues/{issue}/confirmations/{seen['id']}/accept/"),
    ]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert all("is archived: it would count for nothing" in answer.json()["detail"] for answer in refused)


def test_a_replacement_is_read_as_it_is_once_nobody_changes_it_any_more(
    desk: Desk, other: Desk, transactional_db: None
) -> None:
    make_relay(desk)
    old, new = pair(desk)
    held, answers = threading.Event(), []

    def ask() -> None:
        try:
            held.wait()
            answers.append(archive(other, old, new).status_code)
        finally:
            connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    with transaction.atomic():
        stored = lock_issue(KnownIssue.objects.get(ref=new))
        held.set()
        asking.join(timeout=1)
        assert asking.is_alive()  # it waits for what is being changed here
        stored.severity = "low"
        stored.save(update_fields=["severity"])
    asking.join()
    assert answers == [400]


def test_what_replaces_an_issue_is_not_kept_from_those_who_see_that(desk: Desk, relay: str) -> None:
    old, new = replaced(desk)
    refused = desk.person.api.patch(f"issues/{new}/", {"audience": "department"})
    assert (refused.status_code, refused.json()["detail"]) == (409, f"{new} replaces {old}, which everybody may see.")
    kept, other = pair(desk, {"audience": "department"})
    assert archive(desk, kept, other).status_code == 200
    assert desk.person.api.patch(f"issues/{other}/", {"audience": "department"}).status_code == 200
    assert withdrawn(desk) == [old, kept]


def test_what_two_departments_keep_replaces_nothing_of_each_other(desk: Desk, alice: Person, charlie: Person) -> None:
    make_relay(desk)
    set_membership(user=alice.user, department=charlie.department, role=Role.OPERATOR)
    theirs = Desk(charlie).issue(statements=INTRODUCED, audience="department")
    ours = desk.issue(statements=INTRODUCED, audience="department", department=alice.department.slug)
    answer = archive(desk, ours, theirs)
    assert (answer.status_code, "not for everybody" in answer.json()["detail"]) == (400, True)


def test_the_number_of_a_hidden_replacement_is_told_to_nobody_else(desk: Desk, charlie: Person, relay: str) -> None:
    """As it may be where it was recorded before this was refused."""
    old, new = replaced(desk)
    KnownIssue.objects.filter(ref=new).update(audience="department")
    stranger = Desk(charlie)
    told = [stranger.check(), stranger.get(f"issues/{old}/"), stranger.get(f"issues/{old}/history/")]
    assert new not in str(told)
    assert desk.get(f"issues/{old}/")["replaced_by"] == new
    assert [
        row["detail"].get("replaced_by") for row in desk.get(f"issues/{old}/history/?kind=archived")["results"]
    ] == [new]


def test_a_withdrawn_issue_names_no_hidden_replacement(desk: Desk, charlie: Person, relay: str) -> None:
    """What replaces the hidden one counts for both, so the first is withdrawn all the same."""
    old, new = replaced(desk)
    assert archive(desk, new, desk.issue(statements=INTRODUCED)).status_code == 200
    KnownIssue.objects.filter(ref=new).update(audience="department")
    for who, told in ((desk, new), (Desk(charlie), None)):
        first = who.check()["withdrawn"][0]
        assert (first["id"], first["replaced_by"]) == (old, told)
