"""``zenrei frames``, and ``zenrei lines`` with what it made."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main

LINES = [f"line {number}" for number in range(1, 2001)]
RAW = "".join(f"{line}\n" for line in LINES).encode()
PLACE = ["--line", "1000", "--offset", str(RAW.index(b"line 1000\n")), "--context", "2"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A packed log."""
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(RAW))
    return path


def test_lines_are_the_same_by_frames(log: Path, tmp_path: Path, capfdbinary: Any) -> None:
    folder = tmp_path / "made" / "frames"
    assert main(["frames", str(log), "--into", str(folder)]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["stream"], told["bytes"], told["lines"]) == ("", len(RAW), 2000)
    assert [path.name for path in folder.iterdir()] == [told["file"]]

    for extra in ([], ["--frames", str(folder)], ["--frames", str(tmp_path / "none")]):
        assert main(["lines", str(log), *PLACE, *extra]) == 0
        text = capfdbinary.readouterr().out.decode()
        assert [line.split("\t")[1] for line in text.splitlines()] == LINES[997:1002]


def test_frames_of_a_log_that_is_another_now_are_passed_over(log: Path, tmp_path: Path, capfd: Any) -> None:
    folder = tmp_path / "frames"
    assert main(["frames", str(log), "--into", str(folder)]) == 0
    log.write_bytes(gzip.compress(RAW.replace(b"line", b"LINE")))
    capfd.readouterr()

    assert main(["lines", str(log), *PLACE, "--frames", str(folder)]) == 0
    assert "LINE 1000" in capfd.readouterr().out


def test_only_the_streams_of_the_list_are_framed(log: Path, tmp_path: Path, capfd: Any) -> None:
    names = tmp_path / "names.json"
    names.write_text('["!/other"]')

    assert main(["frames", str(log), "--into", str(tmp_path / "frames"), "--streams", str(names)]) == 0
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("sha256", ["", "x", "AB" * 32, "ab" * 31])
def test_what_is_no_sha_256_is_refused(log: Path, tmp_path: Path, sha256: str, capfd: Any) -> None:
    assert main(["lines", str(log), *PLACE, "--frames", str(tmp_path), "--sha256", sha256]) == 2
    assert main(["frames", str(log), "--into", str(tmp_path), "--sha256", sha256]) == 2
    assert "64 digits" in capfd.readouterr().err


@pytest.mark.parametrize("names", ["", "{}", "[1]"])
def test_a_list_that_is_none_is_refused(log: Path, tmp_path: Path, names: str, capfd: Any) -> None:
    path = tmp_path / "names.json"
    path.write_text(names)

    assert main(["frames", str(log), "--into", str(tmp_path), "--streams", str(path)]) == 2
    assert "the list" in capfd.readouterr().err


def test_a_file_that_is_not_there_and_a_folder_that_cannot_be_made_are_told(
    log: Path, tmp_path: Path, capfd: Any
) -> None:
    assert main(["frames", str(tmp_path / "none"), "--into", str(tmp_path / "frames")]) == 2
    assert main(["frames", str(log), "--into", str(log / "frames")]) == 2
    assert "cannot be written" in capfd.readouterr().err
