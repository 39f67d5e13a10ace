"""What people say about an issue: positions and flips, who may check it, what is taken back; and all of it stays."""

import threading
import time
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from kb.models import IssueEvent
from kb.services.spans import refresh_spans
from tests.conftest import Person
from tests.kb.desk import Desk, make_relay


def stand(desk: Desk, issue: str) -> tuple[str, bool, list[str]]:
    """Return where an issue stands, as the API tells it alone and in the list."""
    told = desk.get(f"issues/{issue}/")
    (row,) = [row for row in desk.get("issues/")["results"] if row["id"] == issue]
    assert (row["vendor_position"], row["disputed"]) == (told["vendor_position"], told["disputed"])
    return told["vendor_position"], told["disputed"], told["disputed_on"]


def flips(issue: str) -> list[tuple[str, str, str, str]]:
    """Return the flips in an issue's history."""
    events = IssueEvent.objects.filter(issue__ref=issue, kind="flip").values_list("detail", flat=True)
    return [(told["party"], told["proposition"], told["before"], told["after"]) for told in events]


def test_a_reseller_that_denied_and_then_admitted_has_flipped(desk: Desk, relay: str) -> None:
    desk.claim(relay, "reseller-s", "exists", "no", "2022-06-17")
    assert (desk.get(f"issues/{relay}/")["flips"], flips(relay)) == ([], [])
    desk.claim(relay, "reseller-s", "exists", "yes", "2022-06-30")
    told = {"party": "reseller-s", "proposition": "exists", "before": "no", "after": "yes"}
    assert desk.get(f"issues/{relay}/")["flips"] == [told]
    assert flips(relay) == [("reseller-s", "exists", "no", "yes")]


def test_saying_the_same_again_is_no_flip(desk: Desk, relay: str) -> None:
    for day in ("2022-06-17", "2022-06-18"):
        desk.claim(relay, "reseller-s", "exists", "no", day)
    desk.claim(relay, "maker", "exists", "yes", "2022-06-19")
    assert flips(relay) == []


def test_a_claim_recorded_late_makes_the_event_of_its_own_flip(desk: Desk, relay: str) -> None:
    desk.claim(relay, "maker", "exists", "yes", "2022-06-10")
    desk.claim(relay, "maker", "exists", "no", "2022-06-20")
    desk.claim(relay, "maker", "exists", "no", "2022-06-01")
    assert sorted(flips(relay)) == [("maker", "exists", "no", "yes"), ("maker", "exists", "yes", "no")]


def test_claims_without_a_day_keep_the_order_in_which_they_were_recorded(desk: Desk, relay: str) -> None:
    for stance, day in (("yes", "2022-06-10"), ("no", None), ("yes", "2022-06-01")):
        desk.claim(relay, "maker", "is_defect", stance, day)
    assert stand(desk, relay)[0] == "by_design"
    desk.claim(relay, "maker", "is_defect", "yes")
    assert stand(desk, relay)[0] == "by_design"  # it follows what was recorded before it: the first of June


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], ("unknown", False, [])),
        ([("maker", "is_defect", "no")], ("by_design", False, [])),
        ([("maker", "is_defect", "yes")], ("confirms_defect", False, [])),
        ([("maker", "exists", "no")], ("denies", False, [])),
        ([("maker", "is_fixed", "yes")], ("fixed", False, [])),
        ([("reseller-s", "is_defect", "yes")], ("unknown", False, [])),
        ([("maker", "is_defect", "no"), ("us", "is_defect", "yes")], ("by_design", True, ["is_defect"])),
        (
            [("maker", "is_defect", "no"), ("us", "is_defect", "yes"), ("us", "is_defect", "retracted")],
            ("by_design", False, []),
        ),
    ],
    ids=str,
)
def test_positions_are_computed_from_what_stands(
    desk: Desk, relay: str, claims: list[tuple[str, str, str]], expected: tuple[str, bool, list[str]]
) -> None:
    for claim in claims:
        desk.claim(relay, *claim)
    assert stand(desk, relay) == expected
    (item,) = desk.check()["items"]
    assert (item["vendor_position"], item["disputed"]) == expected[:2]


def test_a_claim_of_tomorrow_or_of_nobody_is_refused(desk: Desk, alice: Person, relay: str) -> None:
    claim = {"party": "maker", "proposition": "exists", "stance": "no"}
    for wrong in ({"said_at": "2199-01-01"}, {"party": "nobody"}, {"versions": ["1.0"]}, {"stance": "perhaps"}):
        assert alice.api.post(f"issues/{relay}/claims/", claim | wrong).status_code == 400
    assert desk.get("claims/")["count"] == 0


def test_an_issue_is_validated_by_another_person_only(desk: Desk, other: Desk, alice: Person, relay: str) -> None:
    path, basis = f"issues/{relay}/validate/", {"version": "1.0.0", "basis": "CASE-0001"}
    assert alice.api.post(path, basis).status_code == 403
    assert desk.get(f"issues/{relay}/")["confidence"] == "not_validated"
    assert other.person.api.post(path, basis | {"version": "1.0"}).status_code == 400
    assert other.person.api.post(path, {"version": "1.0.0"}).status_code == 400
    assert other.post(path, basis)["confidence"] == "validated"
    assert desk.check()["items"][0]["confidence"] == "validated"


def test_a_condition_that_changes_is_nobodys_validated_one(desk: Desk, other: Desk, relay: str) -> None:
    path, tried = f"issues/{relay}/", {"what": "condition", "basis": "Tried."}
    assert other.person.api.post(f"{path}validate/", tried).status_code == 400  # it has none
    for value, writer, checker in (("a", desk, other), ("b", other, desk)):
        changed = writer.person.api.patch(path, {"condition": {"eq": ["mode", value]}}).json()
        assert changed["condition_confidence"] == "not_validated"
        assert writer.person.api.post(f"{path}validate/", tried).status_code == 403
        assert checker.post(f"{path}validate/", tried)["condition_confidence"] == "validated"
    assert desk.person.api.patch(path, {"title": "Another"}).json()["condition_confidence"] == "validated"


def test_a_confirmation_counts_once_somebody_else_accepts_it(
    desk: Desk, other: Desk, alice: Person, relay: str
) -> None:
    path = f"issues/{relay}/confirmations/"
    seen = desk.post(path, {"version": "1.0.1", "text": "Here too."})
    assert desk.verdicts() == {relay: "leaves"}
    accept = f"{path}{seen['id']}/accept/"
    assert alice.api.post(accept).status_code == 403
    assert desk.verdicts() == {relay: "leaves"}
    assert other.post(accept, {})["accepted_at"] is not None
    assert desk.verdicts() == {relay: "stays"}
    assert other.person.api.post(accept).status_code == 409
    (item,) = desk.check()["items"]
    assert item["conflicts"][0]["affected"]["says"] == "confirmed by a department"


def test_that_somebody_does_not_see_it_makes_nothing_unaffected(desk: Desk, other: Desk, relay: str) -> None:
    issue = desk.issue(statements=[{"says": "seen", "version": "1.0.1"}])
    for version in ("1.0.0", "1.0.1"):
        row = desk.post(f"issues/{issue}/confirmations/", {"version": version, "sees_it": False})
        other.post(f"issues/{issue}/confirmations/{row['id']}/accept/", {})
    assert desk.verdicts()[issue] == "enters"
    (item,) = [item for item in desk.check()["items"] if item["id"] == issue]
    assert "nothing is said about 1.0.0" in item["reason"]


def test_a_statement_taken_back_counts_no_longer_and_stays(desk: Desk, alice: Person, relay: str) -> None:
    wrong = desk.say(relay, "seen", "1.0.1")
    assert desk.verdicts() == {relay: "stays"}
    path = f"issues/{relay}/statements/{wrong}/take-back/"
    assert alice.api.post(path, {"reason": " "}).status_code == 400
    assert desk.post(path, {"reason": "It was 1.0.0."})["taken_back_reason"] == "It was 1.0.0."
    assert desk.verdicts() == {relay: "leaves"}
    assert alice.api.post(path, {"reason": "Again."}).status_code == 409
    told = {row["id"]: row["taken_back_reason"] for row in desk.get(f"issues/{relay}/")["statements"]}
    assert told[wrong] == "It was 1.0.0."
    assert list(told.values()).count(None) == 1


def test_an_issue_that_affects_cannot_be_archived_away(desk: Desk, alice: Person, relay: str) -> None:
    assert alice.api.post(f"issues/{relay}/archive/", {"reason": "No longer wanted."}).status_code == 409
    (statement,) = desk.get(f"issues/{relay}/")["statements"]
    desk.post(f"issues/{relay}/statements/{statement['id']}/take-back/", {"reason": "It was the network."})
    assert alice.api.post(f"issues/{relay}/archive/", {"reason": " "}).status_code == 400
    assert desk.post(f"issues/{relay}/archive/", {"reason": "It was the network."})["confidence"] == "archived"
    report = desk.check()
    assert report["items"] == []
    assert [(row["id"], row["reason"]) for row in report["withdrawn"]] == [(relay, "It was the network.")]
    assert alice.api.post(f"issues/{relay}/validate/", {"version": "1.0.0", "basis": "x"}).status_code in {403, 409}


def test_what_replaces_an_issue_counts_for_all_that_it_affects(desk: Desk, alice: Person, relay: str) -> None:
    old = desk.issue(statements=[{"says": "introduced", "version": "1.0.1"}])
    path = f"issues/{old}/archive/"
    notice = desk.issue(kind="notice", move={"direction": "upgrade"}, severity="info")
    for less in (relay, old, notice):
        assert alice.api.post(path, {"reason": "The same.", "replaced_by": less}).status_code == 400
    better = desk.issue(statements=[{"says": "introduced", "version": "1.0.0"}])
    assert desk.post(path, {"reason": "The same.", "replaced_by": better})["replaced_by"] == better
    report = desk.check()
    assert [(row["id"], row["replaced_by"]) for row in report["withdrawn"]] == [(old, better)]
    assert {item["id"]: item["verdict"] for item in report["items"]}.get(old) is None
    assert desk.verdicts()[better] == "stays"


ROWS = {
    "kb_claim": "text = 'never said'",
    "kb_issueevent": "detail = '{}'",
    "kb_precedent": "outcome = 'went well'",
    "kb_issuestatement": "version = '9.9.9'",
    "kb_confirmation": "version = '9.9.9'",
    "kb_behaviourvalue": "value = 'new'",
    "kb_catalogueevent": "detail = '{}'",
}


@pytest.fixture
def history(desk: Desk, relay: str) -> None:
    """A row in each table that is history."""
    desk.claim(relay, "maker", "exists", "no")
    desk.say(relay, "seen", "1.0.1")
    desk.post(f"issues/{relay}/confirmations/", {"version": "1.0.1"})
    move = {"product": "relay", "from_version": "1.0.0", "to_version": "1.0.1", "outcome": "Went back"}
    desk.post("precedents/", move)
    release = desk.get("releases/?product=relay")["results"][0]["id"]
    assert desk.person.api.patch(f"releases/{release}/", {"note": "Read."}).status_code == 200
    values = [{"value": "old", "says": "seen", "version": "1.0.0"}]
    desk.post("behaviours/", {"product": "relay", "slug": "order", "title": "Order", "values": values})


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {change}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_history_cannot_be_rewritten_by_sql(history: None, table: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="history"), transaction.atomic():
            cursor.execute(statement.format(table=table, change=ROWS[table]))


def test_two_people_who_state_at_once_both_count(
    desk: Desk, other: Desk, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    make_relay(desk)
    issue = desk.issue(statements=[])

    def slowly(known: Any) -> None:
        refresh_spans(known)
        time.sleep(0.3)  # what the other one adds meanwhile is not seen by this derivation

    monkeypatch.setattr("kb.services.statements.refresh_spans", slowly)
    start = threading.Barrier(2)

    def state(who: Desk, version: str) -> None:
        try:
            start.wait()
            who.say(issue, "seen", version)
        finally:
            connection.close()

    threads = [threading.Thread(target=state, args=row) for row in ((desk, "1.0.0"), (other, "1.0.1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for version in ("1.0.0", "1.0.1"):
        (said,) = [item for item in desk.check(version, version)["items"] if item["id"] == issue]
        assert (said["verdict"], said["reason"]) == ("stays", f"seen on {version}")
