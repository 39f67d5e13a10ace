"""Logging in: two fields, no hint whether an address exists, and no endless guessing."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.conftest import PASSWORD, Person

LOG_IN = "/account/log-in/"


@pytest.fixture(autouse=True)
def no_failures_yet() -> None:
    """Forget the failures of other tests."""
    cache.clear()


def attempt(email: str, password: str = "wrong", *, place: str = "127.0.0.1", **headers: str) -> str:
    """Try to log in and return the page that answers."""
    form = {"username": email, "password": password}
    return Client().post(LOG_IN, form, REMOTE_ADDR=place, headers=headers).content.decode()


def from_proxy(*forwarded: str) -> str:
    """Try to log in by a proxy that says from where."""
    return attempt("alice@example.jp", place="10.0.0.1", **{"X-Forwarded-For": ", ".join(forwarded)})


def test_the_right_password_leads_to_the_start(alice: Person) -> None:
    answer = Client().post(LOG_IN, {"username": "ALICE@example.jp", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_page_asked_for_before_the_log_in_is_shown_after_it(alice: Person) -> None:
    browser = Client()
    asked = browser.get("/cases/?state=all")
    answer = browser.post(
        asked["Location"], {"username": "alice@example.jp", "password": PASSWORD, "next": "/cases/?state=all"}
    )
    assert answer["Location"] == "/cases/?state=all"


def test_the_way_back_never_leaves_this_site(alice: Person) -> None:
    form = {"username": "alice@example.jp", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post(LOG_IN, form)["Location"] == "/"


def test_a_wrong_password_keeps_the_address_and_says_how_many_tries_are_left(alice: Person) -> None:
    answer = attempt("alice@example.jp")
    assert "E-mail and password do not belong together. 4 tries left." in answer
    assert 'value="alice@example.jp"' in answer
    assert 'aria-invalid="true"' in answer


def test_an_address_that_does_not_exist_gets_the_same_words(alice: Person) -> None:
    words = "E-mail and password do not belong together. 4 tries left."
    assert words in attempt("alice@example.jp")
    assert words in attempt("nobody@example.jp")


def test_the_sixth_try_is_refused_even_with_the_right_password(alice: Person) -> None:
    for _ in range(5):
        attempt("alice@example.jp")
    assert "Too many failures. Wait 15 minutes" in attempt("Alice@Example.jp", PASSWORD)
    assert "Too many failures. Wait 15 minutes" not in attempt("nobody@example.jp")


def test_another_place_may_still_try(alice: Person) -> None:
    for _ in range(6):
        attempt("alice@example.jp")
    assert "4 tries left" in attempt("alice@example.jp", place="192.0.2.7")


def test_behind_a_proxy_the_place_is_the_last_address_that_it_forwards(alice: Person, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    for number in range(6):
        from_proxy(f"203.0.113.{number}", "192.0.2.7")
    assert "Too many failures" in from_proxy("198.51.100.1", "192.0.2.7")
    assert "4 tries left" in from_proxy("192.0.2.7", "192.0.2.8")
    assert "3 tries left" in from_proxy("192.0.2.8")


@pytest.mark.parametrize("rubbish", ["", "unknown", "192.0.2.7,", "192.0.2.999", "a" * 5000, "\N{SNOWMAN}"])
def test_what_is_no_address_counts_as_the_proxy_s(alice: Person, settings: Settings, rubbish: str) -> None:
    settings.BEHIND_PROXY = True
    assert "4 tries left" in attempt("alice@example.jp", place="10.0.0.1")
    assert "3 tries left" in from_proxy(rubbish)


def test_without_a_proxy_the_header_is_only_the_client_s_word(alice: Person) -> None:
    for number in range(5):
        from_proxy(f"192.0.2.{number}")
    assert "Too many failures" in from_proxy("192.0.2.9")


def test_the_right_password_forgives_the_failures_before(alice: Person) -> None:
    for _ in range(4):
        attempt("alice@example.jp")
    attempt("alice@example.jp", PASSWORD)
    assert "4 tries left" in attempt("alice@example.jp")


def test_an_empty_form_costs_no_try(db: None) -> None:
    assert "Your e-mail address is missing." in attempt("", "")
    assert "4 tries left" in attempt("someone@example.jp")


def test_whoever_is_logged_in_goes_on(alice: Person) -> None:
    assert alice.client.get(LOG_IN)["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/", "/cases/", "/cases/CASE-0001/", "/cases.csv", "/devices/", "/parties/", "/account/"]
)
def test_every_page_asks_for_the_log_in_first(db: None, path: str) -> None:
    assert Client().get(path)["Location"].startswith(f"{LOG_IN}?next=")


def test_a_fragment_asked_for_after_the_session_ended_loads_its_page_anew(db: None) -> None:
    answer = Client().get("/cases/CASE-0001/evidence/reading/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_logging_out_is_a_post(alice: Person) -> None:
    browser = alice.client
    assert browser.get("/account/log-out/").status_code == 405
    assert browser.post("/account/log-out/")["Location"] == LOG_IN
    assert browser.get("/").status_code == 302
