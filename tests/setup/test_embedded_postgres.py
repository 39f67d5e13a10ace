"""The embedded PostgreSQL and the traps that were found with it (docs/operations.md)."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded_postgres import Cluster, binaries
from config.proc import is_postgres_of, look_at, may_be_postgres_of
from config.refusal import Refusal
from tests.setup.ground import Toy, wait_for

PR_SET_CHILD_SUBREAPER = 36
CTYPE = "SELECT datctype FROM pg_database WHERE datname = current_database()"


@pytest.fixture
def zombie() -> Iterator[int]:
    """A process that has ended and that nobody reaps."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    wait_for(lambda: (found := look_at(pid)) is not None and found.state == "Z")
    yield pid
    os.waitpid(pid, 0)


def test_japanese_text_has_trigrams_though_the_environment_names_no_locale(toy: Toy) -> None:
    assert not {"LANG", "LC_ALL", "LC_CTYPE"} & set(toy.environment)
    toy.template = None  # this one is about the making
    toy.services()
    assert toy.query(CTYPE) == [("C.UTF-8",)]
    assert toy.run("exec", "manage.py", "migrate").returncode == 0
    ((trigrams,),) = toy.query("SELECT show_trgm('メール配送')")
    assert len(list(trigrams)) == 6  # type: ignore[call-overload]
    assert toy.query("SELECT lower('ＡＢＣÄÉ'), 'Ä' ILIKE 'ä', 'か' ~ '\\w'") == [("ａｂｃäé", True, True)]


def test_a_locale_in_the_environment_changes_nothing(toy: Toy) -> None:
    toy.template = None
    toy.services(LANG="C", LC_ALL="POSIX", LC_CTYPE="C")
    assert toy.query(CTYPE) == [("C.UTF-8",)]
    assert toy.query("SHOW server_encoding") == [("UTF8",)]


def test_it_listens_on_its_socket_alone_and_commits_to_the_disk(toy: Toy) -> None:
    toy.services()
    names = ("listen_addresses", "fsync", "synchronous_commit", "full_page_writes", "max_connections")
    found = {name: toy.query(f"SHOW {name}")[0][0] for name in names}
    assert found == {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_connections": "60",
    }
    sockets = Path(toy.query("SHOW unix_socket_directories")[0][0])  # type: ignore[arg-type]
    assert sockets.stat().st_mode & 0o777 == 0o700


def test_lock_files_that_name_a_zombie_are_removed(toy: Toy, zombie: int) -> None:
    _stop_and_leave_locks(toy, zombie)
    toy.services()
    assert toy.query("SELECT 1") == [(1,)]


def test_lock_files_that_name_another_program_are_removed(toy: Toy) -> None:
    _stop_and_leave_locks(toy, os.getpid())
    toy.services()
    assert toy.query("SELECT 1") == [(1,)]


def test_lock_files_that_name_the_postgres_of_another_folder_are_removed(toy: Toy, new_toy: Callable[..., Toy]) -> None:
    other = new_toy("other")
    other.services()
    _stop_and_leave_locks(toy, other.child("bin/postgres"))
    toy.services()
    assert toy.query("SELECT 1") == [(1,)]
    assert other.query("SELECT 1") == [(1,)]


def _stop_and_leave_locks(toy: Toy, pid: int) -> None:
    toy.services().stop()
    for lock in (toy.folder.postgres / "postmaster.pid", toy.folder.run / ".s.PGSQL.5432.lock"):
        lock.write_text(f"{pid}\n{toy.folder.postgres}\n1700000000\n5432\n{toy.folder.run}\n\n  1 2\nready   \n")
        os.chown(lock, toy.folder.root.stat().st_uid, -1)


def test_lock_files_of_a_server_that_runs_are_kept(toy: Toy) -> None:
    toy.services()
    server = look_at(toy.child("bin/postgres"))
    assert server is not None
    assert is_postgres_of(server, toy.folder.postgres)
    assert may_be_postgres_of(server, toy.folder.postgres)
    assert not is_postgres_of(server, toy.folder.valkey)
    assert not may_be_postgres_of(server, toy.folder.valkey)


def test_where_nobody_reaps_a_killed_server_does_not_block_the_next(toy: Toy) -> None:
    """A container whose first process is no init: this test plays that process, and does not reap."""
    prctl = ctypes.CDLL(None).prctl
    assert prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        running = toy.services()
        postmaster = toy.child("bin/postgres")
        running.process.kill()
        os.kill(postmaster, signal.SIGKILL)
        wait_for(lambda: (found := look_at(postmaster)) is not None and found.state == "Z")
        again = toy.services()
        assert toy.query("SELECT 1") == [(1,)]
        zombie = look_at(postmaster)
        assert zombie is not None
        assert zombie.state == "Z"
        assert again.stop() == 0
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        _reap_adopted()


def _reap_adopted() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def test_a_making_of_the_cluster_that_was_broken_off_is_done_anew(toy: Toy) -> None:
    toy.data.mkdir()
    rest = toy.data / "postgres.new"
    rest.mkdir()
    (rest / "PG_VERSION").write_text("18\n")
    for path in (toy.data, rest):
        os.chown(path, 65534 if os.geteuid() == 0 else -1, -1)
    toy.services()
    assert toy.query("SELECT current_database()") == [("zenrei",)]
    assert not rest.exists()


def test_data_of_another_major_version_is_refused_with_the_cure(toy: Toy) -> None:
    toy.services().stop()
    (toy.folder.postgres / "PG_VERSION").write_text("15\n")
    result = toy.run("--port", "8999")
    assert result.returncode == 2
    assert "was made by PostgreSQL 15, and this is PostgreSQL 18" in result.stderr
    assert "make a backup with the release that has PostgreSQL 15" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_that_is_no_database_is_refused(toy: Toy) -> None:
    toy.services().stop()
    (toy.folder.postgres / "PG_VERSION").unlink()
    result = toy.run("--port", "8999")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "is no folder of PostgreSQL: move it away, or restore a backup" in result.stderr


def test_binaries_of_a_system_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(Refusal, match="PG_BIN has no PostgreSQL"):
        binaries()
    (tmp_path / "postgres").touch()
    assert binaries() == tmp_path


def test_the_wheel_brings_what_backups_need() -> None:
    for name in ("pg_dump", "pg_restore"):
        answer = subprocess.run([binaries() / name, "--version"], capture_output=True, text=True, check=True)
        assert "PostgreSQL" in answer.stdout


def test_a_url_has_the_socket_folder_as_its_host(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres", Path("/somewhere/var/run"), tmp_path)
    assert cluster.url == "postgres://zenrei@%2Fsomewhere%2Fvar%2Frun/zenrei"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_leftover_of_a_killed_run_is_stopped_before_the_next_start(toy: Toy) -> None:
    """A server whose supervisor died, and that did not hear of it: started by hand on the same folder."""
    toy.services().stop()
    owner = toy.folder.root.stat().st_uid
    command = [str(binaries() / "postgres"), "-D", str(toy.folder.postgres), "--listen_addresses="]
    programs = Path(toy.python).parent.parent / "lib"
    own = next(programs.rglob("pginstall"), None)
    command[0] = str(own / "bin" / "postgres") if own else command[0]
    command += [f"--unix_socket_directories={toy.folder.run}"]
    user = {"user": owner, "group": owner, "extra_groups": []} if os.geteuid() == 0 else {}
    left = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={"LC_ALL": "C"}, **user)  # type: ignore[call-overload]
    wait_for(lambda: "ready" in _text(toy.folder.postgres / "postmaster.pid"))
    toy.services()
    assert toy.query("SELECT 1") == [(1,)]
    assert left.wait(5) == 0


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
