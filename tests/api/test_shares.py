"""Sharing shows another department exactly that case, to read; taking it back hides it everywhere at once."""

import pytest
from django.core.files.base import ContentFile

from accounts.models import Role
from accounts.services.departments import set_membership
from accounts.services.tokens import create_token
from tests.api.knowledge import MARKER
from tests.api.world import World
from tests.conftest import Person
from tickets.models import Case, CaseKind
from tickets.services.cases import open_case, share_case, unshare_case


@pytest.fixture
def manager(alice: Person) -> Person:
    """Alice as a manager, who may share."""
    set_membership(user=alice.user, department=alice.department, role=Role.MANAGER)
    return alice


@pytest.fixture
def other_case(alice: Person) -> Case:
    """A second case of Alice's, which is not shared."""
    return open_case(department=alice.department, author=alice.user, title=f"{MARKER} too", kind=CaseKind.OTHER)


def share(manager: Person, world: World, charlie: Person) -> None:
    answer = manager.api.post(f"cases/{world.case.ref}/shares/", {"department": charlie.department.slug})
    assert (answer.status_code, answer.json()) == (201, {"department": "network-services"})


def test_exactly_that_case_is_seen(world: World, other_case: Case, manager: Person, charlie: Person) -> None:
    share(manager, world, charlie)
    listed = [row["ref"] for row in charlie.api.get("cases/").json()["results"]]
    assert listed == [world.case.ref]
    assert charlie.api.get(f"cases/{other_case.ref}/").status_code == 404
    assert charlie.api.get("findings/").json()["count"] == 1
    assert charlie.api.get(f"jobs/{world.job.public_id}/").status_code == 200
    assert charlie.api.get("devices/").json()["count"] == 0


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MANAGER])
def test_it_is_not_for_the_others_to_change(world: World, manager: Person, charlie: Person, role: str) -> None:
    share(manager, world, charlie)
    set_membership(user=charlie.user, department=charlie.department, role=role)
    api, ref = charlie.api, world.case.ref
    answers = [
        api.patch(f"cases/{ref}/", {"title": "Taken over"}),
        api.post(f"cases/{ref}/timeline/", {"kind": "note", "text": "x"}),
        api.patch(f"cases/{ref}/timeline/{world.entry.public_id}/", {"text": "x"}),
        api.post(f"cases/{ref}/party-tickets/", {"party": "fortinet", "number": "1"}),
        api.post(f"cases/{ref}/shares/", {"department": "mail-operations"}),
        api.delete(f"cases/{ref}/shares/network-services/"),
        api.patch(f"findings/{world.finding.public_id}/", {"status": "dismissed"}),
        api.upload(f"cases/{ref}/evidence/", ContentFile(b"x", name="x.log")),
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_taking_it_back_hides_it_everywhere(world: World, manager: Person, charlie: Person) -> None:
    share(manager, world, charlie)
    assert manager.api.delete(f"cases/{world.case.ref}/shares/network-services/").status_code == 204
    assert charlie.api.get("cases/").json()["count"] == charlie.api.get("findings/").json()["count"] == 0
    for path in (f"cases/{world.case.ref}/", f"jobs/{world.job.public_id}/", f"findings/{world.finding.public_id}/"):
        assert charlie.api.get(path).status_code == 404


def test_who_watched_watches_no_longer_when_it_is_taken_back(
    world: World, manager: Person, charlie: Person, bob: Person
) -> None:
    path = f"cases/{world.case.ref}/watchers/"
    share(manager, world, charlie)
    assert [person.api.post(path, {"watch": True}).status_code for person in (charlie, bob)] == [200, 200]
    told = manager.api.get(path).json()["results"]
    assert {"Charlie", "Bob"} <= {row["name"] for row in told}
    assert all(set(row) == {"name", "since"} for row in told)
    manager.api.delete(f"cases/{world.case.ref}/shares/network-services/")
    assert "Charlie" not in {row["name"] for row in manager.api.get(path).json()["results"]}
    assert not world.case.watchers.filter(user=charlie.user, until=None).exists()
    share(manager, world, charlie)
    names = {row["name"] for row in manager.api.get(path).json()["results"]}
    assert "Bob" in names
    assert "Charlie" not in names  # he watches again when he says so


def test_who_left_the_department_is_told_as_a_watcher_to_nobody(world: World, alice: Person, bob: Person) -> None:
    path = f"cases/{world.case.ref}/watchers/"
    bob.api.post(path, {"watch": True})
    bob.user.memberships.all().delete()
    assert "Bob" not in {row["name"] for row in alice.api.get(path).json()["results"]}
    assert "Watched by Bob" not in " ".join(alice.client.get(f"/cases/{world.case.ref}/").content.decode().split())


def test_the_timeline_tells_who_shared_it_and_who_took_it_back(world: World, manager: Person, charlie: Person) -> None:
    share_case(principal=manager.principal, case=world.case, department=charlie.department)
    unshare_case(principal=manager.principal, case=world.case, department=charlie.department)
    told = [entry.text for entry in world.case.entries.filter(kind="state").order_by("pk")]
    assert told[-2:] == ["shared with Network Services", "no longer shared with Network Services"]


@pytest.mark.parametrize("department", ["network-services", "nowhere"])
def test_an_operator_who_may_not_share_cannot_ask_for_departments(
    world: World, alice: Person, charlie: Person, department: str
) -> None:
    answers = [
        alice.api.post(f"cases/{world.case.ref}/shares/", {"department": department}),
        alice.api.delete(f"cases/{world.case.ref}/shares/{department}/"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_token_to_read_shares_nothing(world: World, manager: Person, charlie: Person) -> None:
    _, secret = create_token(user=manager.user, name="reads", scope="read", days=1)
    answer = type(manager.api)(secret).post(f"cases/{world.case.ref}/shares/", {"department": "network-services"})
    assert answer.status_code == 403


def test_the_owner_keeps_it_whatever_is_shared(world: World, manager: Person, charlie: Person, bob: Person) -> None:
    share(manager, world, charlie)
    assert bob.api.get(f"cases/{world.case.ref}/").json()["shared_with"] == ["network-services"]
    answer = manager.api.post(f"cases/{world.case.ref}/shares/", {"department": "mail-operations"})
    assert answer.status_code == 400
