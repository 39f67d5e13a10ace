"""Findings of logs and known issues: a detector proposes, a person decides, cases are told to their readers only."""

from typing import Any

import pytest

from accounts.models import Role
from accounts.services.departments import set_membership
from common.errors import Conflict, DomainError, Invalid
from kb.models import Confirmation
from kb.queries.products import product_by_slug
from tests.api.world import World, found, make_world
from tests.conftest import Person
from tests.kb.desk import Desk
from tickets.models import Finding
from tickets.services.cases import open_case, share_case
from tickets.services.findings import record_findings

RULE = "rejected-and-delivered"


@pytest.fixture
def world(alice: Person) -> World:
    """One of everything that Alice's department owns; its case is about FortiMail."""
    return make_world(alice)


@pytest.fixture
def issue(world: World, desk: Desk) -> str:
    """A public issue that the rule recognises, there from 7.0.2 on."""
    stated = [{"says": "introduced", "version": "7.0.2"}]
    return desk.issue(product="fortimail", title="Relayed twice", detector=RULE, statements=stated)


def find(world: World, transaction: str, firmware: str = "7.0.2") -> str:
    """Record a finding of the rule in the world's case beside those that are there; return its id."""
    told = dict(Finding.objects.filter(case=world.case, rule=RULE).values_list("transaction", "firmware"))
    told[transaction] = firmware
    rows = [found(world.evidence, rule=RULE, transaction=name, firmware=version) for name, version in told.items()]
    record_findings(case=world.case, found=rows)
    return str(Finding.objects.get(case=world.case, transaction=transaction).public_id)


def link(desk: Desk, finding: str) -> tuple[str | None, str | None]:
    """Return the issue that a finding is, or may be, and how sure that is."""
    told = desk.get(f"findings/{finding}/")
    (row,) = [row for row in desk.get(f"findings/?rule={RULE}")["results"] if row["id"] == finding]
    assert (row["issue"], row["link"]) == (told["issue"], told["link"])
    return told["issue"], told["link"]


def decide(desk: Desk, finding: str, **body: str) -> Any:
    """Say whether a finding is an issue."""
    return desk.person.api.patch(f"findings/{finding}/", body)


def share(world: World, desk: Desk, reader: Person) -> None:
    """Share the world's case with somebody's department."""
    set_membership(user=desk.person.user, department=desk.person.department, role=Role.MANAGER)
    share_case(principal=desk.person.principal, case=world.case, department=reader.department)


def cases_of(who: Desk, issue: str) -> list[str]:
    """Return the cases that a check shows behind an issue."""
    items = who.check("7.0.1", "7.0.2", product="fortimail")["items"]
    return next(item["cases"] for item in items if item["id"] == issue)


def test_a_finding_proposes_the_issue_whose_detector_found_it(world: World, desk: Desk, issue: str) -> None:
    assert link(desk, find(world, "a")) == ("relayed-twice", "proposed")


def test_without_such_an_issue_it_proposes_none(world: World, desk: Desk) -> None:
    finding = find(world, "a")
    assert link(desk, finding) == (None, None)
    assert decide(desk, finding, link="confirmed").status_code == 400


@pytest.mark.parametrize("state", ["confirmed", "refused"])
def test_a_person_confirms_or_refuses(world: World, desk: Desk, issue: str, state: str) -> None:
    finding = find(world, "a")
    assert decide(desk, finding, link=state).json()["link"] == state
    assert link(desk, finding) == ("relayed-twice", state)
    again = {"confirmed": "refused", "refused": "confirmed"}[state]
    assert decide(desk, finding, link=again, issue=issue).status_code == 200
    assert link(desk, finding) == ("relayed-twice", again)


def test_after_a_refusal_the_next_issue_is_proposed(world: World, desk: Desk, issue: str) -> None:
    desk.issue(product="fortimail", title="Relayed late", detector=RULE)
    finding = find(world, "a")
    assert decide(desk, finding, link="refused").json()["issue"] == "relayed-late"
    assert link(desk, finding) == ("relayed-late", "proposed")


def test_an_archived_issue_is_proposed_no_more(world: World, desk: Desk) -> None:
    wrong = desk.issue(product="fortimail", title="Relayed", detector=RULE)
    finding = find(world, "a")
    desk.post(f"issues/{wrong}/archive/", {"reason": "It was the network."})
    assert link(desk, finding) == (None, None)


def test_readers_strangers_and_wrong_issues_decide_nothing(
    world: World, desk: Desk, bob: Person, charlie: Person, issue: str
) -> None:
    finding = find(world, "a")
    kept = Desk(charlie).issue(product="fortimail", title="Theirs", audience="department")
    assert decide(Desk(bob), finding, link="confirmed").status_code == 403
    assert decide(Desk(charlie), finding, link="confirmed").status_code == 404
    assert decide(desk, finding, link="confirmed", issue=kept).status_code == 404
    assert decide(desk, finding, link="perhaps").status_code == 400
    assert decide(desk, finding, issue=issue).status_code == 400
    assert link(desk, finding) == ("relayed-twice", "proposed")


def test_what_is_confirmed_is_a_confirmation_that_somebody_else_has_to_accept(
    world: World, desk: Desk, other: Desk, issue: str
) -> None:
    for transaction, firmware in (("a", "7.0.1"), ("b", "7.0.1"), ("c", "version unknown")):
        assert decide(desk, find(world, transaction, firmware), link="confirmed").status_code == 200
    (row,) = desk.get(f"issues/{issue}/")["confirmations"]
    assert (row["version"], row["sees_it"], row["accepted_at"]) == ("7.0.1", True, None)
    move = ("7.0.1", "7.0.2")
    assert desk.verdicts(*move, product="fortimail")[issue] == "enters"
    other.post(f"issues/{issue}/confirmations/{row['id']}/accept/", {})
    assert desk.verdicts(*move, product="fortimail")[issue] == "stays"


@pytest.mark.parametrize("error", [Conflict("Held."), Invalid.field("text", "Too long.")], ids=str)
def test_whatever_else_forbids_the_confirmation_is_told(
    world: World, desk: Desk, issue: str, monkeypatch: pytest.MonkeyPatch, error: DomainError
) -> None:
    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr("tickets.services.links.add_confirmation", refuse)
    finding = find(world, "a")
    assert decide(desk, finding, link="confirmed").status_code == error.status
    assert link(desk, finding) == ("relayed-twice", "proposed")


def test_a_confirmation_from_logs_names_no_case_to_other_departments(
    world: World, desk: Desk, charlie: Person, issue: str
) -> None:
    decide(desk, find(world, "a"), link="confirmed")
    told = Desk(charlie).get(f"issues/{issue}/")
    assert len(told["confirmations"]) == Confirmation.objects.filter(issue__ref=issue).count() == 1
    assert world.case.ref not in str(told)


def test_a_shared_case_names_no_issue_that_its_department_keeps(world: World, desk: Desk, charlie: Person) -> None:
    kept = desk.issue(product="fortimail", title="Kept by us", audience="department", detector=RULE)
    decide(desk, find(world, "a"), link="confirmed")
    share(world, desk, charlie)
    told = Desk(charlie).get(f"cases/{world.case.ref}/timeline/")
    assert "confirmed as a known issue" in str(told)
    assert kept not in str(told)
    assert "Kept by us" not in str(told)


def test_sightings_are_counted_by_firmware_apart_from_confirmations(world: World, desk: Desk, issue: str) -> None:
    for transaction, firmware in (("a", "7.0.2"), ("b", "7.0.2"), ("c", "7.0.1"), ("d", "")):
        finding = find(world, transaction, firmware)
    path = f"issues/{issue}/sightings/"
    counted = [(row["version"], row["findings"], row["cases"]) for row in desk.get(path)]
    assert counted == [(None, 1, 1), ("7.0.1", 1, 1), ("7.0.2", 2, 1)]
    decide(desk, finding, link="refused")
    decide(desk, find(world, "c", "7.0.1"), status="dismissed")
    assert [row["version"] for row in desk.get(path)] == ["7.0.2"]
    assert desk.get(f"issues/{issue}/")["confirmations"] == []


def test_sightings_and_cases_are_told_to_who_may_see_the_cases(
    world: World, desk: Desk, bob: Person, charlie: Person, issue: str
) -> None:
    find(world, "a")
    stranger = Desk(charlie)
    for reader in (desk, Desk(bob)):
        assert cases_of(reader, issue) == [world.case.ref]
    assert cases_of(stranger, issue) == []
    assert stranger.get(f"issues/{issue}/sightings/") == []
    share(world, desk, charlie)
    assert cases_of(stranger, issue) == [world.case.ref]
    assert stranger.get(f"issues/{issue}/sightings/")[0]["findings"] == 1


def test_a_case_is_shown_while_a_finding_of_it_holds(world: World, desk: Desk, issue: str) -> None:
    finding = find(world, "a")
    decide(desk, finding, link="refused")
    assert cases_of(desk, issue) == []
    decide(desk, finding, link="confirmed", issue=issue)
    assert cases_of(desk, issue) == [world.case.ref]


def test_a_finding_in_a_case_about_another_product_is_no_sighting(world: World, desk: Desk, issue: str) -> None:
    desk.post("products/", {"name": "Another", "vendor": "fortinet"})
    world.case.product = product_by_slug("another")
    world.case.save(update_fields=["product"])
    finding = find(world, "a")
    assert link(desk, finding) == (None, None)
    assert decide(desk, finding, link="confirmed", issue=issue).status_code == 400
    assert (desk.get(f"issues/{issue}/sightings/"), cases_of(desk, issue)) == ([], [])


def test_a_case_without_a_product_may_be_linked_by_a_person(world: World, desk: Desk, issue: str) -> None:
    bare = open_case(department=desk.person.department, author=desk.person.user, title="x", kind="defect")
    record_findings(case=bare, found=[found(world.evidence, rule=RULE, transaction="a")])
    finding = str(Finding.objects.get(case=bare).public_id)
    assert link(desk, finding) == (None, None)
    assert decide(desk, finding, link="confirmed", issue=issue).json()["issue"] == "relayed-twice"
    assert cases_of(desk, issue) == [bare.ref]
