"""What of an issue is changed: its fields, other names, ways out; nobody overwrites what somebody else wrote."""

from typing import Any

import pytest

from kb.models import IssueEvent
from tests.conftest import Person
from tests.kb.desk import Desk


def changes_of(ref: str) -> dict[str, Any]:
    """The newest change in an issue's history."""
    event = IssueEvent.objects.filter(issue__ref=ref, kind="changed").latest("pk")
    return dict(event.detail["changes"])


def test_other_names_and_the_kind_are_changed_and_the_history_tells(desk: Desk, relay: str) -> None:
    issue = desk.issue(aliases=["BUG-1"])
    told = desk.person.api.patch(f"issues/{issue}/", {"kind": "vulnerability", "aliases": ["CVE-2026-1", "CVE-2026-1"]})
    assert told.status_code == 200
    assert (told.json()["kind"], told.json()["aliases"]) == ("vulnerability", ["CVE-2026-1"])
    assert changes_of(issue) == {
        "kind": {"old": "defect", "new": "vulnerability"},
        "aliases": {"old": ["BUG-1"], "new": ["CVE-2026-1"]},
    }
    assert [row["id"] for row in desk.get("issues/?alias=cve-2026-1")["results"]] == [issue]


def test_a_kind_that_is_judged_otherwise_is_refused(desk: Desk, relay: str) -> None:
    answer = desk.person.api.patch(f"issues/{relay}/", {"kind": "notice", "move": {"direction": "downgrade"}})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "kind"


def test_who_saw_an_older_state_overwrites_nothing(desk: Desk, relay: str) -> None:
    api = desk.person.api
    seen = api.get(f"issues/{relay}/")["ETag"]
    first = api.patch(f"issues/{relay}/", {"title": "First"}, headers={"If-Match": seen})
    assert first.status_code == 200
    second = api.patch(f"issues/{relay}/", {"title": "Second"}, headers={"If-Match": seen})
    assert (second.status_code, second.json()["errors"], desk.get(f"issues/{relay}/")["title"]) == (412, [], "First")
    assert api.patch(f"issues/{relay}/", {"title": "Third"}, headers={"If-Match": first["ETag"]}).status_code == 200
    assert api.patch(f"issues/{relay}/", {"title": "Fourth"}, headers={"If-Match": "*"}).status_code == 200
    assert api.patch(f"issues/{relay}/", {"title": "Fifth"}).status_code == 200


def test_a_way_out_is_recorded_and_removed_and_the_check_tells_it(desk: Desk, relay: str) -> None:
    desk.say(relay, "seen", "1.0.1")
    body = {"category": "workaround", "details": "Restart it.", "version": ""}
    way = desk.post(f"issues/{relay}/remediations/", body)
    assert [item["remediations"] for item in desk.check()["items"]] == [
        [{"category": "workaround", "details": "Restart it.", "version": None, "confidence": "not_validated"}]
    ]
    path = f"issues/{relay}/remediations/{way['id']}/"
    assert desk.person.api.delete(path).status_code == 204
    assert desk.person.api.delete(path).status_code == 404
    assert [item["remediations"] for item in desk.check()["items"]] == [[]]
    event = IssueEvent.objects.get(issue__ref=relay, kind="way_out_removed")
    assert event.detail["details"] == "Restart it."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"category": "magic", "details": "x"}, "category"),
        ({"category": "workaround", "details": " "}, "details"),
        ({"category": "vendor_fix", "details": "x", "version": "no version at all"}, "version"),
    ],
)
def test_a_way_out_that_says_nothing_is_refused(desk: Desk, relay: str, body: dict[str, str], field: str) -> None:
    answer = desk.person.api.post(f"issues/{relay}/remediations/", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_stranger_records_no_way_out(desk: Desk, relay: str, charlie: Person) -> None:
    issue = desk.issue(audience="department")
    body = {"category": "workaround", "details": "x"}
    assert charlie.api.post(f"issues/{issue}/remediations/", body).status_code == 404
    way = desk.post(f"issues/{issue}/remediations/", body)
    assert charlie.api.delete(f"issues/{issue}/remediations/{way['id']}/").status_code == 404
