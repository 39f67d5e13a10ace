"""What is changed leaves who, when, old and new behind: of an issue for its readers, of a catalogue for everybody."""

from typing import Any

import pytest

from kb.models import IssueEvent
from tests.conftest import Person
from tests.kb.desk import Desk


def history(who: Desk, issue: str, **filters: str) -> list[dict[str, Any]]:
    """Return the history of an issue as the API tells it, the newest first."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    rows: list[dict[str, Any]] = who.get(f"issues/{issue}/history/?{query}")["results"]
    return rows


def test_a_change_names_what_was_and_what_is(desk: Desk, other: Desk, relay: str) -> None:
    condition = {"eq": ["mode", "strict"]}
    for body in ({"title": "Mail stops at night", "severity": "low", "review_on": "2026-01-01"}, {"summary": ""}):
        assert desk.person.api.patch(f"issues/{relay}/", body).status_code == 200
    desk.person.api.patch(f"issues/{relay}/", {"condition": condition})
    other.post(f"issues/{relay}/validate/", {"what": "condition", "basis": "Tried."})
    desk.person.api.patch(f"issues/{relay}/", {"condition": None})

    third, second, first = history(desk, relay, kind="changed")
    assert (first["by"], first["detail"]["changes"]) == (
        "Alice",
        {
            "title": {"old": "Mail stops", "new": "Mail stops at night"},
            "severity": {"old": "high", "new": "low"},
            "review_on": {"old": None, "new": "2026-01-01"},
        },
    )
    assert second["detail"]["changes"] == {"condition": {"old": None, "new": condition}}
    assert third["detail"]["changes"] == {
        "condition": {"old": condition, "new": None},
        "condition_validated_by": {"old": str(other.person.user), "new": None},
    }
    assert [row["kind"] for row in history(desk, relay)][-1] == "created"


def test_the_page_shows_it_in_words(desk: Desk, alice: Person, relay: str) -> None:
    alice.api.patch(f"issues/{relay}/", {"severity": "low", "condition": {"eq": ["mode", "strict"]}})
    page = alice.client.get(f"/issues/{relay}/").content.decode()
    assert "<li>Severity: High → Low</li>" in page
    assert "<li>Where it applies: – → mode = strict</li>" in page


def test_what_was_written_before_an_issue_was_opened_stays_its_departments(
    desk: Desk, charlie: Person, relay: str
) -> None:
    issue = desk.issue(title="Secret name", slug="plain", audience="department")
    for body in ({"title": "Another secret"}, {"title": "Plain", "audience": "everyone"}, {"title": "Plainer"}):
        assert desk.person.api.patch(f"issues/{issue}/", body).status_code == 200

    theirs = history(Desk(charlie), issue, kind="changed")
    assert [row["detail"]["changes"] for row in theirs] == [
        {"title": {"old": "Plain", "new": "Plainer"}},
        {"title": None, "audience": None},
        {"title": None},
    ]
    assert "ecret" not in charlie.client.get(f"/issues/{issue}/").content.decode()
    assert history(desk, issue, kind="changed")[1]["detail"]["changes"]["title"]["old"] == "Another secret"


def test_a_change_of_nothing_is_none(desk: Desk, relay: str) -> None:
    before = IssueEvent.objects.count()
    assert desk.person.api.patch(f"issues/{relay}/", {"title": "Mail stops", "condition": None}).status_code == 200
    assert IssueEvent.objects.count() == before


@pytest.mark.parametrize("end", ["", "history/"])
def test_a_stranger_reads_no_history_of_what_is_kept(desk: Desk, charlie: Person, relay: str, end: str) -> None:
    issue = desk.issue(audience="department")
    assert charlie.api.get(f"issues/{issue}/{end}").status_code == 404
