"""``zenrei diff``, and the flags of ``zenrei scan`` for the rules that compare."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.engine.gateway import history
from tests.engine.test_accepted_and_lost import DAYS, accepted, others
from tests.engine.test_comparison import AFTER, BEFORE
from tests.engine.test_verdict_order import IP_FIRST, URL_FIRST

LOOSE = history("Reject").replace("session_id", "session") + "\n"
UNDATED = re.sub(r"date=\S+ time=\S+ ", "", history("Reject")) + "\n"


@pytest.fixture
def logs(tmp_path: Path) -> list[str]:
    """A log of before and one of after."""
    paths = [tmp_path / "before.log", tmp_path / "after.log"]
    for path, text in zip(paths, (BEFORE, AFTER), strict=True):
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def test_the_text_lists_the_largest_difference_first(logs: list[str], capfd: Any) -> None:
    assert main(["diff", *logs]) == 0
    out = capfd.readouterr().out.splitlines()
    assert out[0].startswith("before ")
    assert "100 messages of 100 transactions, 0 unfinished" in out[0]
    [row] = [line for line in out if "told accepted, done delivered × FortiGuard AntiSpam (0x07)" in line]
    assert row.split()[:5] == ["60", "60.0%", "98", "98.0%", "+38.0%"]
    assert row.endswith("[p < 0.000001]")


def test_the_json_is_one_object(logs: list[str], capfdbinary: Any) -> None:
    main(["diff", "--json", "--by", "outcome", *logs])
    answer = json.loads(capfdbinary.readouterr().out)
    assert (answer["schema"], answer["by"]) == ("zenrei.diff/1", ["outcome"])
    assert [row["difference"] for row in answer["rows"]] == pytest.approx([0.38, -0.38])


@pytest.mark.parametrize(
    ("texts", "words", "code"),
    [
        ((BEFORE, AFTER), [], 0),
        ((BEFORE, AFTER), ["--fail-on-change"], 1),
        ((BEFORE, BEFORE), ["--fail-on-change"], 0),
        ((BEFORE.splitlines()[0] + "\n", BEFORE.splitlines()[0] + "\n"), ["--fail-on-change"], 3),
        ((BEFORE.splitlines()[0] + "\n", BEFORE.splitlines()[0] + "\n"), [], 0),
        ((BEFORE + "garbage\n", BEFORE), ["--fail-on-change"], 3),
        ((BEFORE, BEFORE + LOOSE), ["--fail-on-change"], 3),
        ((BEFORE, BEFORE + UNDATED), ["--fail-on-change", "--days-after", "2022-01-01.."], 3),
        ((BEFORE, BEFORE + UNDATED), ["--days-after", "2022-01-01.."], 0),
        ((BEFORE, AFTER + "garbage\n"), [], 3),
        ((BEFORE, ""), [], 2),
        (("garbage\n", AFTER), ["--fail-on-change"], 2),
    ],
)
def test_the_exit_code_says_how_it_went(
    logs: list[str], texts: tuple[str, str], words: list[str], code: int, capfd: Any
) -> None:
    for path, text in zip(logs, texts, strict=True):
        Path(path).write_text(text, encoding="utf-8")

    assert main(["diff", *words, *logs]) == code
    assert ("nothing could be read" in capfd.readouterr().err) is (code == 2)


@pytest.mark.parametrize("words", [["-", "-"], ["--by", "moon", "a", "b"]])
def test_what_cannot_be_asked_is_said(words: list[str], capfd: Any) -> None:
    assert main(["diff", *words]) == 2
    assert capfd.readouterr().err.startswith("zenrei: ")


def test_one_log_may_be_standard_input(logs: list[str], monkeypatch: Any, capfd: Any) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(AFTER.encode())))
    assert main(["diff", logs[0], "-"]) == 0
    assert "+38.0%" in capfd.readouterr().out


def test_a_scan_takes_a_baseline_and_a_queue_lifetime(tmp_path: Path, capfdbinary: Any) -> None:
    text = "".join(f"{line}\n" for line in [*accepted(), *others(DAYS[:3])])
    for name, content in (("before.log", IP_FIRST), ("after.log", URL_FIRST + text)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    words = ["--baseline", str(tmp_path / "before.log"), "--queue-days", "2", str(tmp_path / "after.log")]

    assert main(["scan", "--json", *words]) == 0

    counts = json.loads(capfdbinary.readouterr().out)["finding_counts"]
    assert (counts["verdict-order-changed"], counts["accepted-and-lost"]) == (1, 1)


@pytest.mark.parametrize("words", [["--queue-days", "0", "x"], ["--baseline", "-", "x"]])
def test_a_scan_refuses_what_makes_no_sense(words: list[str], capfd: Any) -> None:
    assert main(["scan", *words]) == 2
    assert words[0] in capfd.readouterr().err


def test_a_side_may_be_a_list_of_sources(logs: list[str], tmp_path: Path, capfdbinary: Any) -> None:
    names = []
    for name, path in zip(("before", "after"), logs, strict=True):
        names.append(str(tmp_path / f"{name}.json"))
        Path(names[-1]).write_text(json.dumps([{"path": path, "label": f"{name} it", "zone": "Asia/Tokyo"}]))
    assert main(["diff", "--json", "--manifests", *names]) == 0
    answer = json.loads(capfdbinary.readouterr().out)
    assert (answer["before"]["files"][0]["path"], answer["after"]["messages"]) == ("before it", 100)


def test_days_of_one_log_are_two_sides(logs: list[str], capfd: Any) -> None:
    words = ["--days-before", "..2022-06-07", "--days-after", "2022-06-08"]
    assert main(["diff", logs[0], logs[0], *words]) == 0
    out = capfd.readouterr().out
    assert "the log before has 0 messages" in out
    assert "counted from 2022-06-08 to 2022-06-08 (0 messages of other days)" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["one.log"], "name two logs"),
        (["a", "b", "--manifests", "a.json", "b.json"], "leave them out"),
        (["--manifests", "no-such.json", "b.json"], "cannot be read"),
        (["a", "b", "--days-before", "yesterday"], "--days-before: “yesterday” is no day"),
        (["a", "b", "--days-after", "2022-06-08..2022-06-01"], "before they begin"),
    ],
)
def test_what_is_asked_wrongly_is_refused(words: list[str], said: str, capfd: Any) -> None:
    assert main(["diff", *words]) == 2
    assert said in capfd.readouterr().err


def test_a_zone_of_a_list_that_is_none_is_refused(logs: list[str], tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"path": logs[0], "zone": "Moon"}]))
    assert main(["diff", "--manifests", str(path), str(path)]) == 2
    assert "no time zone" in capfd.readouterr().err
