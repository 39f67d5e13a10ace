"""The broker is only the wake-up: away, silent or back again, requests answer as before and every job is done."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from celery import Celery
from django.core.files.base import ContentFile

from common.jobs import wake as waking
from common.jobs.models import Job, JobState
from common.jobs.wake import _Waker
from tests.conftest import Person
from tests.support.fortimail_log import make_log
from tests.support.server import broker_url, running_broker, running_web, running_worker, wait_until
from tickets.models import Reading

SLOW_SECONDS = 1.5


@contextmanager
def black_hole(at: Path) -> Iterator[str]:
    """A broker that takes every connection and never says a word."""
    listener, taken = socket.socket(socket.AF_UNIX), []
    listener.bind(str(at))
    listener.listen()

    def take() -> None:
        try:
            while True:
                taken.append(listener.accept()[0])
        except OSError:
            return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield broker_url(at)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in taken:
            connection.close()


def client_of(url: str) -> Celery:
    """Return a broker's client as the program's own is configured."""
    client = Celery("test", set_as_current=False, fixups=[])
    client.config_from_object("django.conf:settings", namespace="CELERY")
    client.conf.update(broker_url=url)
    return client


@pytest.fixture
def sockets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short enough for a socket."""
    return tmp_path_factory.mktemp("s")


def upload(person: Person, number: int) -> float:
    """Upload a file, which promises a job, and return how long the answer took."""
    started = time.monotonic()
    ref = person.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()["ref"]
    answer = person.api.upload(f"cases/{ref}/evidence/", ContentFile(f"{number}".encode(), name="a.log"))
    assert answer.status_code == 202
    return time.monotonic() - started


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["dead", "silent"])
def test_a_request_that_promises_a_job_waits_for_no_broker(
    alice: Person, sockets: Path, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with black_hole(sockets / "b") as silent:
        url = silent if broker == "silent" else broker_url(sockets / "nobody")
        monkeypatch.setattr(waking, "_client", client_of(url))
        monkeypatch.setattr("common.jobs.outbox.wake", _Waker().wake)
        upload(alice, 0)
        taken = [upload(alice, number) for number in range(1, 6)]
    assert median(taken) < SLOW_SECONDS  # one alone may wait for whatever else the machine does
    assert Job.objects.filter(state=JobState.QUEUED).count() == 6


def test_a_full_queue_drops_ids_and_never_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    sent: list[int] = []

    def slow(job_id: int) -> None:
        sent.append(job_id)
        go_on.wait(10)

    monkeypatch.setattr(waking, "send", slow)
    waker, started = _Waker(capacity=2), time.monotonic()
    for job_id in range(1000):
        waker.wake(job_id)
    assert time.monotonic() - started < SLOW_SECONDS
    go_on.set()
    waker.drain()
    assert sent[0] == 0
    assert len(sent) <= 4


def test_a_refusal_does_not_end_the_waker(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def refuse(job_id: int) -> None:
        tried.append(job_id)
        raise ConnectionError("no broker")

    monkeypatch.setattr(waking, "send", refuse)
    waker = _Waker()
    for job_id in (1, 2):
        waker.wake(job_id)
        waker.drain()
    assert tried == [1, 2]


def test_the_wake_up_goes_to_the_broker_that_is_set(sockets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a thread, as the waker is one: Celery's own current app is another there."""
    with running_broker(sockets / "b") as url:
        client = client_of(url)
        waking.drain()  # what tests before this one handed over must not go to this broker
        monkeypatch.setattr(waking, "_client", client)
        waker = _Waker()
        waker.wake(4711)
        waker.drain()
        with client.connection_for_read() as connection:
            queue, sent = connection.SimpleQueue("zenrei"), []
            while [4711] not in sent:  # wake-ups of jobs of earlier tests may stand before it; Empty ends a miss
                message: Any = queue.get(timeout=5)
                sent.append(message.payload[0])
                message.ack()
        client.close()


@pytest.mark.django_db(transaction=True)
def test_jobs_promised_without_a_broker_are_done_when_it_is_back(alice: Person, data_dir: Path, sockets: Path) -> None:
    at = sockets / "b"
    urls = {"CELERY_BROKER_URL": broker_url(at), "ZENREI_CACHE_URL": f"unix://{at}?db=1"}
    with running_web(data_dir, **urls) as web:
        token = f"Token {alice.token}"
        ref = alice.api.post("cases/", {"title": "Spam", "kind": "defect"}).json()["ref"]
        answer = alice.api.upload(f"cases/{ref}/evidence/", ContentFile(make_log(50), name="elog.log"))
        job = f"/api/v1/jobs/{answer.json()['job']}/"
        assert web.ask("GET", job, Authorization=token)[0] == 200
        assert web.ask("GET", "/api/v1/health/ready")[0] == 200
        assert web.ask("GET", "/account/log-in/")[0] == 200
        with running_broker(at), running_worker(data_dir, **urls):
            wait_until(Reading.objects.exists, seconds=60)
        assert Job.objects.get().state == JobState.DONE
        assert alice.api.get(f"cases/{ref}/scan/").json()["lines"] > 0
