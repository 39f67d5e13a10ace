"""The pack that answers the question of the story: every row of the scenarios, asked over the API; loading it twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from kb.models import (
    BehaviourValue,
    CatalogueEvent,
    Claim,
    IssueEvent,
    IssueSpans,
    IssueStatement,
    KnownIssue,
    Party,
    Release,
    Remediation,
    Source,
    UpgradeStation,
)
from kb.services.packs import PACKS, load_pack
from tests.conftest import Person
from tests.kb.desk import Desk

MULTI, ORDER, STRONGEST = "multi-action-duplicate-relay", "scan-order-swapped", "strongest-action-wins"
DOWNGRADE = "downgrade-loses-configuration"
HITS = {"enters", "reintroduced", "crossed", "changes"}


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The pack, loaded once for all tests here, which take 4 seconds each to load it otherwise."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_pack(PACKS / "fortimail")
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def pack(loaded: None, db: None) -> None:
    """The pack; what a test does to it is taken back behind it."""


def ask(desk: Desk, *move: str, **more: Any) -> tuple[Any, dict[str, Any]]:
    """Return the report of a move, and its items by slug."""
    start, *hops, target = move
    report = desk.check(start, target, *hops, product="fortimail", **more)
    return report, {item["slug"]: item for item in report["items"]}


def verdict(desk: Desk, slug: str, *move: str) -> str | None:
    """Return the verdict of an issue, None where it is not listed."""
    item = ask(desk, *move)[1].get(slug)
    return item and str(item["verdict"])


def test_from_625_to_702_the_story_is_foretold(desk: Desk) -> None:
    report, items = ask(desk, "6.2.5", "7.0.2")
    told = items[MULTI]
    assert (told["verdict"], told["vendor_position"], told["disputed"]) == ("enters", "by_design", True)
    assert told["condition"]["result"] == "unknown"
    assert told["condition"]["missing"] == ["antispam.settings.scan-action-preference"]
    assert [items[slug]["verdict"] for slug in (ORDER, STRONGEST)] == ["changes", "changes"]
    assert items["cve-2025-32756"]["verdict"] == "enters"
    assert report["path"]["supported"] is False
    assert report["path"]["required_hops"] == ["6.4.5", "7.0.0"]
    assert (report["summary"]["clear"], report["summary"]["worse"]) == (False, True)
    assert report["summary"]["worst"] == "critical"


def test_the_old_order_on_625_is_inferred_and_its_source_says_so() -> None:
    values = BehaviourValue.objects.filter(attribute__issues__slug=ORDER, version="6.2.5").select_related("source")
    assert values
    assert all("infer" in f"{row.note} {row.source and row.source.note}".lower() for row in values)


@pytest.mark.parametrize(("mode", "verdict"), [("multi-action", "enters"), ("single-action", "not_applicable")])
def test_the_fact_decides_the_condition_and_does_not_clear_unvalidated(desk: Desk, mode: str, verdict: str) -> None:
    report, items = ask(desk, "6.2.5", "7.0.2", facts={"antispam.settings.scan-action-preference": mode})
    told = items[MULTI]
    assert (told["verdict"], told["condition"]["result"]) == (verdict, verdict == "enters")
    assert (told["condition"]["confidence"], report["summary"]["clear"]) == ("not_validated", False)


@pytest.mark.parametrize(
    "said", ["unknown", "?", "-", "yes", "multi action", "set scan-action-preference multi-action"]
)
def test_a_value_that_the_fact_cannot_have_takes_nothing_away(desk: Desk, said: str) -> None:
    report, items = ask(desk, "6.2.5", "7.0.2", facts={"antispam.settings.scan-action-preference": said})
    told = items[MULTI]
    assert (told["verdict"], told["condition"]["result"]) == ("enters", "unknown")
    assert told["condition"]["missing"] == ["antispam.settings.scan-action-preference"]
    assert report["summary"]["undecided"] == 1


@pytest.mark.parametrize("target", ["6.4.0", "6.4.1", "6.4.2"])
def test_before_643_the_order_is_not_known(desk: Desk, target: str) -> None:
    report, items = ask(desk, "6.2.5", target)
    assert (items[ORDER]["verdict"], report["summary"]["clear"]) == ("unknown", False)


def test_staying_is_no_move(desk: Desk) -> None:
    report, items = ask(desk, "7.0.2", "7.0.2")
    assert report["direction"] == "none"
    assert {item["verdict"] for item in items.values()} <= {"stays", "unknown"}
    assert items[MULTI]["verdict"] == "stays"


def test_going_back_swaps_the_values_and_loses_the_configuration(desk: Desk) -> None:
    report, items = ask(desk, "7.0.2", "6.2.5")
    there = ask(desk, "6.2.5", "7.0.2")[1]
    assert (report["direction"], items[MULTI]["verdict"], items[DOWNGRADE]["verdict"]) == (
        "downgrade",
        "unknown",
        "applies",
    )
    assert "nothing is said about 6.2.5" in items[MULTI]["reason"]
    for slug in (ORDER, STRONGEST):
        assert items[slug]["verdict"] == "changes"
        assert (items[slug]["before"], items[slug]["after"]) == (there[slug]["after"], there[slug]["before"])
    assert (report["path"]["supported"], report["path"]["required_hops"]) == (False, [])


@pytest.mark.parametrize(
    ("move", "slug", "expected"),
    [
        (("7.2.9", "7.4.5"), "cve-2025-53681", "reintroduced"),
        (("7.4.6", "7.2.8"), "cve-2025-53681", "reintroduced"),
        (("7.4.5", "7.4.6"), "cve-2025-53681", "leaves"),
        (("7.2.9", "7.4.5", "7.4.6"), "cve-2025-53681", "crossed"),
        (("7.2.9", "7.4.6"), "cve-2025-53681", None),
        (("6.4.8", "7.0.3"), "cve-2023-36556", "reintroduced"),
        (("7.0.2", "8.0.1"), MULTI, "unknown"),
    ],
    ids=str,
)
def test_the_tables_of_verdicts(desk: Desk, move: tuple[str, ...], slug: str, expected: str | None) -> None:
    assert verdict(desk, slug, *move) == expected


def test_what_is_crossed_names_the_hop(desk: Desk) -> None:
    assert "7.4.5" in ask(desk, "7.2.9", "7.4.5", "7.4.6")[1]["cve-2025-53681"]["reason"]


def test_a_release_that_nobody_knows_is_unknown_throughout(desk: Desk) -> None:
    report, items = ask(desk, "6.2.5", "9.9.9")
    assert report["coverage"]["unknown_versions"] == ["9.9.9"]
    assert (report["coverage"]["complete"], report["summary"]["clear"]) == (False, False)
    told = {(item["kind"] == "notice", item["verdict"]) for item in items.values()}
    assert told <= {(True, "applies"), (True, "unknown"), (False, "unknown")}
    assert len(items) > 10


@pytest.mark.parametrize("text", ["7.2", "latest", ""])
@pytest.mark.parametrize("end", ["from", "to"])
def test_no_release_is_guessed(alice: Person, text: str, end: str) -> None:
    question = {"product": "fortimail", "from": "6.2.5", "to": "7.0.2"} | {end: text}
    by_post = alice.api.post("upgrade-check/", question)
    by_get = alice.api.get("upgrade-check/?" + "&".join(f"{name}={value}" for name, value in question.items()))
    assert (by_post.status_code, by_get.status_code) == (400, 400)
    (error,) = by_post.json()["errors"]
    assert error["field"] == end
    assert error["candidates"]
    if text == "7.2":
        assert all(one.startswith("7.2.") for one in error["candidates"])


def test_the_reseller_that_denied_and_admitted_has_flipped(desk: Desk) -> None:
    told = desk.get(f"issues/{ORDER}/")
    assert {"party": "reseller-s", "proposition": "exists", "before": "no", "after": "yes"} in told["flips"]
    assert IssueEvent.objects.filter(issue__slug=ORDER, kind="flip", detail__party="reseller-s").count() == 1
    assert (told["vendor_position"], told["disputed_on"]) == ("by_design", ["is_defect"])


KEPT = (
    *(
        BehaviourValue,
        CatalogueEvent,
        Claim,
        IssueEvent,
        IssueStatement,
        KnownIssue,
        Party,
        Release,
        Remediation,
        Source,
    ),
    UpgradeStation,
)


def rows() -> dict[str, list[Any]]:
    """Return all that a pack writes, without the numbers of rows and the times of writing."""
    told: dict[str, list[Any]] = {}
    for model in KEPT:
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if not field.primary_key and field.attname not in {"created_at", "updated_at"}
        ]
        told[model.__name__] = sorted(map(str, model._default_manager.values_list(*names)))
    told["IssueSpans"] = sorted(map(str, IssueSpans.objects.values_list("issue_id", "affected", "possible", "pieces")))
    return told


def test_loading_twice_changes_nothing() -> None:
    before = rows()
    done = load_pack(PACKS / "fortimail")
    assert (sum(done.counts.values()), done.kept) == (0, [])
    after = rows()
    for name, kept in before.items():
        assert after[name] == kept, name


def test_what_people_changed_stays(desk: Desk, alice: Person) -> None:
    changed = alice.api.patch(f"issues/{MULTI}/", {"title": "Doppelte Zustellung", "severity": "critical"})
    assert changed.status_code == 200
    statement = desk.get(f"issues/{MULTI}/")["statements"][0]["id"]
    desk.post(f"issues/{MULTI}/statements/{statement}/take-back/", {"reason": "Misread."})
    own = desk.say(MULTI, "seen", "7.0.4")
    release = Release.objects.get(product__slug="fortimail", version="7.0.2")
    assert alice.api.patch(f"releases/{release.pk}/", {"released": "2022-01-01"}).status_code == 200
    load_pack(PACKS / "fortimail")
    told = desk.get(f"issues/{MULTI}/")
    assert (told["title"], told["severity"]) == ("Doppelte Zustellung", "critical")
    standing = {row["id"] for row in told["statements"] if row["taken_back_at"] is None}
    assert own in standing
    assert statement not in standing
    assert desk.get(f"releases/{release.pk}/")["released"] == "2022-01-01"


def test_an_issue_that_a_pack_wants_to_call_like_one_of_ours_leaves_ours_alone(desk: Desk) -> None:
    assert desk.get(f"issues/?product=fortimail&search={MULTI}")["count"] == 1
    KnownIssue.objects.filter(slug=MULTI).update(origin="")
    done = load_pack(PACKS / "fortimail")
    assert [name.split()[-1] for name in done.kept] == [MULTI]
