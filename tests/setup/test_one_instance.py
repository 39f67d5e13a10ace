"""One instance a data folder, whoever starts how many."""

import os
import signal
from collections.abc import Callable

import pytest

from tests.setup.ground import READY, Toy, free_port, wait_for


def test_a_second_start_names_the_first(toy: Toy) -> None:
    running = toy.start_ready()
    result = toy.run("--port", str(free_port()))
    assert result.returncode == 2
    assert result.stderr == (
        f"zenrei: the data folder {toy.folder.root} is in use: "
        f"it runs at http://127.0.0.1:{running.port} (pid {running.process.pid}).\n"
    )
    assert running.get() == 200


@pytest.mark.chaos
def test_of_two_starts_at_once_one_runs_and_one_says_so(toy: Toy) -> None:
    both = [toy.start(), toy.start()]
    wait_for(lambda: any(each.process.poll() is not None for each in both), 30)
    loser = next(each for each in both if each.process.poll() is not None)
    winner = next(each for each in both if each is not loser)
    winner.wait_ready()
    assert loser.process.returncode == 2
    assert "is in use" in loser.printed()
    assert winner.get() == 200


@pytest.mark.chaos
def test_two_instances_on_two_data_folders_do_not_meet(toy: Toy, new_toy: Callable[..., Toy]) -> None:
    other = new_toy("other")
    first, second = toy.start(), other.start()
    first.wait_ready()
    second.wait_ready()
    toy.run("exec", "manage.py", "add", "mine")
    assert other.query("SELECT count(*) FROM thing") == [(0,)]


def test_a_lock_file_without_a_holder_is_no_obstacle(toy: Toy) -> None:
    toy.services().stop()
    toy.folder.lock.write_text(f"{os.getpid()}\n")
    assert toy.services().stop(signal.SIGTERM) == 0


def test_the_servers_of_a_command_are_said_to_be_in_use_by_it(toy: Toy) -> None:
    holder = toy.spawn("exec", "manage.py", "wait", "20")
    wait_for(lambda: "waiting" in holder.printed())
    result = toy.run("--port", str(free_port()))
    assert result.returncode == 2
    assert "a command is at work on it" in result.stderr
    assert READY not in result.stdout
