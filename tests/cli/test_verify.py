"""`zenrei verify` as a program: it becomes the supervisor's command on the database of the data folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cli.main import main
from common.storage import evidence_store
from tests.conftest import Person
from tests.support.server import environment
from tests.support.store import make_store


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the process became, instead of becoming it. Whole instances: tests/chaos/test_first_run.py."""
    seen: dict[str, Any] = {}

    def become(_path: str, command: list[str], variables: dict[str, str]) -> None:
        seen.update(command=command[4:], variables=variables)
        raise SystemExit(0)

    monkeypatch.setattr("cli.verify.os.execve", become)
    for name in ("DATABASE_URL", "ZENREI_EMBEDDED", "ZENREI_DATA"):
        monkeypatch.delenv(name, raising=False)
    return seen


def verify(*words: str) -> int | str | None:
    """Call it and return its exit code."""
    try:
        return main(["verify", *words])
    except SystemExit as end:
        return end.code


def test_it_asks_for_the_database_of_the_folder(became: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    assert verify("--data", str(tmp_path), "--head", f" {'AB' * 32}\n") == 0
    assert became["command"] == ["--data", str(tmp_path), "exec", "manage.py", "verify", "--head", "ab" * 32]


@pytest.mark.parametrize("head", ["", " ", "ab", "g" * 64, "a" * 65])
def test_a_head_that_is_none_is_refused_and_not_left_out(
    became: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], head: str
) -> None:
    (tmp_path / "postgres").mkdir()
    assert verify("--data", str(tmp_path), "--head", head) == 2
    assert "64 hexadecimal digits" in capsys.readouterr().err
    assert not became
    with pytest.raises(CommandError, match="64 hexadecimal digits") as refused:
        call_command("verify", head=head)
    assert refused.value.returncode == 2


def test_a_folder_without_a_database_is_refused_and_left_alone(
    became: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify("--data", str(tmp_path / "new")) == 2
    assert f"there is nothing to verify in the data folder {tmp_path / 'new'}" in capsys.readouterr().err
    assert not became
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("own", [True, False])
def test_the_servers_of_one_instance_are_not_asked_about_anothers_folder(
    became: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    (tmp_path / "postgres").mkdir()
    monkeypatch.setenv("ZENREI_EMBEDDED", "1")
    monkeypatch.setenv("DATABASE_URL", "postgres://of-the-instance/zenrei")
    monkeypatch.setenv("ZENREI_DATA", str(tmp_path if own else tmp_path / "other"))
    verify("--data", str(tmp_path))
    assert ("DATABASE_URL" in became["variables"]) == own


def test_what_it_becomes_exits_by_what_it_found(alice: Person, transactional_db: None) -> None:
    piece = make_store(alice).pieces[2]
    manage = Path(__file__).resolve().parents[2] / "manage.py"

    def answer() -> tuple[int, dict[str, Any]]:
        command = [sys.executable, str(manage), "verify"]
        ended = subprocess.run(command, env=environment(), capture_output=True, timeout=120, check=False)
        return ended.returncode, json.loads(ended.stdout)

    code, told = answer()
    assert (code, told["checked"], told["broken"]) == (0, 3, [])
    path = evidence_store().path(piece.blob_id)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[::-1])
    code, told = answer()
    assert (code, told["checked"]) == (1, 3)
    assert [(one["evidence"], one["entry"]) for one in told["broken"]] == [(str(piece.public_id), None)]


def test_a_database_of_another_version_is_no_verdict(tmp_path: Path, transactional_db: None) -> None:
    manage = Path(__file__).resolve().parents[2] / "manage.py"
    nowhere = environment()["DATABASE_URL"].rsplit("/", 1)[0] + "/postgres"
    made = environment(DATABASE_URL=nowhere, ZENREI_DATA=str(tmp_path))
    ended = subprocess.run(
        [sys.executable, str(manage), "verify"], env=made, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "start Zenrei on it once, then verify" in ended.stderr
    assert list(tmp_path.iterdir()) == []
