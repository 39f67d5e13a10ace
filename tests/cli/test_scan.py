"""``zenrei scan``: shapes, exit codes, messages."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.engine.gateway import envelope, history, refusal
from tests.engine.test_scenarios import story

STORY = "".join(f"{line}\n" for line in story())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The story's six lines in a file."""
    path = tmp_path / "elog.log"
    path.write_text(STORY, encoding="utf-8")
    return path


def scan_json(capfdbinary: Any, *words: str | Path) -> dict[str, Any]:
    main(["scan", "--json", *map(str, words)])
    return json.loads(capfdbinary.readouterr().out)  # type: ignore[no-any-return]


def test_the_json_has_every_field_of_the_contract(log: Path, capfdbinary: Any) -> None:
    report = scan_json(capfdbinary, log)

    assert report["schema"] == "zenrei.scan/1"
    assert {
        "files",
        "lines",
        "transactions",
        "messages",
        "unfinished",
        "not_judged",
        "findings",
        "finding_counts",
        "by_day",
        "seconds",
    } <= report.keys()
    assert {
        "path",
        "format",
        "encoding",
        "bytes",
        "lines",
        "unread_lines",
        "unread_examples",
        "warnings",
        "first_time",
        "last_time",
    } <= report["files"][0].keys()
    finding = report["findings"][0]
    assert {
        "rule",
        "severity",
        "transaction",
        "recipient",
        "summary",
        "detector",
        "evidence",
        "device",
        "firmware",
        "children",
        "rule_set",
        "first_time",
    } <= finding.keys()
    assert finding["detector"] is None
    assert {"file", "line", "offset", "says", "text", "transaction", "time", "log", "truncated", "spans"} <= finding[
        "evidence"
    ][0].keys()
    assert report["by_day"] == [
        {"day": "2022-06-08", "verdict": "FortiGuard AntiSpam-IP", "verdict_code": "0x31", "messages": 1}
    ]
    assert report["finding_counts"] == {"accepted-and-lost": 0, "delivered-twice": 0, "rejected-and-delivered": 1}
    assert {row["rule"] for row in report["not_judged"]} >= {"verdict-order-changed", "verdict-drift"}


def test_twice_the_same_run_is_the_same_answer_but_for_the_seconds(log: Path, capfdbinary: Any) -> None:
    one, other = scan_json(capfdbinary, log), scan_json(capfdbinary, "--oracle", log)

    assert one | {"seconds": 0} == other | {"seconds": 0}


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (STORY, [], 0),
        (STORY, ["--fail-on", "high"], 1),
        (STORY, ["--fail-on", "info"], 1),
        (STORY, ["--fail-on", "critical"], 0),
        (STORY + "garbage\n", [], 3),
        (STORY + "garbage\n", ["--fail-on", "medium"], 1),
        ("garbage\n", [], 2),
        ("garbage\n", ["--fail-on", "info"], 2),
        ("", [], 2),
        ("\n\n", [], 2),
    ],
)
def test_the_exit_code_says_how_it_went(tmp_path: Path, text: str, words: list[str], code: int, capfd: Any) -> None:
    path = tmp_path / "a.log"
    path.write_text(text, encoding="utf-8")

    assert main(["scan", *words, str(path)]) == code
    assert ("nothing could be read" in capfd.readouterr().err) is (code == 2)


def test_a_file_that_is_missing_beside_one_that_is_read_is_exit_3(log: Path, capfd: Any) -> None:
    assert main(["scan", str(log), str(log.parent / "none.log")]) == 3
    assert "cannot be opened" in capfd.readouterr().out


def test_what_cannot_be_read_is_said_first_and_by_its_name(log: Path, tmp_path: Path, capfd: Any) -> None:
    missing = tmp_path / "none.log"

    assert main(["scan", "--progress", "json", str(missing), str(log), str(tmp_path)]) == 3

    first, second, *progress = capfd.readouterr().err.splitlines()
    assert first == f"zenrei: {missing} cannot be read: no such file"
    assert second == f"zenrei: {tmp_path} cannot be read: it is no regular file"
    assert all(json.loads(line) for line in progress)


def test_where_no_file_is_there_the_reason_comes_before_the_answer(tmp_path: Path, capfd: Any) -> None:
    assert main(["scan", str(tmp_path / "none.log")]) == 2
    assert capfd.readouterr().err.startswith(f"zenrei: {tmp_path / 'none.log'} cannot be read: no such file\n")


def test_a_file_name_that_is_no_text_is_shown_all_the_same(tmp_path: Path, capfdbinary: Any) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.log")
    Path(name).write_text(STORY, encoding="utf-8")

    report = scan_json(capfdbinary, name)

    assert report["files"][0]["path"].endswith("\\udcff.log")
    assert len(report["findings"]) == 1


def test_standard_input_is_a_file_called_dash(capfdbinary: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(STORY.encode())))

    report = scan_json(capfdbinary, "-")

    assert [file["path"] for file in report["files"]] == ["-"]
    assert report["findings"][0]["evidence"][0]["text"].startswith("date=")


def test_facts_that_the_log_lacks_are_given_by_flags(tmp_path: Path, capfdbinary: Any) -> None:
    path = tmp_path / "a.log"
    path.write_text(STORY.replace(" device_id=FE-TEST-0001", ""), encoding="utf-8")

    report = scan_json(capfdbinary, "--device", "FE-X", "--firmware", "7.0.2", "--zone", "+09:00", path)

    finding = report["findings"][0]
    assert (finding["device"], finding["firmware"]) == ("FE-X", "7.0.2")
    assert finding["first_time"].endswith("+09:00")


def test_a_manifest_gives_each_source_its_own_facts_and_label(log: Path, tmp_path: Path, capfdbinary: Any) -> None:
    manifest = tmp_path / "m.json"
    rows = [{"path": str(log), "label": "piece-1", "firmware": "7.0.2"}, {"path": str(log), "label": "piece-2"}]
    manifest.write_text(json.dumps(rows), encoding="utf-8")

    report = scan_json(capfdbinary, "--manifest", manifest)

    assert [file["path"] for file in report["files"]] == ["piece-1", "piece-2"]
    assert report["transactions"] == 1
    assert {one["file"] for one in report["findings"][0]["evidence"]} == {"piece-1"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '[{"label": "x"}]',
        '[{"path": 1}]',
        '[{"path": "x", "else": "y"}]',
        '[{"path": "x", "zone": "Mars"}]',
        "[]",
    ],
)
def test_a_broken_manifest_is_refused_with_its_place(tmp_path: Path, text: str, capfd: Any) -> None:
    manifest = tmp_path / "m.json"
    manifest.write_text(text, encoding="utf-8")

    assert main(["scan", "--manifest", str(manifest)]) == 2
    assert capfd.readouterr().err.startswith("zenrei: ")


def test_a_wrong_zone_and_no_file_at_all_are_refused_in_one_sentence(log: Path, capfd: Any) -> None:
    assert main(["scan", "--zone", "Mars", str(log)]) == 2
    assert "IANA name" in capfd.readouterr().err
    assert main(["scan"]) == 2
    assert "give FILE" in capfd.readouterr().err
    assert main(["scan", "--max-findings", "-1", str(log)]) == 2


def test_progress_is_json_lines_that_end_at_1(log: Path, capfd: Any) -> None:
    main(["scan", "--progress", "json", str(log)])

    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert lines[-1] == {"progress": 1.0, "bytes": len(STORY.encode()), "lines": 6, "findings": 1, "file": str(log)}


def test_findings_go_to_a_file_one_a_line_when_asked(log: Path, tmp_path: Path, capfdbinary: Any) -> None:
    report = scan_json(capfdbinary, "--findings", tmp_path / "f.jsonl", log)

    [finding] = map(json.loads, (tmp_path / "f.jsonl").read_text().splitlines())
    assert finding["rule"] == "rejected-and-delivered"
    assert (report["findings"], report["finding_counts"]["rejected-and-delivered"]) == ([], 1)


def test_only_so_many_findings_are_listed(log: Path, capfdbinary: Any, tmp_path: Path) -> None:
    path = tmp_path / "b.log"
    path.write_text(STORY + STORY.replace("25809Eex", "25809Eew").replace("009534", "009535"), encoding="utf-8")

    report = scan_json(capfdbinary, "--max-findings", "1", path)

    assert (len(report["findings"]), report["finding_counts"]["rejected-and-delivered"]) == (1, 2)


def test_the_text_for_people_shows_the_words_that_decide(log: Path, capfd: Any) -> None:
    main(["scan", str(log)])

    out = capfd.readouterr().out
    assert "HIGH rejected-and-delivered" in out
    assert "reject=554 5.7.1" in out
    assert "version unknown" in out
    assert "Not judged:" in out


def test_no_control_character_of_a_log_reaches_the_terminal(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"\x1b[31mred\n{refusal()}\n{envelope()}\n".replace("hello", "\x1b]0;x\x07"), encoding="utf-8")

    main(["scan", str(path)])

    assert "\x1b" not in capfd.readouterr().out


def test_an_unknown_flag_of_a_later_version_is_refused_and_not_ignored(log: Path) -> None:
    for flag in ("--arrow", "--rules"):
        with pytest.raises(SystemExit) as leaving:
            main(["scan", flag, "x", str(log)])
        assert leaving.value.code == 2


def test_who_fails_on_findings_is_told_that_nothing_could_be_judged(tmp_path: Path, capfd: Any) -> None:
    log = tmp_path / "history.log"
    log.write_text(f"{history()}\n", encoding="utf-8")

    assert main(["scan", str(log)]) == 0
    assert main(["scan", "--fail-on", "high", str(log)]) == 3
    assert "no rule could judge anything" in capfd.readouterr().err
