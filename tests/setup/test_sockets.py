"""The folder of the sockets: short, plain, and closed to everyone else."""

import os
from pathlib import Path

import pytest

from config.refusal import Refusal
from config.sockets import LONGEST_PATH, POSTGRES, remove_socket_folder, socket_folder
from tests.setup.ground import Toy, wait_for


def test_a_short_and_plain_path_is_used_as_it_is(tmp_path: Path) -> None:
    assert socket_folder(tmp_path / "run") == tmp_path / "run"
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["x" * 90, "with a blank", "日本語", "a%20b", "q?#"])
def test_a_long_or_odd_path_gets_a_short_folder_that_is_named_in_it(tmp_path: Path, name: str) -> None:
    run = tmp_path / name / "run"
    run.parent.mkdir()
    folder = socket_folder(run)
    assert folder != run
    assert len(os.fsencode(folder / POSTGRES)) <= LONGEST_PATH
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (run / "sockets").read_text() == str(folder)
    assert socket_folder(run) == folder
    (folder / POSTGRES).touch()
    remove_socket_folder(run)
    assert not folder.exists()
    assert not (run / "sockets").exists()


def test_a_short_folder_that_is_no_longer_ours_alone_is_given_up(tmp_path: Path) -> None:
    run = tmp_path / ("x" * 90) / "run"
    run.parent.mkdir()
    folder = socket_folder(run)
    folder.chmod(0o755)
    other = socket_folder(run)
    assert other != folder
    remove_socket_folder(run)
    folder.rmdir()


def test_a_folder_that_was_opened_to_others_is_closed_again(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o777)
    assert socket_folder(tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="must be a folder of the user"):
        socket_folder(tmp_path / "run")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    os.chown(tmp_path / "run", 65534, 65534)
    with pytest.raises(Refusal, match="must be a folder of the user"):
        socket_folder(tmp_path / "run")


def test_the_servers_work_on_a_data_folder_with_a_long_and_odd_name(toy: Toy) -> None:
    toy.data = toy.repo / "日本語 with blanks, commas & 100% more" / ("long" * 20)
    running = toy.spawn("--data", str(toy.data), "services")
    wait_for(lambda: toy.is_served_by(running) or running.process.poll() is not None)
    assert toy.query("SELECT 1") == [(1,)], running.printed()
    result = toy.run("--data", str(toy.data), "exec", "manage.py", "migrate")
    assert result.returncode == 0, result.stderr
    assert running.stop() == 0
