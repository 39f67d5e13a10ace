"""`python3 run.py exec` and `test`: a command in the environment of the data folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.commands import _needs_servers, _spelled_out
from tests.setup.ground import Toy, wait_for


def test_a_command_that_needs_no_database_starts_and_makes_nothing(toy: Toy) -> None:
    result = toy.run("exec", "python", "-c", "import os; print(os.environ['ZENREI_DATA'])")
    assert result.stdout == f"{toy.data}\n"
    assert not toy.data.exists()


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        (["manage.py", "check"], True),
        (["python", "manage.py", "check"], True),
        (["zenrei", "scan", "manage.py"], False),
        (["zenrei", "verify"], True),
        (["python", "-c", "1"], False),
        (["celery", "-A", "config", "report"], True),
        (["python", "-m", "celery", "-A", "config", "report"], True),
        (["python", "-m", "json.tool"], False),
    ],
)
def test_what_needs_the_servers_is_known_by_its_name(words: list[str], needs: bool) -> None:
    assert _needs_servers(words) is needs


def test_python_and_manage_py_are_ours_from_any_folder() -> None:
    assert _spelled_out(["manage.py", "check"])[0] == sys.executable
    assert Path(_spelled_out(["python", "manage.py"])[1]).is_absolute()
    assert _spelled_out(["/usr/bin/env"]) == ["/usr/bin/env"]
    assert _spelled_out(["celery", "report"]) == [sys.executable, "-m", "celery", "report"]
    python, program = _spelled_out(["zenrei", "verify"])[:2]
    assert python == sys.executable
    assert subprocess.run([python, program, "--help"], cwd="/", capture_output=True, check=False).returncode == 0


def test_a_management_command_starts_the_servers_and_stops_them_after_it(toy: Toy) -> None:
    toy.seed()
    assert toy.run("exec", "manage.py", "migrate").returncode == 0
    assert toy.run("exec", "python", "manage.py", "add", "one", "two").returncode == 0
    assert toy.run("exec", "manage.py", "things").stdout == "one two\n"
    assert toy.children() == []
    assert not toy.folder.note.exists()


def test_a_management_command_attaches_to_what_runs(toy: Toy) -> None:
    toy.services()
    before = {process.pid for process in toy.children()}
    shown = toy.run("exec", "manage.py", "show").stdout
    assert toy.note.environment["DATABASE_URL"] in shown
    assert {process.pid for process in toy.children()} >= before


def test_the_environment_is_what_the_application_is_promised(toy: Toy) -> None:
    shown = toy.run("exec", "manage.py", "show", TZ="Asia/Tokyo").stdout.splitlines()
    found = dict(line.split("=", 1) for line in shown)
    data = toy.folder.root
    assert found["DATABASE_URL"].startswith("postgres://zenrei@%2F")
    assert found["CELERY_BROKER_URL"].startswith("redis+socket:///")
    assert found["ZENREI_CACHE_URL"].startswith("unix:///")
    assert found["ZENREI_DATA"] == str(data)
    assert found["ZENREI_SECRET_KEY_FILE"] == str(data / "secret_key")
    assert found["DJANGO_SETTINGS_MODULE"] == "config.settings"
    assert found["ZENREI_EMBEDDED"] == "1"
    assert found["PYTHONPATH"] == str(toy.repo)
    assert found["LC_ALL"] == "C.UTF-8"
    assert found["TZ"] == "Asia/Tokyo"
    assert len((data / "secret_key").read_text()) > 40


def test_a_data_folder_may_be_named_from_where_one_stands(toy: Toy) -> None:
    result = toy.run("--data", "elsewhere", "exec", "manage.py", "show")
    assert f"ZENREI_DATA={toy.repo / 'elsewhere'}\n" in result.stdout, result.stderr
    assert not toy.data.exists()


def test_exit_codes_are_passed_through(toy: Toy) -> None:
    assert toy.run("exec", "manage.py", "leave", "7").returncode == 7
    assert toy.run("exec", "python", "-c", "raise SystemExit(9)").returncode == 9
    assert toy.run("exec", "python", "-c", "import os; os.kill(os.getpid(), 15)").returncode == 128 + 15
    missing = toy.run("exec", "no-such-program")
    assert (missing.returncode, missing.stderr) == (
        127,
        "zenrei: no-such-program cannot be run: No such file or directory.\n",
    )


def test_words_that_look_like_our_options_are_the_commands(toy: Toy) -> None:
    result = toy.run("exec", "python", "-c", "import sys; print(sys.argv[1:])", "--port", "1", "--data=x", "-h")
    assert result.stdout == "['--port', '1', '--data=x', '-h']\n"


def test_the_servers_stay_until_the_last_command_has_ended(toy: Toy) -> None:
    first = toy.spawn("exec", "manage.py", "wait", "2")
    wait_for(lambda: "waiting" in first.printed())
    second = toy.spawn("exec", "manage.py", "wait", "5")
    wait_for(lambda: "waiting" in second.printed())
    assert first.process.wait(20) == 0
    assert second.process.wait(20) == 0
    assert "waited" in second.printed()
    assert toy.children() == []


def test_commands_at_once_share_one_database(toy: Toy) -> None:
    toy.seed()
    assert toy.run("exec", "manage.py", "migrate").returncode == 0
    all_of_them = [toy.spawn("exec", "manage.py", "add", f"thing{number}") for number in range(4)]
    assert [each.process.wait(60) for each in all_of_them] == [0, 0, 0, 0]
    assert toy.run("exec", "manage.py", "things").stdout == "thing0 thing1 thing2 thing3\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_of_a_command_that_was_ended(toy: Toy, number: signal.Signals) -> None:
    running = toy.spawn("exec", "manage.py", "wait", "60")
    wait_for(lambda: "waiting" in running.printed())
    running.process.send_signal(number)
    assert running.process.wait(20) != 0
    wait_for(lambda: toy.children() == [])
    assert "waited" not in running.printed()


def test_tests_run_on_servers_of_their_own_beside_an_instance(toy: Toy) -> None:
    toy.services()
    (toy.repo / "pytest.ini").write_text("[pytest]\n")
    (toy.repo / "test_toy.py").write_text(
        "import os, psycopg\n"
        "def test_it(capsys):\n"
        "    with psycopg.connect(os.environ['DATABASE_URL']) as connection:\n"
        "        row = connection.execute(\"SELECT current_setting('fsync')\").fetchone()\n"
        "    with capsys.disabled():\n"
        "        print('\\n', os.environ['DATABASE_URL'], os.environ['ZENREI_DATA'], row)\n"
    )
    result = toy.run("test", "-q", "-p", "no:cacheprovider", "-p", "no:django", "test_toy.py")
    assert result.returncode == 0, result.stdout + result.stderr
    line = next(line for line in result.stdout.splitlines() if "postgres://" in line)
    url, data, fsync = line.split(maxsplit=2)
    assert url != toy.note.environment["DATABASE_URL"]
    assert fsync == "('off',)"
    assert not Path(data).exists()


def test_a_failing_test_run_tells_it_by_its_exit_code(toy: Toy) -> None:
    (toy.repo / "pytest.ini").write_text("[pytest]\n")
    (toy.repo / "test_toy.py").write_text("def test_it(): raise AssertionError\n")
    assert toy.run("test", "-q", "-p", "no:cacheprovider", "-p", "no:django", "test_toy.py").returncode == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_read_only_data_folder_is_one_sentence(toy: Toy) -> None:
    toy.data.mkdir(mode=0o500)
    result = toy.run("--port", "8999")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "cannot be written (Permission denied)" in result.stderr


def test_a_file_in_place_of_the_data_folder_is_one_sentence(toy: Toy) -> None:
    (toy.repo / "file").touch()
    result = toy.run("--data", str(toy.repo / "file"), "--port", "8999")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "is not a folder: name another one with --data" in result.stderr


def test_a_folder_on_a_read_only_disk_is_one_sentence(toy: Toy) -> None:
    result = toy.run("--data", "/proc/zenrei", "--port", "8999")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "/proc/zenrei cannot be" in result.stderr


def test_a_word_that_is_no_port_is_refused(toy: Toy) -> None:
    for word in ("0", "65536", "http", "-1"):
        result = subprocess.run(
            toy.command(f"--port={word}"), env=toy.environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 2
        assert "is no port" in result.stderr
