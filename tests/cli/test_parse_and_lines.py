"""``zenrei parse`` and ``zenrei lines``."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.engine.test_scenarios import story

STORY = "".join(f"{line}\n" for line in story())
CONTRACT = {
    *(
        "line",
        "offset",
        "time",
        "format",
        "type",
        "transaction",
        "child",
        "told",
        "told_scope",
        "done",
        "copy",
        "sender",
    ),
    *("recipients", "client_ip", "verdict", "verdict_code", "dispositions", "message", "fields", "message_fields"),
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The story's six lines in a file."""
    path = tmp_path / "elog.log"
    path.write_text(STORY, encoding="utf-8")
    return path


def rows(capfdbinary: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def test_parse_prints_one_object_a_line_with_every_field_of_the_contract(log: Path, capfdbinary: Any) -> None:
    assert main(["parse", str(log)]) == 0

    parsed = rows(capfdbinary)
    assert len(parsed) == 6
    assert parsed[0].keys() >= CONTRACT
    assert [row["told"] for row in parsed] == ["refused", "refused", "unknown", "unknown", "unknown", "unknown"]
    assert (parsed[5]["child"], parsed[5]["done"], parsed[5]["copy"]) == ("0000", "delivered", "unknown")


def test_a_line_that_is_not_read_is_printed_with_its_reason(tmp_path: Path, capfdbinary: Any) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"garbage\n{STORY}", encoding="utf-8")

    assert main(["parse", str(path)]) == 3

    first = rows(capfdbinary)[0]
    assert (first["line"], first["offset"], first["text"]) == (1, 0, "garbage")
    assert first["unread"]


def test_parse_of_nothing_readable_is_exit_2(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "a.log"
    path.write_text("garbage\n", encoding="utf-8")

    assert main(["parse", str(path)]) == 2
    assert main(["parse", str(tmp_path / "none")]) == 2
    assert "cannot be opened" in capfd.readouterr().err


def test_lines_shows_a_cited_line_among_its_neighbours(log: Path, capfdbinary: Any) -> None:
    offset = len("".join(STORY.splitlines(keepends=True)[:2]).encode())

    assert main(["lines", str(log), "--line", "3", "--offset", str(offset), "--context", "1", "--json"]) == 0

    shown = json.loads(capfdbinary.readouterr().out)
    assert [(line["line"], line["cited"]) for line in shown["lines"]] == [(2, False), (3, True), (4, False)]


@pytest.mark.parametrize(("line", "offset"), [("0", "0"), ("3", "1"), ("3", "-1"), ("x", "0")])
def test_lines_refuses_a_place_that_is_none(log: Path, line: str, offset: str, capfd: Any) -> None:
    try:
        code: Any = main(["lines", str(log), "--line", line, "--offset", offset])
    except SystemExit as leaving:
        code = leaving.code

    assert code == 2
    assert capfd.readouterr().err


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(STORY * 2000, encoding="utf-8")
    words = [sys.executable, "-m", "cli", "parse", str(path)]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        process.wait()

    assert (process.returncode, said) == (0, b"")


def test_the_program_starts_without_django_and_at_once() -> None:
    text = "import sys, cli.main; print([m for m in ('django', 'celery', 'psycopg') if m in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=ROOT, check=True)

    assert answer.stdout.strip() == "[]"
