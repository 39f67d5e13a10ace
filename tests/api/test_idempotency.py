"""A retry of a POST with the same Idempotency-Key gives the same answer, and does nothing twice."""

import threading
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from accounts.models import Membership, Role
from accounts.services.departments import set_membership
from common.models import IdempotentAnswer
from kb.models import Party
from tests.api.world import World
from tests.conftest import Api, Person, make_person
from tickets.models import Case, Evidence

CASE = {"title": "Spam", "kind": "defect"}


def open_case(api: Api, key: str, **changes: Any) -> Any:
    return api.post("cases/", CASE | changes, Idempotency_Key=key)


def test_the_same_request_is_answered_again_and_done_once(alice: Person) -> None:
    first, again = open_case(alice.api, "k"), open_case(alice.api, "k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Case.objects.count() == 1


def test_the_order_of_the_fields_does_not_matter(alice: Person) -> None:
    open_case(alice.api, "k")
    answer = alice.api.post("cases/", dict(reversed(CASE.items())), Idempotency_Key="k")
    assert answer.headers["Idempotency-Replayed"] == "true"


def test_another_body_is_refused(alice: Person) -> None:
    open_case(alice.api, "k")
    answer = open_case(alice.api, "k", title="Ham")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert Case.objects.count() == 1


def test_another_key_is_another_request(alice: Person) -> None:
    open_case(alice.api, "k")
    assert open_case(alice.api, "l").json()["ref"] == "CASE-0002"


def test_keys_belong_to_a_person_and_an_address(alice: Person, charlie: Person) -> None:
    open_case(alice.api, "k")
    assert "Idempotency-Replayed" not in open_case(charlie.api, "k").headers
    party = alice.api.post("parties/", {"name": "Fortinet", "kind": "vendor"}, Idempotency_Key="k")
    assert (party.status_code, "Idempotency-Replayed" in party.headers) == (201, False)


def test_a_refusal_is_not_kept(alice: Person) -> None:
    assert open_case(alice.api, "k", product="nowhere").status_code == 400
    assert IdempotentAnswer.objects.count() == 0
    assert open_case(alice.api, "k").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_refused(alice: Person, key: str) -> None:
    answer = alice.api.post("cases/", CASE, Idempotency_Key=key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_crash_between_effect_and_answer_leaves_neither(
    alice: Person, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(IdempotentAnswer.objects, "create", crash)
    with pytest.raises(RuntimeError):
        open_case(alice.api, "k")
    assert (Case.objects.count(), IdempotentAnswer.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert open_case(alice.api, "k").json()["ref"] == "CASE-0001"


def test_two_at_once_do_it_once(alice: Person, transactional_db: None) -> None:
    start, answers = threading.Barrier(4), []

    def ask() -> None:
        try:
            start.wait()
            answers.append(open_case(alice.api, "k").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Case.objects.count() == IdempotentAnswer.objects.count() == 1


def test_one_that_still_runs_is_a_409(alice: Person, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from tickets.services import cases

    inside, go_on, answers = threading.Event(), threading.Event(), []
    real = cases.open_case

    def slow(**values: Any) -> Case:
        inside.set()
        assert go_on.wait(10)
        return real(**values)

    monkeypatch.setattr("tickets.api.cases.open_case", slow)

    def ask() -> None:
        try:
            answers.append(open_case(alice.api, "k").status_code)
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    assert inside.wait(10)
    second = open_case(alice.api, "k")
    go_on.set()
    thread.join()
    assert (second.status_code, second.json()["title"]) == (409, "This conflicts with something else")
    assert answers == [201]


def test_who_may_no_longer_write_gets_no_replay(alice: Person) -> None:
    open_case(alice.api, "k")
    set_membership(user=alice.user, department=alice.department, role=Role.READER)
    assert open_case(alice.api, "k").status_code == 403


def test_who_moved_to_another_department_is_not_told_again(alice: Person, charlie: Person, world: World) -> None:
    """The person may still write somewhere, but the answer tells of what is no longer hers."""
    open_case(alice.api, "k")
    device = {"name": "mx2", "product": "fortimail"}
    alice.api.post("devices/", device, Idempotency_Key="k")
    Membership.objects.filter(user=alice.user).delete()
    set_membership(user=alice.user, department=charlie.department, role=Role.OPERATOR)
    assert open_case(alice.api, "k").status_code == 404
    assert alice.api.post("devices/", device, Idempotency_Key="k").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("cases/{ref}/timeline/", {"kind": "note", "text": "x"}),
        ("cases/{ref}/party-tickets/", {"party": "fortinet", "number": "1"}),
        ("devices/{device}/firmware/", {"version": "7.0.3"}),
    ],
)
def test_what_went_out_of_sight_is_not_replayed(
    world: World, alice: Person, charlie: Person, path: str, body: dict[str, str]
) -> None:
    address = path.format(**world.ids)
    assert alice.api.post(address, body, Idempotency_Key="k").status_code == 201
    Membership.objects.filter(user=alice.user).delete()
    set_membership(user=alice.user, department=charlie.department, role=Role.OPERATOR)
    assert alice.api.post(address, body, Idempotency_Key="k").status_code == 404


def upload(api: Api, world: World, key: str, content: bytes = b"line\n", name: str = "a.log", **fields: str) -> Any:
    file = ContentFile(content, name=name)
    return api.upload(f"cases/{world.case.ref}/evidence/", file, {"Idempotency-Key": key}, **fields)


def test_an_upload_is_answered_again_and_stored_once(alice: Person, world: World) -> None:
    first, again = upload(alice.api, world, "k"), upload(alice.api, world, "k")
    assert (first.status_code, again.status_code, again.content) == (202, 202, first.content)
    assert again.json()["duplicate"] is False
    assert Evidence.objects.filter(name="a.log").get().custody.count() == 1


@pytest.mark.parametrize(
    "other", [{"content": b"other\n"}, {"name": "b.log"}, {"note": "said later"}], ids=["bytes", "name", "note"]
)
def test_another_upload_under_the_same_key_is_refused(alice: Person, world: World, other: dict[str, Any]) -> None:
    upload(alice.api, world, "k")
    before = Evidence.objects.count()
    assert upload(alice.api, world, "k", **other).status_code == 422
    assert Evidence.objects.count() == before


def test_old_answers_are_forgotten_after_a_week(alice: Person) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from common.jobs.tasks import sweep

    open_case(alice.api, "old")
    open_case(alice.api, "new")
    IdempotentAnswer.objects.filter(key="old").update(created_at=timezone.now() - timedelta(days=8))
    sweep()
    assert list(IdempotentAnswer.objects.values_list("key", flat=True)) == ["new"]


def test_making_the_same_party_with_two_keys_is_a_conflict(alice: Person) -> None:
    party = {"name": "Fortinet", "kind": "vendor"}
    assert alice.api.post("parties/", party, Idempotency_Key="a").status_code == 201
    assert alice.api.post("parties/", party, Idempotency_Key="b").status_code == 409
    assert Party.objects.filter(slug="fortinet").count() == 1


def test_a_colleague_with_the_same_key_does_something_else(alice: Person) -> None:
    dana = make_person("dana@example.jp", alice.department, Role.OPERATOR)
    refs = {open_case(person.api, "k").json()["ref"] for person in (alice, dana)}
    assert refs == {"CASE-0001", "CASE-0002"}
