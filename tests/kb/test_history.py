"""What is changed leaves who, when, old and new behind: of an issue for its readers, of a catalogue for everybody."""

from pathlib import Path
from typing import Any

import pytest

from kb.models import IssueEvent, Product, Release
from kb.services.catalogue import set_upgrade_path
from tests.conftest import Person
from tests.kb.desk import Desk
from tests.kb.small_pack import SmallPack


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


def changes(who: Desk, product: str) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Return the history of a product's catalogue as the API tells it, the oldest first."""
    rows = who.get(f"products/{product}/history/?ordering=at")["results"]
    return [(row["kind"], row["by"], row["detail"]) for row in rows]


def test_a_release_that_is_changed_says_what_its_days_were(desk: Desk, alice: Person, relay: str) -> None:
    release = Release.objects.get(version="1.0.1")
    path, was = f"releases/{release.pk}/", str(release.released)
    for body in ({"released": "2024-01-01"}, {"released": "2024-01-01"}, {"end_of_support": "2030-01-01"}):
        assert alice.api.patch(path, body).status_code == 200
    assert changes(desk, "relay") == [
        ("release_changed", "Alice", {"version": "1.0.1", "changes": {"released": {"old": was, "new": "2024-01-01"}}}),
        (
            "release_changed",
            "Alice",
            {"version": "1.0.1", "changes": {"end_of_support": {"old": None, "new": "2030-01-01"}}},
        ),
    ]
    page = alice.client.get("/products/relay/").content.decode()
    assert f"<li>Released: {was} → 2024-01-01</li>" in page
    assert "<li>End of support: – → 2030-01-01</li>" in page


def test_a_path_that_is_changed_says_what_it_was(desk: Desk, alice: Person, relay: str) -> None:
    product = Product.objects.get(slug="relay")
    for stations in ([["1.0.0"]], [["1.0.0"]], [["1.0.0"], ["1.0.1"]]):
        set_upgrade_path(product=product, author=alice.user, stations=stations)
    first, second = (detail["changes"]["stations"] for _, _, detail in changes(desk, "relay"))
    one, other = ({"versions": [version], "source": None} for version in ("1.0.0", "1.0.1"))
    assert (first, second) == ({"old": [], "new": [one]}, {"old": [one], "new": [one, other]})
    assert "<li>Upgrade path: 1.0.0 → 1.0.0, 1.0.1</li>" in alice.client.get("/products/relay/").content.decode()


def test_what_a_pack_changes_in_a_catalogue_is_told(desk: Desk, tmp_path: Path) -> None:
    pack = SmallPack(tmp_path)
    pack.load()
    Release.objects.filter(version="1.0.1").update(released=None)
    pack.sources[0]["covers"] = ["1.0", "1.1"]
    pack.load()
    covers = {"old": ["1.0"], "new": ["1.0", "1.1"]}
    released = {"old": None, "new": "2024-01-01"}
    assert changes(desk, "widget") == [
        ("source_changed", None, {"source": "Release notes", "changes": {"covers": covers}}),
        ("release_changed", None, {"version": "1.0.1", "changes": {"released": released}}),
    ]
