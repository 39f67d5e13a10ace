"""`python3 run.py`: everything starts in order, and stops in order."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.setup.ground import READY, Toy, free_port, wait_for

pytestmark = pytest.mark.chaos


def test_it_serves_works_and_stops_without_a_trace(toy: Toy) -> None:
    running = toy.start_ready()
    assert running.get() == 200
    wait_for((toy.data / "ticks").exists)
    assert running.stop() == 0
    assert toy.children() == []
    assert running.get() == 0
    assert not toy.folder.note.exists()


def test_the_log_in_is_shown_the_first_time_only(toy: Toy) -> None:
    first = toy.start_ready("--no-sample")
    first.stop()
    second = toy.start_ready()
    assert first.printed().startswith("log in as alice --no-sample\n")
    assert "log in" not in second.printed()
    assert f"API token in    {toy.folder.token}" in second.printed()


def test_the_greeting_names_the_address(toy: Toy) -> None:
    running = toy.start_ready()
    assert f"http://127.0.0.1:{running.port}\n" in running.printed()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_stop_it_as_cleanly(toy: Toy, number: signal.Signals) -> None:
    running = toy.start_ready()
    assert running.stop(number) == 0
    assert toy.children() == []
    assert "database system is shut down" in (toy.folder.log / "postgres.log").read_text()


def test_it_stops_while_it_is_still_starting(toy: Toy) -> None:
    running = toy.start()
    wait_for((toy.folder.log / "postgres.log").exists)
    assert running.stop() == 0
    assert toy.children() == []


def test_a_request_under_way_is_answered_before_it_stops(toy: Toy) -> None:
    running = toy.start_ready()
    with socket.create_connection(("127.0.0.1", running.port)) as request:
        request.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        time.sleep(0.3)
        running.process.send_signal(signal.SIGTERM)
        assert request.makefile("rb").readline().startswith(b"HTTP/1.0 200")
    assert running.process.wait(20) == 0


def test_a_second_ctrl_c_does_not_wait_for_it(toy: Toy) -> None:
    running = toy.start_ready()
    with socket.create_connection(("127.0.0.1", running.port)) as request:
        request.sendall(b"GET /slow?for=ever HTTP/1.0\r\n\r\n")
        time.sleep(0.2)
        begun = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(20) == 0
    assert time.monotonic() - begun < 4
    assert toy.children() == []


def test_ctrl_c_at_a_terminal_reaches_the_supervisor_alone(toy: Toy) -> None:
    command = ["script", "-qec", f"exec env {' '.join(toy.command('--port', str(free_port())))}", "/dev/null"]
    process = subprocess.Popen(
        command,
        env=toy.environment | {"SHELL": "/bin/sh"},
        cwd=toy.repo,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    seen = ""
    while READY not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    process.stdin.write("\x03")
    process.stdin.flush()
    rest = process.stdout.read()
    assert "Stopping." in rest
    assert "ended (signal" not in rest
    process.stdin.close()
    process.stdout.close()
    assert process.wait(20) == 0


def test_a_port_that_is_taken_is_one_sentence_before_anything_is_started(toy: Toy) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = toy.run("--port", str(port))
    assert result.returncode == 2
    assert result.stderr == (
        f"zenrei: port {port} cannot be used (Address already in use): choose another with --port, "
        "for example `python3 run.py --port 8010`.\n"
    )
    assert not toy.folder.postgres.exists()


def test_a_web_server_that_cannot_start_ends_the_start_with_its_last_words(toy: Toy) -> None:
    (toy.repo / "config" / "wsgi.py").write_text("raise RuntimeError('the toy is broken')\n")
    result = toy.run("--port", str(free_port()))
    assert result.returncode == 1
    assert "the toy is broken" in result.stderr
    assert toy.children() == []


def test_a_failing_migration_ends_the_start_with_its_last_words(toy: Toy) -> None:
    (toy.repo / "manage.py").write_text("raise RuntimeError('no such column')\n")
    result = toy.run("--port", str(free_port()))
    assert result.returncode == 1
    assert "migrations failed (exit code 1)" in result.stderr
    assert "no such column" in result.stderr
    assert toy.children() == []


def test_addresses_of_other_servers_switch_the_embedded_ones_off(toy: Toy, new_toy: Callable[..., Toy]) -> None:
    toy.template = None
    other = new_toy("other")
    other.services()
    addresses = {name: other.note.environment[name] for name in ("DATABASE_URL", "CELERY_BROKER_URL")}
    running = toy.start_ready(**addresses)
    assert running.get() == 200
    assert not toy.folder.postgres.exists()
    assert not toy.folder.valkey.exists()
    assert "log in" not in running.printed()
    assert other.query("SELECT count(*) FROM thing") == [(0,)]


def test_the_programs_print_into_logs_that_only_the_owner_can_read(toy: Toy) -> None:
    toy.start_ready()
    logs = {path.name: path.stat().st_mode & 0o777 for path in toy.folder.log.iterdir()}
    assert set(logs) >= {"postgres.log", "valkey.log", "web.log", "worker.log", "migrate.log"}
    assert set(logs.values()) == {0o600}
    assert toy.folder.secret_key.stat().st_mode & 0o777 == 0o600


def test_nothing_listens_on_the_network_but_the_web_server(toy: Toy) -> None:
    toy.start_ready()
    sockets = {
        Path(f"/proc/{process.pid}/fd/{name.name}").readlink()
        for process in toy.children()
        for name in Path(f"/proc/{process.pid}/fd").iterdir()
        if name.is_symlink() and "socket" in str(name.readlink())
    }
    inodes = {str(path).removeprefix("socket:[").removesuffix("]") for path in sockets}
    listening = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[9] in inodes
    ]
    assert [fields[1].split(":")[0] for fields in listening] == ["0100007F"]
