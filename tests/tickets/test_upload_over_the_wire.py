"""Uploads as they come over the wire: to a real server, byte by byte, from clients that lie, stall or go away."""

import hashlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django import Settings

from tests.conftest import Person
from tests.support.server import TAIL, Web, answer_of, form_head, running_web, upload_headers, wait_until
from tickets.models import Blob, Case, Evidence

MEBIBYTE = 1024 * 1024
PIECE = bytes(range(256)) * 4096
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the server, which outlives a test."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def data_dir(folder: Path, settings: Settings) -> Iterator[Path]:
    """Look where the server stores, and leave it empty."""
    settings.DATA_DIR, settings.EVIDENCE_DIR = folder, folder / "evidence"
    yield folder
    shutil.rmtree(settings.EVIDENCE_DIR, ignore_errors=True)


@pytest.fixture(scope="module")
def web(folder: Path, django_db_setup: None) -> Iterator[Web]:
    """A real server on the test's database and data folder."""
    with running_web(folder, ZENREI_UPLOADS_AT_ONCE="2", ZENREI_DATA=str(folder)) as web:
        yield web


@pytest.fixture(scope="module")
def strict_web(folder: Path, django_db_setup: None) -> Iterator[Web]:
    """A server that takes one MiB and no more."""
    with running_web(folder, ZENREI_UPLOAD_BYTES_ALLOWED=str(MEBIBYTE), ZENREI_DATA=str(folder)) as web:
        yield web


@pytest.fixture
def tokens(alice: Person, bob: Person, charlie: Person) -> dict[str, str | None]:
    """Tokens of those who may not upload."""
    return {"none": None, "wrong": "zrt_wrong", "bob": bob.token, "charlie": charlie.token}


@pytest.fixture
def path(alice: Person) -> str:
    """The address to which Alice uploads."""
    ref = alice.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()["ref"]
    return f"/api/v1/cases/{ref}/evidence/"


def incoming() -> list[Path]:
    """Return what lies unfinished in the store."""
    folder = settings.EVIDENCE_DIR / "incoming"
    return list(folder.iterdir()) if folder.is_dir() else []


def stored() -> list[Path]:
    """Return every file of the store."""
    return [file for file in settings.EVIDENCE_DIR.rglob("*") if file.is_file()]


def send_file(web: Web, path: str, token: str, pieces: int, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Upload a file of `pieces` MiB without ever holding it."""
    head = form_head()
    with web.connect(timeout=120) as connection:
        length = len(head) + pieces * len(PIECE) + len(TAIL)
        connection.sendall(upload_headers(path, token, length, **headers) + head)
        for _ in range(pieces):
            connection.sendall(PIECE)
        connection.sendall(TAIL)
        return answer_of(connection)


def test_a_large_file_goes_to_the_disk_and_not_through_memory(web: Web, alice: Person, path: str) -> None:
    assert send_file(web, path, alice.token, 1)[0] == 202
    peak, anonymous = web.memory("VmHWM"), web.memory("RssAnon")
    status, _, body = send_file(web, path, alice.token, 256)
    assert status == 202, body
    assert web.memory("VmHWM") - peak < 64 * MEBIBYTE
    assert web.memory("RssAnon") - anonymous < 64 * MEBIBYTE
    digest = hashlib.sha256()
    for _ in range(256):
        digest.update(PIECE)
    answer = json.loads(body)
    assert (answer["sha256"], answer["size"]) == (digest.hexdigest(), 256 * MEBIBYTE)
    assert incoming() == []


@pytest.mark.parametrize(("who", "status"), [("none", 401), ("wrong", 401), ("charlie", 404), ("bob", 403)])
def test_who_may_not_is_sent_away_before_the_first_byte(
    web: Web, tokens: dict[str, str | None], path: str, who: str, status: int
) -> None:
    started = time.monotonic()
    with web.connect(timeout=10) as connection:
        connection.sendall(upload_headers(path, tokens[who], 10 * 1024**3) + form_head() + b"only this")
        answered, headers, body = answer_of(connection)
        assert (answered, json.loads(body)["status"]) == (status, status)
        assert headers["Connection"] == "close"
        assert connection.recv(1) == b""
    assert time.monotonic() - started < 5
    assert stored() == []


def test_one_that_is_too_large_is_refused_by_its_length(strict_web: Web, alice: Person, path: str) -> None:
    with strict_web.connect(timeout=10) as connection:
        connection.sendall(upload_headers(path, alice.token, 10 * 1024**3) + form_head())
        status, headers, _ = answer_of(connection)
        assert (status, headers["Connection"]) == (413, "close")
    assert stored() == []


def test_one_that_is_too_large_within_its_form_is_refused_on_the_way(strict_web: Web, alice: Person, path: str) -> None:
    body = form_head() + b"x" * (MEBIBYTE + 1) + TAIL
    with strict_web.connect(timeout=10) as connection:
        connection.sendall(upload_headers(path, alice.token, len(body)) + body)
        assert answer_of(connection)[0] == 413
    assert stored() == []


@pytest.mark.parametrize("headers", [{}, {"Transfer_Encoding": "chunked"}], ids=["", "chunked"])
def test_one_without_a_length_is_refused(web: Web, alice: Person, path: str, headers: dict[str, str]) -> None:
    with web.connect(timeout=10) as connection:
        connection.sendall(upload_headers(path, alice.token, None, **headers))
        status, answered, _ = answer_of(connection)
        assert status == 400
        assert not headers or answered["Connection"] == "close"
    assert stored() == []


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(web: Web, alice: Person, path: str) -> None:
    connection = web.connect(timeout=10)
    connection.sendall(upload_headers(path, alice.token, 50 * MEBIBYTE) + form_head() + PIECE * 3)
    wait_until(lambda: len(incoming()) == 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()
    wait_until(lambda: incoming() == [])
    assert (stored(), Evidence.objects.count(), Blob.objects.count()) == ([], 0, 0)


@pytest.mark.parametrize("missing", [1, len(TAIL) - 1, len(TAIL), len(TAIL) + 1, MEBIBYTE])
def test_a_body_that_ends_early_is_refused_in_words(web: Web, alice: Person, path: str, missing: int) -> None:
    body = form_head() + PIECE * 2 + TAIL
    with web.connect(timeout=10) as connection:
        connection.sendall(upload_headers(path, alice.token, len(body)) + body[:-missing])
        connection.shutdown(socket.SHUT_WR)
        status, _, answer = answer_of(connection)
    assert (status, "cut off" in json.loads(answer)["detail"]) == (400, True)
    wait_until(lambda: incoming() == [])
    assert (stored(), Evidence.objects.count(), Blob.objects.count()) == ([], 0, 0)


def test_json_that_ends_early_is_refused_in_words(web: Web, alice: Person) -> None:
    with web.connect(timeout=10) as connection:
        head = f"POST /api/v1/cases/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {alice.token}\r\n"
        connection.sendall((head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{").encode())
        connection.shutdown(socket.SHUT_WR)
        assert answer_of(connection)[0] == 400


def test_when_all_places_are_taken_others_are_asked_to_wait(web: Web, alice: Person, path: str) -> None:
    slow = [web.connect() for _ in range(2)]
    for connection in slow:
        connection.sendall(upload_headers(path, alice.token, 9 * MEBIBYTE) + form_head() + PIECE * 2)
    wait_until(lambda: len(incoming()) == 2)
    status, headers, body = send_file(web, path, alice.token, 1)
    assert (status, headers["Retry-After"], json.loads(body)["title"]) == (503, "5", "Busy")
    assert web.ask("GET", "/api/v1/me/", Authorization=f"Token {alice.token}")[0] == 200
    for connection in slow:
        connection.close()
    wait_until(lambda: incoming() == [])
    assert send_file(web, path, alice.token, 1)[0] == 202


def test_the_same_file_twice_at_once_is_one_piece(web: Web, alice: Person, path: str) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(json.loads(send_file(web, path, alice.token, 8)[2])))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answer["duplicate"] for answer in answers) == [False, True]
    assert len({answer["id"] for answer in answers}) == 1
    assert (Evidence.objects.count(), len(stored())) == (1, 1)
    assert [entry.action for entry in Evidence.objects.get().custody.all()] == ["received", "received_again"]


def test_a_large_file_comes_back_bit_for_bit(web: Web, alice: Person, path: str) -> None:
    answer = json.loads(send_file(web, path, alice.token, 20)[2])
    status, headers, body = web.ask("GET", f"{path}{answer['id']}/download", Authorization=f"Token {alice.token}")
    assert (status, hashlib.sha256(body).hexdigest()) == (200, answer["sha256"])
    assert headers["Content-Disposition"] == 'attachment; filename="big.log"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert Case.objects.count() == 1
