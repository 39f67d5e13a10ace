"""Ones own account: name, language, zone, tokens, password; language and theme for everybody."""

import re

from django.test import Client

from accounts.models import ApiToken
from tests.conftest import PASSWORD, Api, Person


def test_name_language_and_zone_are_kept(alice: Person) -> None:
    alice.client.post("/account/", {"name": "Alice Ito", "language": "ja", "time_zone": "Europe/Berlin"})
    alice.user.refresh_from_db()
    assert (alice.user.name, alice.user.language, alice.user.time_zone) == ("Alice Ito", "ja", "Europe/Berlin")


def test_an_unknown_zone_is_refused_and_what_was_typed_is_kept(alice: Person) -> None:
    answer = alice.client.post("/account/", {"name": "Alice Ito", "language": "", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert 'value="Alice Ito"' in answer.content.decode()


def test_the_footer_names_the_zone(alice: Person) -> None:
    assert "Times are Asia/Tokyo (UTC+9)" in alice.client.get("/").content.decode()


def test_a_new_token_is_shown_once_and_works(alice: Person) -> None:
    answer = alice.client.post("/account/tokens/", {"token-name": "CI", "token-scope": "read", "token-days": "30"})
    secret = re.search(r'id="token-secret">([^<]+)<', answer.content.decode())
    assert secret
    assert "no-store" in answer["Cache-Control"]
    assert Api(secret[1]).get("cases/").status_code == 200
    assert secret[1] not in alice.client.get("/account/").content.decode()


def test_a_token_without_a_name_is_refused(alice: Person) -> None:
    answer = alice.client.post("/account/tokens/", {"token-name": "", "token-scope": "read", "token-days": "30"})
    assert answer.status_code == 422
    assert "Name the token after where it will be used." in answer.content.decode()


def test_a_revoked_token_works_no_more(alice: Person) -> None:
    token = ApiToken.objects.get(user=alice.user)
    alice.client.post(f"/account/tokens/{token.public_id}/revoke/")
    assert alice.api.get("cases/").status_code == 401


def test_a_token_of_somebody_else_cannot_be_revoked(alice: Person, charlie: Person) -> None:
    token = ApiToken.objects.get(user=alice.user)
    assert charlie.client.post(f"/account/tokens/{token.public_id}/revoke/").status_code == 404
    assert alice.api.get("cases/").status_code == 200


def test_the_password_changes_with_the_old_one_as_proof(alice: Person) -> None:
    browser, new = alice.client, "a rather long new password"
    wrong = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    assert browser.post("/account/password/", wrong).status_code == 422
    assert browser.post("/account/password/", wrong | {"old_password": PASSWORD}).status_code == 302
    assert browser.get("/account/").status_code == 200
    assert Client().login(username="alice@example.jp", password=new)


def test_the_language_is_chosen_without_a_log_in_too(db: None) -> None:
    browser = Client()
    answer = browser.post("/account/language/", {"language": "ja", "next": "/account/log-in/"})
    assert answer["Location"] == "/account/log-in/"
    assert "ログイン" in browser.get("/account/log-in/").content.decode()


def test_the_language_of_the_account_wins_over_the_browser(alice: Person) -> None:
    browser = alice.client
    browser.post("/account/language/", {"language": "ja", "next": "/"})
    page = browser.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="ja"' in page


def test_the_browser_language_is_heard(db: None) -> None:
    page = Client().get("/account/log-in/", headers={"Accept-Language": "ja"}).content.decode()
    assert '<html lang="ja"' in page


def test_the_way_back_from_a_choice_never_leaves_this_site(db: None) -> None:
    assert Client().post("/account/language/", {"language": "ja", "next": "//elsewhere.example/"})["Location"] == "/"


def test_the_theme_is_remembered_without_script(db: None) -> None:
    browser = Client()
    browser.post("/account/theme/", {"theme": "dark", "next": "/keyboard/"})
    page = browser.get("/keyboard/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'value="dark" checked' in page


def test_an_unknown_theme_is_not_kept(db: None) -> None:
    browser = Client()
    browser.post("/account/theme/", {"theme": "<script>", "next": "/keyboard/"})
    assert "theme" not in browser.cookies
