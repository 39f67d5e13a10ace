"""A token that does not hold is refused at once, whatever it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken
from accounts.services.tokens import create_token, revoke_token
from common.errors import Invalid, NotVisible
from tests.conftest import Api, Person


def refusal(token: str) -> int:
    """Return the status with which a token is answered."""
    return int(Api(token).get("me/").status_code)


def test_it_tells_whose_it_is_and_what_it_may(alice: Person) -> None:
    assert alice.api.get("me/").json() == {
        "email": "alice@example.jp",
        "name": "Alice",
        "scope": "write",
        "departments": [{"department": "mail-operations", "name": "Mail Operations", "role": "operator"}],
    }


def test_a_revoked_one_is_refused_from_the_next_request_on(alice: Person) -> None:
    token = ApiToken.objects.get(user=alice.user)
    revoke_token(user=alice.user, public_id=str(token.public_id))
    assert refusal(alice.token) == 401


def test_an_expired_one_is_refused(alice: Person) -> None:
    ApiToken.objects.filter(user=alice.user).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal(alice.token) == 401


def test_one_of_a_disabled_person_is_refused(alice: Person) -> None:
    alice.user.is_active = False
    alice.user.save()
    assert refusal(alice.token) == 401


def test_a_person_cannot_revoke_anothers(alice: Person, charlie: Person) -> None:
    token = ApiToken.objects.get(user=alice.user)
    with pytest.raises(NotVisible):
        revoke_token(user=charlie.user, public_id=str(token.public_id))
    assert refusal(alice.token) == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Token",
        "Token ",
        "Bearer abc",
        "Token zrt_wrong",
        "Token a b",
        "Token \udc80".encode("utf-8", "surrogateescape").decode("latin-1"),
        "Token " + "x" * 8000,
    ],
)
def test_a_malformed_header_is_a_401_in_words(db: None, header: str) -> None:
    answer = Api(None).get("me/", Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Who are you?"


def test_the_secret_is_nowhere_in_the_database(alice: Person) -> None:
    token, secret = create_token(user=alice.user, name="cron", scope="read", days=1)
    stored = ApiToken.objects.filter(pk=token.pk).values_list().get()
    assert not any(secret in str(value) for value in stored)


@pytest.mark.parametrize("wrong", [{"scope": "admin"}, {"days": 0}, {"days": 3651}, {"name": "  "}], ids=str)
def test_one_that_makes_no_sense_is_not_made(alice: Person, wrong: dict[str, object]) -> None:
    values: dict[str, object] = {"name": "cron", "scope": "read", "days": 1} | wrong
    with pytest.raises(Invalid):
        create_token(user=alice.user, **values)  # type: ignore[arg-type]
    assert ApiToken.objects.count() == 1


def test_its_use_is_noted_at_most_once_a_minute(alice: Person) -> None:
    alice.api.get("me/")
    first = ApiToken.objects.get(user=alice.user).last_used_at
    alice.api.get("me/")
    assert first is not None
    assert ApiToken.objects.get(user=alice.user).last_used_at == first
