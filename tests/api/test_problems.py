"""Whatever a client sends, the answer is one it can read: problem+json that names the field, never a 500."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.api.world import World
from tests.conftest import Api, Person

TITLES = {
    400: "The input is not valid",
    401: "Who are you?",
    403: "You may not do this",
    404: "Nothing here that you may see",
    405: "This method is not offered here",
    413: "Too large",
    415: "This form of input is not understood",
}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """Return the problem of an answer, after looking whether it is a whole one."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["title"] == TITLES.get(status, body["title"])
    return body


def raw(person: Person, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    """POST bytes as they are."""
    sent = {"Authorization": f"Token {person.token}"} | headers
    return Client().post(f"/api/v1/{path}", body, content_type=content_type, headers=sent)


def test_a_field_at_fault_is_named(alice: Person) -> None:
    body = problem(alice.api.post("cases/", {"kind": "disaster"}), 400)
    assert {row["field"] for row in body["errors"]} == {"title", "kind"}
    assert all(set(row) == {"field", "code", "message"} for row in body["errors"])


def test_a_place_in_a_list_is_named(alice: Person) -> None:
    body = problem(alice.api.post("cases/", {"title": "x", "kind": "defect", "parties": ["a", 7]}), 400)
    assert body["errors"][0]["field"] == "parties.1"


@pytest.mark.parametrize("path", ["nowhere/", "cases/CASE-1/nowhere/", "v2/", ""])
def test_an_address_that_is_not_there_reads_like_one_that_is_hidden(alice: Person, world: World, path: str) -> None:
    hidden = problem(alice.api.get("cases/CASE-9999/"), 404)
    assert problem(alice.api.get(path), 404) == hidden


@pytest.mark.parametrize(("method", "path"), [("delete", "cases/"), ("post", "me/"), ("patch", "parties/")])
def test_a_method_that_is_not_offered(alice: Person, method: str, path: str) -> None:
    call = getattr(alice.api, method)
    answer = call(path) if method == "delete" else call(path, {})
    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
def test_a_form_of_input_that_is_not_understood(alice: Person, content_type: str) -> None:
    problem(raw(alice, "cases/", b"title=x", content_type), 415)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b'{"title": "x", "kind": "defect"',
        b'{"title": "\xff", "kind": "defect"}',
        b'{"title": "\\ud800", "kind": "defect"}',
        b'{"title": "\\u0000", "kind": "defect"}',
        b'{"\\u0000": 1, "title": "x", "kind": "defect"}',
        b'{"title": "x", "kind": "defect", "extra": {"a": ["\\u0000"]}}',
        b'{"title": "x", "kind": "defect", "extra": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"title": "x", "kind": "defect", "extra": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"title": "x", "kind": "defect", "extra": ' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}",
        b'{"title": 7, "kind": "defect"}',
        b'{"title": 1e400, "kind": "defect"}',
        b'{"title": true, "kind": "defect"}',
        b'{"title": null, "kind": "defect"}',
        b'{"title": ["x"], "kind": "defect"}',
        b'{"title": {"a": "x"}, "kind": ["defect"]}',
        b'{"title": "x", "kind": {"a": 1}}',
        b'{"title": "x", "kind": "defect", "parties": "fortinet"}',
        b'{"title": "x", "kind": "defect", "parties": {"a": "b"}}',
        b'{"title": "x", "kind": "defect", "parties": [["a"]]}',
        b'{"title": "x", "kind": "defect", "opened_at": 9999999999999999999999}',
        b'{"title": "x", "kind": "defect", "product": "nowhere"}',
        b'{"title": "   ", "kind": "defect"}',
        b'{"title": "' + b"x" * 301 + b'", "kind": "defect"}',
        '{"title": "\u202e", "kind": "?"}'.encode(),
    ],
    ids=lambda body: body[:48].decode("latin-1"),
)
@pytest.mark.parametrize("key", [None, "k"], ids=["", "with a key"])
def test_a_body_that_is_none_of_ours(alice: Person, body: bytes, key: str | None) -> None:
    problem(raw(alice, "cases/", body, **({"Idempotency-Key": key} if key else {})), 400)


def test_a_body_of_null_is_named(alice: Person) -> None:
    answer = raw(alice, "cases/", b"null")
    assert "not a JSON object" in problem(answer, 400)["detail"]


def test_a_number_beyond_all_bounds_in_a_field_that_nobody_reads(alice: Person) -> None:
    body = b'{"title": "x", "kind": "defect", "extra": [1e400, -1e400, 99999999999999999999999999999999]}'
    assert raw(alice, "cases/", body, **{"Idempotency-Key": "k"}).status_code in {201, 400}


def test_a_body_that_is_too_large(alice: Person) -> None:
    problem(raw(alice, "cases/", b'{"title": "' + b"x" * 3_000_000 + b'", "kind": "defect"}'), 413)


@pytest.mark.parametrize("field", ["opened_at"])
@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "2022-02-30T00:00:00Z",
        "2022-06-08T25:00:00Z",
        "2022-06-08",
        "2022-06-08T09:00:00",
        "yesterday",
        "",
    ],
)
def test_a_time_at_the_ends_of_the_calendar(alice: Person, world: World, field: str, moment: str) -> None:
    entry, firmware = f"cases/{world.case.ref}/timeline/", f"devices/{world.device.public_id}/firmware/"
    note = {"kind": "note", "text": "x"}
    problem(alice.api.post("cases/", {"title": "x", "kind": "defect", field: moment}), 400)
    problem(alice.api.post(entry, note | {"happened_at": moment}), 400)
    problem(alice.api.post(entry, note | {"due_at": moment}), 400)
    problem(alice.api.patch(f"{entry}{world.entry.public_id}/", {"happened_at": moment}), 400)
    problem(alice.api.post(firmware, {"version": "7", "installed_at": moment}), 400)


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "ordering=colour",
        "ordering=-",
        "ordering=title,ref",
        "ordering=audience",
        "page=0",
        "page=-1",
        "page=2",
        "page=x",
        "page=99999999999999999999999",
        "page=%D9%A1",
        "page_size=501",
        "page_size=0",
        "page_size=0000000000001999999",
        "state=broken",
        "kind=disaster",
        "opened_after=yesterday",
        "opened_after=99999-01-01T00:00:00Z",
        "opened_after=2022-06-08",
        "opened_after=2022-06-08T09:00:00",
        "opened_after=9999-12-31T23:59:59-14:00",
        "opened_after=0001-01-01T00:00:00%2B14:00",
        "title=%00",
        "search=a%00b",
    ],
)
def test_a_question_that_makes_no_sense(alice: Person, query: str) -> None:
    problem(alice.api.get(f"cases/?{query}"), 400)


def test_an_unknown_filter_is_told_the_known_ones(alice: Person) -> None:
    body = problem(alice.api.get("cases/?sevrity=high"), 400)
    assert body["errors"][0]["field"] == "sevrity"
    assert "severity" in body["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "search=%FF%FE",
        "search=%ED%A0%80",
        "search=" + "x" * 5000,
        "search=%25_%5C",
        "opened_after=9999-12-31T23:59:59Z",
        "opened_before=0089-10-21T14:38:29-20:50",
        "party=%F0%9F%92%A9",
        "page_size=500",
    ],
)
def test_a_strange_question_has_an_empty_answer(alice: Person, query: str) -> None:
    assert alice.api.get(f"cases/?{query}").json()["count"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "cases/%00/",
        "cases/CASE-0001%00/",
        "cases/%ED%A0%80/",
        "cases/%FF/",
        "cases/" + "x" * 5000 + "/",
        "cases/..%2F..%2Fetc/",
        "cases/%0d%0aSet-Cookie:x=1/",
        "devices/00000000-0000-0000-0000-000000000000/",
        "devices/7/",
        "jobs/x/",
        "parties/%00/",
        "findings/1/",
    ],
)
def test_an_address_that_names_nothing(alice: Person, path: str) -> None:
    problem(alice.api.get(path), 404)


def test_a_host_that_is_not_ours(db: None) -> None:
    answer = Client().get("/api/v1/me/", headers={"Host": "evil.example"})
    problem(answer, 400)


def test_more_fields_than_any_form_of_ours(alice: Person, world: World) -> None:
    form = {f"field{number}": "x" for number in range(300)}
    client = Client()
    answer = client.post(
        f"/api/v1/cases/{world.case.ref}/evidence/", form, headers={"Authorization": f"Token {alice.token}"}
    )
    problem(answer, 400)


def test_a_field_of_a_form_that_is_too_large(alice: Person, world: World) -> None:
    client = Client()
    answer = client.post(
        f"/api/v1/cases/{world.case.ref}/evidence/",
        {"note": "x" * 3_000_000},
        headers={"Authorization": f"Token {alice.token}"},
    )
    problem(answer, 413)


def test_an_accept_header_that_cannot_be_met_is_answered_in_json(alice: Person) -> None:
    answer = alice.api.get("cases/nowhere/", Accept="image/png")
    problem(answer, 404)


def test_every_language_gets_the_same_words(alice: Person) -> None:
    english = alice.api.get("cases/?page=0", **{"Accept-Language": "en"})
    japanese = alice.api.get("cases/?page=0", **{"Accept-Language": "ja"})
    assert english.content == japanese.content


def test_an_error_of_ours_tells_nothing_of_the_inside(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.api import me

    def fall(*args: Any) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(me, "asker", fall)
    client = Client(raise_request_exception=False)
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Token {alice.token}"})
    problem(answer, 500)
    assert b"secret" not in answer.content


def test_a_head_request_is_answered_without_a_body(alice: Person) -> None:
    client = Client()
    answer = client.head("/api/v1/cases/", headers={"Authorization": f"Token {alice.token}"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_anonymous_readers_are_told_how_to_ask(db: None) -> None:
    answer = Api(None).get("cases/")
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "query", ["kind=", "page=", "ordering=", "party=", "opened_after=", "kind=defect&kind=rma", "page=1&page=1"]
)
def test_a_filter_that_says_nothing_or_two_things_is_never_ignored(alice: Person, query: str) -> None:
    problem(alice.api.get(f"cases/?{query}"), 400)


@pytest.mark.parametrize("word", ["yes", "1", "null", "True", "maybe"])
def test_a_truth_that_is_neither_is_never_ignored(alice: Person, word: str) -> None:
    problem(alice.api.get(f"findings/?holds={word}"), 400)


def test_true_and_false_filter(alice: Person, world: World) -> None:
    counts = [alice.api.get(f"findings/?holds={word}").json()["count"] for word in ("true", "false")]
    assert counts == [1, 0]
