"""What a reader may not see does not exist: in no answer of any operation, in no list, count, filter or error."""

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import Role
from accounts.services.departments import set_membership
from tests.api.conftest import Operation, operations
from tests.api.knowledge import MARKER, SECRET_PATH
from tests.api.world import World
from tests.conftest import Api, Person, make_person

QUESTION = {"product": "fortimail", "from": "7.0.1", "to": "7.0.2", "facts": {"some.path": "x"}}
ALIKE = {"title": "rejected mail reaches users", "text": "was the order changed?", "product": "fortimail"}
NO_PIECE = "00000000-0000-4000-8000-000000000000"
# The body that would do it, for whoever may: so that a refusal comes from the rights, not from the input.
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/already-asked/": ALIKE,
    "POST /api/v1/cases/": {"title": "Port down", "kind": "defect"},
    "PATCH /api/v1/cases/{ref}/": {"title": "Taken over"},
    "POST /api/v1/cases/{ref}/party-tickets/": {"party": "fortinet", "number": "1"},
    "POST /api/v1/cases/{ref}/comparisons/": {"before": [NO_PIECE], "after": [NO_PIECE]},
    "POST /api/v1/cases/{ref}/evidence/{public_id}/check/": {},
    "POST /api/v1/cases/{ref}/evidence/{public_id}/read-again/": {},
    "POST /api/v1/cases/{ref}/shares/": {"department": "network-services"},
    "POST /api/v1/cases/{ref}/timeline/": {"kind": "note", "text": "Was here."},
    "PATCH /api/v1/cases/{ref}/timeline/{public_id}/": {"text": "Never happened."},
    "POST /api/v1/behaviours/": {"product": "fortimail", "slug": "quarantine", "title": "Quarantine"},
    "POST /api/v1/behaviours/{id}/values/": {"value": "x", "says": "seen", "version": "7.0.1"},
    "POST /api/v1/detectors/": {"issue": "a-defect", "text": "title: Refused"},
    "PATCH /api/v1/detectors/{public_id}/": {"enabled": False},
    "POST /api/v1/devices/": {"name": "sw1", "product": "fortimail"},
    "POST /api/v1/devices/{public_id}/firmware/": {"version": "9.9.9"},
    "PATCH /api/v1/findings/{public_id}/": {"status": "dismissed"},
    "POST /api/v1/findings/{public_id}/lines/": {},
    "POST /api/v1/cases/{ref}/packs/": {"findings": [NO_PIECE], "recipient": "fortinet"},
    "POST /api/v1/packs/{public_id}/release/": {},
    "POST /api/v1/packs/{public_id}/restore/": {"text": "site-abcdefgh"},
    "POST /api/v1/issues/": {"product": "fortimail", "kind": "defect", "title": "Slow"},
    "PATCH /api/v1/issues/{name}/": {"title": "Harmless"},
    "POST /api/v1/issues/{name}/archive/": {"reason": "No longer wanted."},
    "POST /api/v1/issues/{name}/claims/": {"party": "fortinet", "proposition": "exists", "stance": "no"},
    "POST /api/v1/issues/{name}/confirmations/": {"version": "7.0.1", "sees_it": False},
    "POST /api/v1/issues/{name}/confirmations/{public_id}/accept/": {},
    "POST /api/v1/issues/{name}/remediations/": {"category": "workaround", "details": "Restart it."},
    "POST /api/v1/issues/{name}/statements/": {"says": "fixed", "version": "7.0.2"},
    "POST /api/v1/issues/{name}/statements/{public_id}/take-back/": {"reason": "Never seen."},
    "POST /api/v1/issues/{name}/validate/": {"version": "7.0.2", "basis": "Tried."},
    "POST /api/v1/cases/{ref}/tasks/": {"text": "Planted."},
    "PATCH /api/v1/cases/{ref}/tasks/{public_id}/": {"done": True},
    "POST /api/v1/cases/{ref}/watchers/": {"watch": True},
    "PATCH /api/v1/reminders/{public_id}/": {"seen": True},
    "PATCH /api/v1/contacts/{public_id}/": {"phone": "1"},
    "PATCH /api/v1/contracts/{public_id}/": {"support_level": "Gold"},
    "POST /api/v1/contacts/": {"party": "fortinet", "name": "Somebody"},
    "POST /api/v1/mails/{public_id}/file/": {"case": "CASE-0001"},
    "POST /api/v1/mails/{public_id}/take-out/": {"why": "Not theirs."},
    "POST /api/v1/contracts/": {"party": "fortinet", "number": "1"},
    "POST /api/v1/party-imports/": {"csv": "party,kind\nSomebody,vendor\n"},
    "POST /api/v1/parties/": {"name": "Somebody", "kind": "vendor"},
    "POST /api/v1/parties/{slug}/own-views/": {"text": "It was not us.", "said_by": "Somebody"},
    "POST /api/v1/precedents/": {
        "product": "fortimail",
        "from_version": "7.0.1",
        "to_version": "7.0.2",
        "outcome": "All well",
    },
    "POST /api/v1/products/": {"name": "Something", "vendor": "fortinet"},
    "POST /api/v1/releases/": {"product": "fortimail", "version": "7.0.9"},
    "PATCH /api/v1/releases/{id}/": {"note": "Read."},
    "POST /api/v1/sources/": {"product": "fortimail", "title": "A page", "kind": "own"},
    "POST /api/v1/upgrade-check/": QUESTION,
}
UPLOADS = {"POST /api/v1/cases/{ref}/evidence/", "POST /api/v1/mails/"}
OF_ONE_THING = ("{ref}", "{public_id}", "{name}")
FOR_EVERYBODY = ("/api/v1/sources/", "/api/v1/detectors/", "/api/v1/contacts/")
OF_ONESELF = {"POST /api/v1/cases/{ref}/watchers/": 200}  # to watch what one may see changes nothing for others
ASKS_ONLY = {
    "POST /api/v1/already-asked/": 200,
    "POST /api/v1/upgrade-check/": 200,
    "POST /api/v1/findings/{public_id}/lines/": 202,
    "POST /api/v1/packs/{public_id}/restore/": 200,
}


def send(operation: Operation, world: World, token: str | None) -> Any:
    """Send a well-formed request for an operation, with the ids of Alice's world."""
    headers = {"Authorization": f"Token {token}"} if token else {}
    path = world.asked(operation.template, operation.method)
    client = Client(raise_request_exception=True)
    if operation.name in UPLOADS:
        return client.post(path, {"file": ContentFile(b"planted", name="planted.log")}, headers=headers)
    if operation.method in {"post", "patch"}:
        body = BODIES[operation.name]
        return getattr(client, operation.method)(path, body, content_type="application/json", headers=headers)
    return getattr(client, operation.method)(path, headers=headers)


def whole(answer: Any) -> str:
    """Return everything that an answer tells: its headers and its body."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(dict(answer.headers)) + body.decode("utf-8", "replace")


def test_a_stranger_learns_nothing_from_any_operation(world: World, charlie: Person, schema: dict[str, Any]) -> None:
    told, wrong = [], []
    for operation in operations(schema):
        answer = send(operation, world, charlie.token)
        text, asked = whole(answer), world.path(operation.template)
        secrets = [
            word for word in (MARKER, SECRET_PATH, *world.ids.values()) if word not in asked
        ]  # what he wrote himself is no news
        told += [(operation.name, word) for word in secrets if word in text]
        about_one = any(part in operation.template for part in OF_ONE_THING)
        if about_one and not operation.template.startswith(FOR_EVERYBODY) and answer.status_code != 404:
            wrong.append((operation.name, answer.status_code))
    assert (told, wrong) == ([], [])


def test_a_stranger_changes_nothing(world: World, charlie: Person, alice: Person, schema: dict[str, Any]) -> None:
    owned = [f"cases/{world.case.ref}/", *(f"issues/{issue.ref}/" for issue in (world.kept.issue, world.kept.wrong))]
    before = [alice.api.get(path).json() for path in owned]
    for operation in operations(schema):
        send(operation, world, charlie.token)
    assert [alice.api.get(path).json() for path in owned] == before
    assert alice.api.get(f"cases/{world.case.ref}/evidence/").json()["count"] == 1
    assert alice.api.get(f"findings/{world.finding.public_id}/").json()["status"] == "new"
    assert [row["case"] for row in alice.api.get("mails/?ordering=recorded_at").json()["results"]] == [
        world.case.ref, None,
    ]  # fmt: skip


def test_without_a_token_nobody_gets_further_than_the_door(world: World, schema: dict[str, Any]) -> None:
    wrong = []
    for operation in operations(schema):
        answer = send(operation, world, None)
        assert MARKER not in whole(answer)
        expected = 401 if operation.needs_token else 200
        if answer.status_code != expected:
            wrong.append((operation.name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"?search={MARKER}",
        "?search=CASE",
        "?party=fortinet",
        "?product=fortimail",
        "?department=mail-operations",
        "?state=open",
        "?kind=defect",
        "?opened_after=2000-01-01T00:00:00Z",
        "?ordering=title",
        "?ordering=-ref&page_size=500",
    ],
)
def test_no_filter_of_cases_counts_what_a_stranger_may_not_see(world: World, charlie: Person, query: str) -> None:
    answer = charlie.api.get(f"cases/{query}")
    assert (answer.json()["count"], answer.json()["results"]) == (0, [])


@pytest.mark.parametrize(
    "path",
    [
        "findings/",
        f"findings/?rule={MARKER}-rule",
        "findings/?severity=high",
        f"findings/?search={MARKER}",
        "devices/",
        f"devices/?search={MARKER}",
        "devices/?product=fortimail",
        "devices/?department=mail-operations",
    ],
)
def test_no_other_list_does_either(world: World, charlie: Person, path: str) -> None:
    assert charlie.api.get(path).json()["count"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"?search={MARKER}",
        "?product=fortimail",
        "?severity=high",
        "?kind=defect",
        f"?alias={MARKER}-1",
        "?product=fortimail&affects=7.0.2",
        "?ordering=-ref&page_size=500",
    ],
)
def test_no_filter_of_issues_counts_what_a_department_keeps_to_itself(
    world: World, alice: Person, charlie: Person, query: str
) -> None:
    told, owned = (person.api.get(f"issues/{query}").json() for person in (charlie, alice))
    names = {row["id"] for row in told["results"]}
    assert names.isdisjoint({world.kept.issue.ref, world.kept.wrong.ref})
    assert told["count"] == len(names) < owned["count"]


@pytest.mark.parametrize("query", ["", "?issue={ref}", "?product=fortimail", f"?search={MARKER}", "?stance=yes"])
def test_no_filter_of_claims_does_either(world: World, alice: Person, charlie: Person, query: str) -> None:
    path = f"claims/{query.format(ref=world.kept.issue.ref)}"
    told, owned = (person.api.get(path).json() for person in (charlie, alice))
    assert told["count"] == len(told["results"]) < owned["count"]


def test_an_issue_for_everybody_is_read_by_a_stranger_and_changed_by_its_owner_only(
    world: World, charlie: Person
) -> None:
    path = f"issues/{world.known.issues['defect'].ref}/"
    assert charlie.api.get(path).status_code == 200
    assert charlie.api.patch(path, {"title": "Harmless"}).status_code == 403
    for what in ("archive", "claims", "statements", "validate"):
        body = BODIES[f"POST /api/v1/issues/{{name}}/{what}/"]
        assert charlie.api.post(f"{path}{what}/", body).status_code == 403
    assert charlie.api.post(f"{path}confirmations/", {"version": "7.0.2"}).status_code == 201


def test_a_slug_or_a_replacement_tells_nothing_of_an_issue_that_is_kept(world: World, charlie: Person) -> None:
    new = {"product": "fortimail", "kind": "defect"}
    assert charlie.api.post("issues/", new | {"title": f"{MARKER} kept"}).json()["slug"] == f"{MARKER}-kept".lower()
    mine = charlie.api.post("issues/", new | {"title": "Mine", "slug": f"{MARKER}-wrong"})
    assert (mine.status_code, mine.json()["slug"]) == (201, f"{MARKER}-wrong".lower())
    archive = f"issues/{mine.json()['id']}/archive/"
    hidden, absent = (
        charlie.api.post(archive, {"reason": "x", "replaced_by": name})
        for name in (world.kept.issue.ref, "ZR-1999-0001")
    )
    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_a_hash_is_no_key_to_evidence(world: World, charlie: Person) -> None:
    own = charlie.api.post("cases/", {"title": "Port down", "kind": "defect"}).json()["ref"]
    answer = charlie.api.get(f"cases/{own}/evidence/?sha256={world.evidence.blob_id}")
    assert answer.json()["count"] == 0


def test_the_same_file_at_a_strangers_tells_nothing_of_the_first(world: World, charlie: Person) -> None:
    own = charlie.api.post("cases/", {"title": "Port down", "kind": "defect"}).json()["ref"]
    same = ContentFile(f"{MARKER} date=2022-06-08\n".encode(), name="mine.log")
    answer = charlie.api.upload(f"cases/{own}/evidence/", same)
    assert (answer.status_code, answer.json()["duplicate"], answer.json()["name"]) == (202, False, "mine.log")


@pytest.mark.parametrize("template", ["cases/{ref}/evidence/{id}/", "cases/{ref}/timeline/{id}/"])
def test_a_thing_of_another_case_is_not_found_below_ones_own(world: World, charlie: Person, template: str) -> None:
    own = charlie.api.post("cases/", {"title": "Port down", "kind": "defect"}).json()["ref"]
    for thing in (world.evidence.public_id, world.entry.public_id):
        assert charlie.api.get(template.format(ref=own, id=thing)).status_code == 404


def test_a_strangers_404_reads_like_that_of_what_was_never_there(world: World, charlie: Person) -> None:
    hidden, absent = charlie.api.get(f"cases/{world.case.ref}/"), charlie.api.get("cases/CASE-9999/")
    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_nothing_of_anothers_can_be_named_in_a_body(world: World, charlie: Person) -> None:
    asked = {"title": "Port down", "kind": "defect", "devices": [world.device.name]}
    hidden = charlie.api.post("cases/", asked)
    absent = charlie.api.post("cases/", asked | {"devices": ["nowhere"]})
    assert hidden.status_code == absent.status_code == 400
    assert hidden.content.replace(world.device.name.encode(), b"nowhere") == absent.content


def test_another_department_is_no_department_to_write_in(world: World, charlie: Person) -> None:
    asked = {"title": "Port down", "kind": "defect"}
    hidden = charlie.api.post("cases/", asked | {"department": "mail-operations"})
    absent = charlie.api.post("cases/", asked | {"department": "nowhere"})
    assert hidden.status_code == 400
    assert hidden.content.replace(b"mail-operations", b"nowhere") == absent.content


def test_a_reader_reads_everything_and_writes_nothing(
    world: World, bob: Person, charlie: Person, schema: dict[str, Any]
) -> None:
    wrong = []
    for operation in operations(schema):
        answer = send(operation, world, bob.token)
        expected = 200 if operation.method == "get" else (ASKS_ONLY | OF_ONESELF).get(operation.name, 403)
        if answer.status_code != (403 if operation.template.endswith("/metrics") else expected):
            wrong.append((operation.name, answer.status_code))
        whole(answer)
    assert wrong == []


def test_a_token_to_read_writes_nothing(world: World, alice: Person, schema: dict[str, Any]) -> None:
    from accounts.services.tokens import create_token

    _, secret = create_token(user=alice.user, name="reads", scope="read", days=1)
    wrong = []
    for operation in operations(schema):
        answer = send(operation, world, secret)
        asks = operation.method == "get" or operation.name in ASKS_ONLY
        if (answer.status_code == 403) == asks and not operation.template.endswith("/metrics"):
            wrong.append((operation.name, answer.status_code))
        whole(answer)
    assert wrong == []


@pytest.mark.parametrize("membership", ["none", "other"])
def test_whoever_left_the_department_is_a_stranger(
    world: World, alice: Person, charlie: Person, membership: str
) -> None:
    alice.user.memberships.all().delete()
    if membership == "other":
        set_membership(user=alice.user, department=charlie.department, role=Role.MANAGER)
    assert alice.api.get(f"cases/{world.case.ref}/").status_code == 404
    assert alice.api.get("cases/").json()["count"] == 0
    assert alice.api.get(f"jobs/{world.job.public_id}/").status_code == 404


def test_an_administrator_of_accounts_sees_no_case_by_that(world: World, charlie: Person) -> None:
    charlie.user.is_staff = charlie.user.is_superuser = True
    charlie.user.save()
    assert charlie.api.get(f"cases/{world.case.ref}/").status_code == 404
    assert MARKER not in charlie.api.get("metrics").content.decode()


def test_every_operation_that_takes_a_body_is_tried(schema: dict[str, Any]) -> None:
    """So that an operation added later is tried too, or this test says that it is not."""
    taking = {operation.name for operation in operations(schema) if operation.method in {"post", "patch", "put"}}
    assert taking == {*BODIES, *UPLOADS}


def test_a_name_in_two_departments_is_two_devices(world: World, alice: Person, charlie: Person) -> None:
    answer = charlie.api.post("devices/", {"name": world.device.name, "product": "fortimail"})
    assert answer.status_code == 201
    assert json.loads(alice.api.get("devices/").content)["count"] == 1


def test_anonymous_readers_learn_nothing_from_a_bad_token(world: World) -> None:
    answer = Api("zrt_wrong").get(f"cases/{world.case.ref}/")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Token")


def test_members_of_no_department_have_empty_lists(world: World, network_services: Any) -> None:
    nobody = make_person("nobody@example.jp", network_services, Role.READER)
    nobody.user.memberships.all().delete()
    for path in ("cases/", "findings/", "devices/"):
        assert nobody.api.get(path).json()["results"] == []
    assert nobody.api.post("cases/", {"title": "x", "kind": "defect"}).status_code == 403
