"""Each service's very command runs, is told healthy when it is and not when it is not, and stops when asked to."""

import http.client
import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import redis

from tests.containers.composed import ROOT
from tests.containers.stack import Stack, until

LOG = (ROOT / "tickets/sample/cross-search.log").read_bytes()
PERSON = """
from accounts.models import User
from accounts.services.departments import create_department, set_membership
from accounts.services.tokens import create_token
user = User.objects.create_user("alice@example.jp", None)
set_membership(user=user, department=create_department(name="Mail Operations", code="CASE"), role="operator")
print(create_token(user=user, name="test", scope="write", days=1)[1])
"""


class Api:
    """The API of the stack's web service."""

    def __init__(self, stack: Stack, token: str) -> None:
        self._port = stack.ports["web"]
        self._token = token

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """Send a request and return its answer; anything but success is a failed test."""
        headers = {"Authorization": f"Token {self._token}", "Content-Type": kind}
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)) as connection:
            connection.request(method, f"/api/v1/{path}", body, headers)
            response = connection.getresponse()
            content = response.read()
        assert response.status < 300, content
        return json.loads(content)

    def open_case(self) -> str:
        """Open a case and return its reference."""
        return str(self.call("POST", "cases/", b'{"title": "Mail is delivered twice", "kind": "defect"}')["ref"])

    def upload(self, ref: str, name: str) -> str:
        """Give a log as evidence and return the id of the job that reads it."""
        head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + name.encode() + b"\n" + LOG + b"\r\n--cut--\r\n"
        return str(self.call("POST", f"cases/{ref}/evidence/", body, "multipart/form-data; boundary=cut")["job"])

    def job(self, job: str) -> str:
        """Return the state of a job."""
        return str(self.call("GET", f"jobs/{job}/")["state"])


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    """Alice's token, made inside the web's environment."""
    return stack.manage("shell", "--verbosity", "0", "-c", PERSON).strip().splitlines()[-1]


@pytest.fixture
def api(stack: Stack, token: str) -> Iterator[Api]:
    """The API while the web service runs."""
    stack.start_healthy("web")
    yield Api(stack, token)
    stack.stop("web")


def is_done_soon(api: Api, job: str) -> bool:
    """Wait up to 15 s for a job; say whether it is done."""
    end = time.monotonic() + 15
    while api.job(job) != "done" and time.monotonic() < end:
        time.sleep(0.1)
    return api.job(job) == "done"


def stops_cleanly(stack: Stack, name: str) -> None:
    """Ask a service to stop; it does so in its grace period, by itself."""
    code, seconds = stack.stop(name)
    assert code == 0
    assert seconds < 20


def test_the_web_serves_and_stops(stack: Stack) -> None:
    assert stack.health("web") != 0
    stack.start_healthy("web")
    with closing(http.client.HTTPConnection("127.0.0.1", stack.ports["web"], timeout=10)) as connection:
        connection.request("GET", "/api/v1/health/ready")
        assert json.loads(connection.getresponse().read()) == {"status": "ready"}
    stops_cleanly(stack, "web")
    assert stack.health("web") != 0


def test_the_worker_does_what_the_web_put_into_the_outbox(stack: Stack, api: Api) -> None:
    assert stack.health("worker") != 0
    stack.start_healthy("worker")
    ref = api.open_case()
    # A wake-up may be lost (the next test is about that), on a busy machine the first one now and then: not all are.
    assert any(is_done_soon(api, api.upload(ref, f"{number}.log")) for number in range(4))
    stops_cleanly(stack, "worker")
    assert stack.health("worker") != 0


def test_beat_brings_back_a_job_whose_wake_up_was_lost(stack: Stack, api: Api) -> None:
    job = api.upload(api.open_case(), "second.log")
    time.sleep(1)
    with closing(redis.Redis.from_url(stack.secret("broker_url"))) as broker:
        broker.flushall()
    stack.start_healthy("worker")
    time.sleep(2)
    assert api.job(job) == "queued"
    assert stack.health("beat") != 0
    stack.start_healthy("beat")
    until(lambda: api.job(job) == "done", why="the job is not done")
    stops_cleanly(stack, "beat")
    stops_cleanly(stack, "worker")


def test_a_beat_that_stands_still_is_not_healthy(stack: Stack) -> None:
    stack.start_healthy("beat")
    hour_ago = time.time() - 3600
    for path in (stack.folder / "run").iterdir():
        os.utime(path, (hour_ago, hour_ago))
    assert stack.health("beat") != 0
    stack.stop("beat")


def test_a_second_migration_finds_nothing_to_do(stack: Stack) -> None:
    again = stack.start("migrate")
    assert again.process.wait(60) == 0
    assert "No migrations to apply" in again.log.read_text(encoding="utf-8")


def test_valkey_asks_for_its_password_and_keeps_what_it_was_given(stack: Stack) -> None:
    with closing(redis.Redis("127.0.0.1", stack.ports["valkey"])) as guest, pytest.raises(redis.AuthenticationError):
        guest.ping()
    with closing(redis.Redis.from_url(stack.secret("broker_url"))) as client:
        client.set("kept", "yes")
    stops_cleanly(stack, "valkey")
    assert stack.health("valkey") != 0
    stack.start_healthy("valkey")
    with closing(redis.Redis.from_url(stack.secret("broker_url"))) as client:
        assert client.get("kept") == b"yes"


def test_postgres_is_not_healthy_without_its_server(stack: Stack) -> None:
    assert stack.health("postgres") == 0
    assert stack.stop("postgres")[0] == 0
    assert stack.health("postgres") != 0
    stack.start_healthy("postgres")
