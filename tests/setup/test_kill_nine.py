"""kill -9, of any process and in any combination: what can go on goes on, and the next start works."""

import itertools
import os
import random
import signal
import time
from functools import partial
from pathlib import Path

import psycopg
import pytest

from config.proc import look_at
from tests.setup.ground import Running, Toy, wait_for

pytestmark = pytest.mark.chaos


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    process = look_at(pid)
    return process is None or process.state == "Z"


def test_a_killed_database_comes_back_under_a_web_server_that_stays(toy: Toy) -> None:
    running = toy.start_ready()
    toy.run("exec", "manage.py", "add", "kept")
    web, postgres = toy.child("gunicorn"), toy.child("bin/postgres")
    kill(postgres)
    wait_for(lambda: gone(postgres))
    wait_for(lambda: running.get() == 200)
    assert toy.child("gunicorn") == web
    assert toy.query("SELECT name FROM thing") == [("kept",)]
    assert "PostgreSQL ended (signal SIGKILL); starting it again in 0.2 s" in running.printed()


def test_a_database_killed_under_a_long_query_comes_back(toy: Toy) -> None:
    running = toy.services()
    query = toy.spawn("exec", "manage.py", "wait", "30")
    wait_for(lambda: "waiting" in query.printed())
    kill(toy.child("bin/postgres"))
    wait_for(lambda: _answers(toy))
    query.process.kill()
    assert running.stop() == 0


def _answers(toy: Toy) -> bool:
    try:
        return toy.query("SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


@pytest.mark.parametrize("words", ["gunicorn", "celery", "valkey-server"])
def test_any_other_child_that_was_killed_comes_back(toy: Toy, words: str) -> None:
    running = toy.start_ready()
    wait_for((toy.data / "ticks").exists)
    killed = toy.child(words)
    kill(killed)
    wait_for(lambda: "starting it again" in running.printed())
    wait_for(lambda: _child_or_none(toy, words) not in (None, killed))
    wait_for(lambda: running.get() == 200)
    ticks = (toy.data / "ticks").stat().st_size
    wait_for(lambda: (toy.data / "ticks").stat().st_size > ticks, 40)
    assert running.stop() == 0
    assert toy.children() == []


def _child_or_none(toy: Toy, words: str) -> int | None:
    try:
        return toy.child(words)
    except AssertionError:
        return None


def test_beat_and_the_worker_killed_together_with_the_supervisor_are_gone(toy: Toy) -> None:
    running = toy.start_ready()
    wait_for((toy.data / "ticks").exists)
    worker = toy.child("celery")
    for pid in (running.process.pid, worker):
        kill(pid)
    wait_for(lambda: _of(toy, b"celery") == [])


def test_the_beat_of_a_killed_worker_does_not_live_on(toy: Toy) -> None:
    running = toy.start_ready()
    wait_for((toy.data / "ticks").exists)
    kill(toy.child("celery"))
    wait_for(lambda: "worker ended" in running.printed())
    wait_for(lambda: len(_of(toy, b"celery")) == 2)


def _of(toy: Toy, word: bytes) -> list[int]:
    lines = {}
    for process in toy.children():
        lines[process.pid] = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    return [pid for pid, line in lines.items() if word in line]


def test_children_do_not_outlive_a_killed_supervisor(toy: Toy) -> None:
    running = toy.start_ready()
    wait_for((toy.data / "ticks").exists)
    assert toy.run("exec", "celery", "-A", "config", "call", "sleep").returncode == 0
    time.sleep(0.5)
    assert len(toy.children()) > 5
    running.process.kill()
    wait_for(lambda: toy.children() == [], 15)
    assert "database system is shut down" in (toy.folder.log / "postgres.log").read_text()


def test_a_start_right_after_a_killed_supervisor_works(toy: Toy) -> None:
    first = toy.start_ready()
    toy.run("exec", "manage.py", "add", "kept")
    first.process.kill()
    second = toy.start(port=first.port)
    second.wait_ready()
    assert second.get() == 200
    assert toy.query("SELECT name FROM thing") == [("kept",)]
    assert len({look_at(process.pid) for process in toy.children()}) < 25


def test_everything_killed_at_once_starts_again(toy: Toy) -> None:
    first = toy.start_ready()
    toy.run("exec", "manage.py", "add", "kept")
    pids = [process.pid for process in toy.children()]
    for pid in [first.process.pid, *pids]:
        kill(pid)
    second = toy.start_ready()
    assert second.get() == 200
    assert toy.query("SELECT name FROM thing") == [("kept",)]


def test_random_combinations_lose_nothing_that_was_acknowledged(toy: Toy) -> None:
    chance = random.Random(20)
    running = toy.start_ready()
    added: list[str] = []
    for turn in range(4):
        name = f"thing{turn}"
        if toy.run("exec", "manage.py", "add", name).returncode == 0:
            added.append(name)
        victims = [running.process.pid, *(process.pid for process in toy.children())]
        for pid in chance.sample(victims, k=chance.randint(1, 3)):
            if not gone(pid):
                kill(pid)
        time.sleep(chance.random())
        if running.process.poll() is not None:
            running = toy.start()
        wait_for(partial(_serves, running), 40)
    assert len(added) == 4
    assert sorted(str(name) for (name,) in toy.query("SELECT name FROM thing")) == added


def _serves(running: Running) -> bool:
    return running.get() == 200


def test_a_killed_start_is_taken_up_again_wherever_it_was(toy: Toy) -> None:
    for seconds in (0.15, 0.35, 0.6, 0.9, 1.3):
        running = toy.start()
        time.sleep(seconds)
        running.process.kill()
        running.process.wait()
    last: Running = toy.start_ready()
    assert last.get() == 200
    assert not list(itertools.chain(toy.data.glob("*.new")))
