"""`backup` and `restore`: everything, verified, and never half."""

import hashlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import zstandard

from config.instance import is_running
from config.runtime import Runtime
from tests.setup.ground import Running, Toy, bare_toy, wait_for

BLOB = b"what the log says\n" * 5000


@pytest.fixture(scope="module")
def full(open_ground: Path, readable_python: Runtime, template: Path) -> Toy:
    """An installation with three things and a blob, stopped: the one that others are copies of."""
    toy = bare_toy(open_ground / "full", readable_python)
    toy.template = template
    toy.seed()
    assert toy.run("exec", "manage.py", "migrate").returncode == 0
    assert toy.run("exec", "manage.py", "add", "one", "two", "three").returncode == 0
    blob = toy.folder.evidence / hashlib.sha256(BLOB).hexdigest()[:2] / hashlib.sha256(BLOB).hexdigest()[2:]
    blob.parent.mkdir(parents=True)
    blob.write_bytes(BLOB)
    (toy.folder.evidence / "incoming").mkdir()
    (toy.folder.evidence / "incoming" / "half").write_bytes(b"not yet")
    owner = toy.folder.root.stat().st_uid
    for path in (toy.folder.evidence, *toy.folder.evidence.rglob("*")):
        os.chown(path, owner, -1)
    return toy


@pytest.fixture
def filled(toy: Toy, full: Toy) -> Toy:
    """An installation with three things and a blob, stopped."""
    subprocess.run(["cp", "-a", full.data, toy.data], check=True)
    return toy


def back_up(toy: Toy, *words: str) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    target = toy.repo / "backup.tar.zst"
    return target, toy.run("backup", *words, str(target))


def test_a_stopped_instance_is_backed_up_and_restored_elsewhere(filled: Toy, new_toy: Callable[..., Toy]) -> None:
    filled.folder.heads.write_bytes(b"published\n")
    os.chown(filled.folder.heads, filled.folder.root.stat().st_uid, -1)
    target, made = back_up(filled)
    assert made.returncode == 0, made.stderr
    assert "It holds secrets" in made.stdout
    assert target.stat().st_mode & 0o777 == 0o600
    assert filled.children() == []
    other = new_toy("other")
    restored = other.run("restore", str(target))
    assert restored.returncode == 0, restored.stderr
    assert re.search(
        r"3 rows in 1 tables, 1 blobs of evidence \(90,000 bytes\); every hash was verified", restored.stdout
    )
    assert other.run("exec", "manage.py", "things").stdout == "one three two\n"
    assert [path.read_bytes() for path in other.folder.evidence.rglob("*") if path.is_file()] == [BLOB]
    assert other.folder.heads.read_bytes() == b"published\n"
    assert os.access(other.folder.heads, os.W_OK)
    assert other.folder.secret_key.read_text() == filled.folder.secret_key.read_text()
    assert other.folder.secret_key.stat().st_mode & 0o777 == 0o600
    assert not other.folder.unfinished.exists()
    assert not list(other.data.glob("restore.new"))


def test_a_running_instance_is_backed_up_without_a_stop(filled: Toy, new_toy: Callable[..., Toy]) -> None:
    running = filled.services()
    target, made = back_up(filled)
    assert made.returncode == 0, made.stderr
    assert running.process.poll() is None
    assert filled.query("SELECT count(*) FROM thing") == [(3,)]
    other = new_toy("other")
    assert other.run("restore", str(target)).returncode == 0


def test_standard_tools_can_list_it(filled: Toy) -> None:
    target, _ = back_up(filled)
    plain = filled.repo / "plain.tar"
    with target.open("rb") as source, plain.open("wb") as copy:
        zstandard.ZstdDecompressor().copy_stream(source, copy)
    names = subprocess.run(["tar", "-tf", plain], capture_output=True, text=True, check=True).stdout.split()
    assert names[0] == "header.json"
    assert names[1] == "database.dump"
    assert names[-1] == "manifest.json"
    assert not any("incoming" in name for name in names)


def test_a_file_that_is_there_is_kept_without_force(filled: Toy) -> None:
    target = filled.repo / "backup.tar.zst"
    target.write_text("precious")
    _, refused = back_up(filled)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "is there already: name another file, or replace it with --force" in refused.stderr
    assert target.read_text() == "precious"
    _, made = back_up(filled, "--force")
    assert made.returncode == 0
    assert target.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"


def test_nothing_to_back_up_and_nowhere_to_put_it_are_one_sentence_each(toy: Toy) -> None:
    for words in (("backup", str(toy.repo / "new")), ("backup", str(toy.repo)), ("backup", "/nowhere/file")):
        result = toy.run(*words)
        assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert list(toy.repo.glob(".*partial")) == []


def test_a_backup_that_was_killed_leaves_no_file_of_its_name(filled: Toy) -> None:
    target = filled.repo / "backup.tar.zst"
    running = filled.spawn("backup", str(target))
    wait_for(lambda: list(filled.repo.glob(".backup*partial")))
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()
    wait_for(lambda: filled.children() == [])
    assert not target.exists()


def test_restore_refuses_a_data_folder_in_use(filled: Toy) -> None:
    target, _ = back_up(filled)
    result = filled.run("restore", str(target))
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "is not empty (postgres, evidence, secret_key, custody-heads.jsonl, valkey)" in result.stderr
    assert filled.run("exec", "manage.py", "things").stdout == "one three two\n"


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign"])
def test_a_damaged_backup_is_refused_and_leaves_the_folder_empty(
    filled: Toy, new_toy: Callable[..., Toy], damage: str
) -> None:
    target, _ = back_up(filled)
    content = bytearray(target.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0x55
    else:
        content = bytearray(b"PK\x03\x04 something else")
    target.write_bytes(content)
    other = new_toy("other")
    result = other.run("restore", str(target))
    assert (result.returncode, result.stderr.count("\n")) == (2, 1), result.stderr
    assert re.search(r"damaged|cut off|not a Zenrei backup", result.stderr)
    assert {path.name for path in other.data.iterdir()} <= {"cache", "log", "run", "runtime", "zenrei.lock"}
    assert other.run("exec", "manage.py", "migrate").returncode == 0


def _has_begun(toy: Toy, running: Running) -> bool:
    return toy.folder.unfinished.exists() or running.process.poll() is not None


@pytest.mark.chaos
def test_a_restore_that_was_killed_says_so_and_can_be_done_again(filled: Toy, new_toy: Callable[..., Toy]) -> None:
    target, _ = back_up(filled)
    other = new_toy("other")
    for wait in (0.0, 0.3, 0.7):
        running = other.spawn("restore", str(target))
        wait_for(partial(_has_begun, other, running))
        time.sleep(wait)
        running.process.kill()
        running.process.wait()
        wait_for(lambda: not is_running(other.folder) and other.children() == [])
        if other.folder.unfinished.exists():
            refused = other.run("--port", "8999")
            assert refused.returncode == 2
            assert "was not finished: run `python3 run.py restore FILE` again" in refused.stderr
    again = other.run("restore", str(target))
    if "is not empty" not in again.stderr:  # the last one was killed too late to hurt
        assert again.returncode == 0, again.stderr
    assert other.run("exec", "manage.py", "things").stdout == "one three two\n"


def test_restore_needs_the_embedded_database(toy: Toy) -> None:
    result = toy.run("restore", "backup", DATABASE_URL="postgres://elsewhere/zenrei")
    assert result.returncode == 2
    assert "unset DATABASE_URL" in result.stderr


def test_a_backup_of_a_later_release_is_refused(filled: Toy, new_toy: Callable[..., Toy]) -> None:
    project = filled.repo / "pyproject.toml"
    project.write_text(re.sub(r"^version = .*$", 'version = "99.0"', project.read_text(), flags=re.MULTILINE))
    target, _ = back_up(filled)
    result = new_toy("other").run("restore", str(target))
    assert result.returncode == 2
    assert "was made by Zenrei 99.0" in result.stderr
