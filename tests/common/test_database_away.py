"""The database away is a 503 that says when to try again, on pages and in the API; back again, all is as before."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import Person
from tests.support.server import Web, database_url, running_web


@pytest.fixture(scope="module")
def web_without(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Web]:
    """A server whose database is not there."""
    folder = tmp_path_factory.mktemp("data")
    nowhere = str(folder).replace("/", "%2F")
    with running_web(folder, DATABASE_URL=f"postgres://zenrei@{nowhere}:5432/zenrei", ZENREI_DATA=str(folder)) as web:
        yield web


API = [("GET", "/api/v1/cases/"), ("POST", "/api/v1/cases/"), ("GET", "/api/v1/health/ready"), ("GET", "/api/v1/me/")]
PAGES = ["/", "/account/", "/cases/"]


def test_the_api_says_so(web_without: Web) -> None:
    def ask(asked: tuple[str, str]) -> tuple[int, dict[str, str], bytes]:
        body = {"title": "x", "kind": "defect"} if asked[0] == "POST" else None
        return web_without.ask(*asked, body, Authorization="Token zrt_any")

    with ThreadPoolExecutor() as pool:
        for status, headers, answer in pool.map(ask, API):
            assert (status, headers["Content-Type"], headers["Retry-After"]) == (503, "application/problem+json", "5")
            assert "Nothing was changed" in json.loads(answer)["detail"]


def test_pages_say_so(web_without: Web) -> None:
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda path: web_without.ask("GET", path, Cookie="sessionid=" + "x" * 32), PAGES)
        for status, headers, answer in answers:
            assert (status, headers["Retry-After"]) == (503, "5")
            assert b"database is away" in answer


def test_the_process_is_alive_all_the_same(web_without: Web) -> None:
    assert web_without.ask("GET", "/api/v1/health/live")[0] == 200


@pytest.mark.django_db(transaction=True)
def test_connections_that_were_cut_are_made_anew(alice: Person, data_dir: Path) -> None:
    with running_web(data_dir, DATABASE_URL=database_url() + "?application_name=cut-me") as web:
        token = f"Token {alice.token}"
        assert web.ask("GET", "/api/v1/me/", Authorization=token)[0] == 200
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut-me'")
            assert cursor.rowcount > 0
        statuses = [web.ask("GET", "/api/v1/me/", Authorization=token)[0] for _ in range(6)]
    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200
