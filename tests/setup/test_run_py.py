"""`run.py` itself: words for an old Python, a set-up that survives interruption."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.setup.ground import REPO, wait_for

NOT_THE_SUPERVISOR = "import sys\nprint('supervisor', sys.argv[1:], sys.flags.safe_path)\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A source tree whose locks name no package, so that set-up needs no network; uv is missing, pip steps in."""
    folder = tmp_path / "a clone"
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "supervisor.py").write_text(NOT_THE_SUPERVISOR)
    (folder / "cli").mkdir()
    (folder / "cli" / "__init__.py").touch()
    (folder / "cli" / "main.py").write_text("import sys\ndef main(): print('cli', sys.argv[1:]); return 3\n")
    shutil.copy(REPO / "run.py", folder)
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        (folder / lock).write_text("# nothing\n")
    return folder


def run(clone: Path, *words: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [getattr(sys, "_base_executable", sys.executable), str(clone / "run.py"), *words]
    environment = {"PATH": os.environ["PATH"], "HOME": str(clone.parent)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=clone.parent, timeout=120
    )


def test_the_oldest_python_that_parses_it_gets_clear_words(tmp_path: Path) -> None:
    ast.parse((REPO / "run.py").read_text(), feature_version=(3, 6))
    names = [f"python3.{minor}" for minor in range(6, 11)]
    old = [Path(found) for name in names if (found := shutil.which(name))]
    old += Path.home().glob(".pyenv/versions/3.[6-9].*/bin/python")
    working = [
        path for path in old if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
    ]
    if not working:
        pytest.skip("no old Python is here to ask")
    result = subprocess.run([working[0], REPO / "run.py"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("zenrei: this needs Python 3.11 or newer, and ")
    assert result.stderr.count("\n") == 1


def test_a_python_without_venv_gets_the_name_of_the_package(tmp_path: Path) -> None:
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    words = f"import run; run.refuse_python_without_venv({str(fake)!r})"
    result = subprocess.run([sys.executable, "-c", words], cwd=REPO, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "comes without `venv`: install it (Debian and Ubuntu: apt install python3.11-venv)" in result.stderr


def test_help_sets_nothing_up(clone: Path) -> None:
    result = run(clone, "--help")
    assert result.returncode == 0
    assert "python3 run.py restore FILE" in result.stdout
    assert not (clone / ".venv").exists()


def test_it_sets_up_once_and_hands_over(clone: Path) -> None:
    first = run(clone, "--port", "1")
    assert first.stdout == "supervisor ['--port', '1'] True\n", first.stderr
    assert "making the virtual environment" in first.stderr
    begun = time.monotonic()
    second = run(clone, "exec", "zenrei")
    assert (second.stdout, second.stderr) == ("supervisor ['exec', 'zenrei'] True\n", "")
    assert time.monotonic() - begun < 2


def test_the_launcher_finds_the_source_from_anywhere(clone: Path) -> None:
    run(clone)
    launcher = clone / ".venv" / "bin" / "zenrei"
    result = subprocess.run([launcher, "scan", "x"], cwd="/", capture_output=True, text=True, check=False)
    assert (result.stdout, result.returncode) == ("cli ['scan', 'x']\n", 3)


def test_a_changed_lock_is_installed_and_an_interrupted_one_again(clone: Path) -> None:
    run(clone)
    (clone / "requirements.lock").write_text("# changed\n")
    assert "installing the packages of requirements.lock" in run(clone).stderr
    (clone / "requirements.lock").write_text("no-such-package-of-ours==1.0 --hash=sha256:" + "0" * 64 + "\n")
    failed = run(clone)
    assert failed.returncode == 2
    assert "the packages could not be installed" in failed.stderr
    (clone / "requirements.lock").write_text("# nothing\n")
    assert "installing the packages of requirements.lock" in run(clone).stderr


def test_a_killed_set_up_is_done_again(clone: Path) -> None:
    process = subprocess.Popen([sys.executable, clone / "run.py"], stderr=subprocess.DEVNULL, start_new_session=True)
    wait_for((clone / ".venv" / "pyvenv.cfg").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    result = run(clone)
    assert result.stdout == "supervisor [] True\n", result.stderr


def test_a_plain_run_keeps_what_a_test_run_installed(clone: Path) -> None:
    assert "installing the packages of requirements-dev.lock" in run(clone, "test").stderr
    assert run(clone).stderr == ""
    next(clone.glob(".venv/lib/python3*/site-packages")).joinpath("pytest").mkdir()
    (clone / "requirements.lock").write_text("# changed\n")
    assert "installing the packages of requirements-dev.lock" in run(clone).stderr
    assert run(clone, "test").stderr == ""


def test_a_folder_that_was_moved_is_set_up_anew(clone: Path) -> None:
    run(clone)
    moved = clone.rename(clone.with_name("elsewhere"))
    assert "making the virtual environment" in run(moved).stderr
    assert run(moved).stderr == ""


def test_two_at_once_set_up_one_after_the_other(clone: Path) -> None:
    command = [sys.executable, str(clone / "run.py")]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=clone) for _ in "12"
    ]
    told = [process.communicate(timeout=120) for process in both]
    assert [out for out, _ in told] == ["supervisor [] True\n"] * 2
    assert sum("making the virtual environment" in err for _, err in told) == 1
    assert sum("waiting for it" in err for _, err in told) == 1


def test_an_incomplete_copy_is_one_sentence(clone: Path) -> None:
    (clone / "requirements.lock").unlink()
    result = run(clone)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "not a complete copy of the source" in result.stderr
