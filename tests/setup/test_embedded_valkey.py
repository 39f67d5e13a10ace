"""The embedded Valkey: what is sent stays sent, and nobody else reaches it."""

import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import redis

from tests.setup.ground import Toy, wait_for


def client(toy: Toy) -> "redis.Redis":
    path = urlsplit(toy.note.environment["CELERY_BROKER_URL"]).path
    return redis.Redis(unix_socket_path=path)


def test_the_urls_are_what_celery_and_django_read(toy: Toy) -> None:
    toy.services()
    socket = toy.folder.run / "valkey.sock"
    assert toy.note.environment["CELERY_BROKER_URL"] == f"redis+socket://{socket}?virtual_host=0"
    assert toy.note.environment["ZENREI_CACHE_URL"] == f"unix://{socket}?db=1"
    with redis.Redis.from_url(toy.note.environment["ZENREI_CACHE_URL"]) as cache:
        assert cache.ping()


def test_it_has_no_port_evicts_nothing_and_writes_what_it_is_told(toy: Toy) -> None:
    toy.services()
    with client(toy) as broker:
        assert broker.config_get("port") == {"port": "0"}
        assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert broker.config_get("appendonly") == {"appendonly": "yes"}
    assert Path(toy.folder.run, "valkey.sock").stat().st_mode & 0o077 == 0


def test_what_was_sent_is_there_after_a_stop_and_a_start(toy: Toy) -> None:
    running = toy.services()
    with client(toy) as broker:
        broker.rpush("queue", "a message")
    running.stop()
    toy.services()
    with client(toy) as broker:
        assert broker.lrange("queue", 0, -1) == [b"a message"]


def test_a_killed_broker_comes_back_with_what_it_had(toy: Toy) -> None:
    toy.services()
    with client(toy) as broker:
        broker.rpush("queue", "a message")
        broker.execute_command("WAITAOF", 1, 0, 2000)
    killed = toy.child("valkey-server")
    os.kill(killed, signal.SIGKILL)

    def is_back() -> bool:
        try:
            with client(toy) as broker:
                return bool(broker.lrange("queue", 0, -1) == [b"a message"])
        except redis.ConnectionError:
            return False

    wait_for(is_back)
    assert toy.child("valkey-server") != killed
