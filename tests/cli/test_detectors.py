"""``zenrei scan --detectors``: hits are findings, and what could not be judged is said."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from cli.main import main
from tests.engine.gateway import delivery, envelope, history, refusal
from tests.engine.sigma import rule
from tests.engine.test_scenarios import story
from tests.support.fortimail_log import make_log

ROOT = Path(__file__).resolve().parents[2]
STORY = "".join(f"{line}\n" for line in story())
FORTIMAIL = {"product": "fortimail"}


def example() -> str:
    """The detector that the documentation shows."""
    text = (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(title: Refused.*?)```", text, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the detector of the documentation."""
    path = tmp_path / "detectors"
    path.mkdir()
    (path / "story.yml").write_text(example(), encoding="utf-8")
    return path


def plain(name: str, detection: str, **more: Any) -> str:
    """A detector of refusals or deliveries, whose logs it gets right."""
    samples = {"matches": [delivery()], "misses": [refusal()]}
    given = rule(detection, FORTIMAIL, name=name, zenrei=samples) | more
    return yaml.safe_dump(given)


def scan(capfdbinary: Any, *words: str | Path) -> dict[str, Any]:
    main(["scan", "--json", *map(str, words)])
    return json.loads(capfdbinary.readouterr().out)  # type: ignore[no-any-return]


def test_the_example_of_the_documentation_finds_the_story(folder: Path, tmp_path: Path, capfdbinary: Any) -> None:
    log = tmp_path / "elog.log"
    log.write_text(STORY, encoding="utf-8")

    report = scan(capfdbinary, "--detectors", folder, "--firmware", "7.0.2", log)

    finding = next(one for one in report["findings"] if one["detector"])
    assert finding["detector"] == "7a2f3c1e-0d0b-4c7e-9a53-0c5c9f0f6b11"
    assert finding["rule"] == "refused-then-delivered"
    assert (finding["severity"], finding["firmware"], finding["device"]) == ("high", "7.0.2", "FE-TEST-0001")
    assert finding["transaction"] == "25809Eex009534-25809Ef0009534"
    assert [one["says"] for one in finding["evidence"]] == ["told_refused", "taken_by_next_hop"]
    lines = log.read_bytes().splitlines()
    for one in finding["evidence"]:
        assert one["text"].encode() == lines[one["line"] - 1]
        assert log.read_bytes()[one["offset"] :].startswith(lines[one["line"] - 1])
    assert report["finding_counts"]["refused-then-delivered"] == 1
    assert report["severity_counts"] == {"high": 2}
    assert report["detectors"] == [
        {
            "id": finding["detector"],
            "rule": "refused-then-delivered",
            "title": "Refused to the sender, delivered to the user",
            "issue": "multi-action-duplicate-relay",
            "judged": True,
            "lines": 6,
            "hits": 1,
        }
    ]


def test_a_large_log_that_the_compiled_engine_reads_is_run_as_well(
    folder: Path, tmp_path: Path, capfdbinary: Any
) -> None:
    log, table = tmp_path / "big.log", tmp_path / "big.parquet"
    log.write_bytes(make_log(4800, every=100))

    report = scan(capfdbinary, "--detectors", folder, "--parquet", table, "--max-findings", "50", log)

    assert log.stat().st_size > 4 * 1024 * 1024
    assert (
        report["finding_counts"]["refused-then-delivered"] == report["finding_counts"]["rejected-and-delivered"] == 48
    )
    assert len(report["findings"]) == 50
    assert pl.read_parquet(table).height == report["lines"]


def test_the_program_s_own_rules_answer_as_without_detectors(folder: Path, tmp_path: Path, capfdbinary: Any) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(make_log(50))

    without = scan(capfdbinary, log)
    together = scan(capfdbinary, "--detectors", folder, log)

    own = [one for one in together["findings"] if one["detector"] is None]
    assert own == without["findings"]
    assert all(one["detector"] is None for one in without["findings"])
    assert without["detectors"] == []
    for key in ("files", "lines", "transactions", "messages", "judged", "by_day", "not_judged"):
        assert together[key] == without[key]


def test_lines_without_a_transaction_are_one_finding_of_their_device(tmp_path: Path, capfdbinary: Any) -> None:
    detector, log = tmp_path / "d.yml", tmp_path / "a.log"
    detector.write_text(plain("deliveries", "s: {done: delivered}\ncondition: s"), encoding="utf-8")
    log.write_text("".join(f"{delivery(to=f'u{n}@example.com', id_='')}\n" for n in range(60)), encoding="utf-8")

    finding = scan(capfdbinary, "--detectors", detector, log)["findings"][0]

    assert (finding["transaction"], len(finding["evidence"]), finding["evidence_left_out"]) == ("", 40, 20)
    assert finding["summary"] == "A rule: 60 lines of the log."


def test_what_no_line_could_tell_is_not_judged_and_has_no_count(tmp_path: Path, capfdbinary: Any) -> None:
    detector, log = tmp_path / "d.yml", tmp_path / "a.log"
    detector.write_text(plain("deliveries", "s: {stat|startswith: Sent}\ncondition: s"), encoding="utf-8")
    log.write_text(f"{history()}\n", encoding="utf-8")

    report = scan(capfdbinary, "--detectors", detector, log)

    assert "deliveries" not in report["finding_counts"]
    assert [row["reason"] for row in report["not_judged"] if row["rule"] == "deliveries"] == [
        "no line has the field “stat” that its rule “deliveries” asks for"
    ]
    assert [(one["judged"], one["hits"]) for one in report["detectors"]] == [(False, None)]


def test_unread_lines_are_said_of_a_detector_too(tmp_path: Path, capfdbinary: Any) -> None:
    detector, log = tmp_path / "d.yml", tmp_path / "a.log"
    detector.write_text(plain("deliveries", "s: {done: delivered}\ncondition: s"), encoding="utf-8")
    log.write_text(f"{envelope()}\nno line of a log\n", encoding="utf-8")

    report = scan(capfdbinary, "--detectors", detector, log)

    assert "deliveries" not in report["finding_counts"]
    assert [(one["judged"], one["hits"]) for one in report["detectors"]] == [(False, None)]
    assert any(row["rule"] == "deliveries" and "could not be read" in row["reason"] for row in report["not_judged"])


def test_the_report_for_people_names_detectors_that_found_nothing(tmp_path: Path, capfd: Any) -> None:
    detector, log = tmp_path / "d.yml", tmp_path / "a.log"
    detector.write_text(plain("deliveries", "s: {done: delivered}\ncondition: s"), encoding="utf-8")
    log.write_text(f"{envelope()}\n", encoding="utf-8")

    assert main(["scan", "--detectors", str(detector), str(log)]) == 0

    assert "deliveries (1 lines)" in capfd.readouterr().out


def test_a_detector_that_cannot_be_used_ends_the_scan_before_it_begins(
    folder: Path, tmp_path: Path, capfd: Any
) -> None:
    (folder / "broken.yml").write_text(plain("x", "s: {done: queued}\ncondition: s"), encoding="utf-8")

    assert main(["scan", "--detectors", str(folder), str(tmp_path / "none.log")]) == 2

    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.startswith(
        f"zenrei: {folder / 'broken.yml'}, rule “x”, zenrei, matches, log 1: nothing is found in it"
    )


def test_fail_on_counts_what_detectors_found(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(f"{refusal()}\n{delivery()}\n", encoding="utf-8")
    shutil.copy(folder / "story.yml", tmp_path / "d.yml")
    (tmp_path / "d.yml").write_text(example().replace("level: high", "level: critical"), encoding="utf-8")

    assert main(["scan", "--fail-on", "critical", str(log)]) == 0
    assert main(["scan", "--fail-on", "critical", "--detectors", str(tmp_path / "d.yml"), str(log)]) == 1


def test_detect_runs_over_tables_that_are_there(folder: Path, tmp_path: Path, capfdbinary: Any) -> None:
    log, table, found = tmp_path / "a.log", tmp_path / "a.parquet", tmp_path / "found.jsonl"
    log.write_text(STORY.replace(" device_id=FE-TEST-0001", ""), encoding="utf-8")
    manifest = tmp_path / "tables.json"
    row = {"path": str(table), "label": "piece", "device": "mx1", "firmware": "7.0.2", "zone": "Asia/Tokyo"}
    manifest.write_text(json.dumps([row | {"complete": False}]), encoding="utf-8")

    assert main(["events", str(log), "--into", str(table)]) == 0
    assert json.loads(capfdbinary.readouterr().out) == {"rows": 6}
    words = ["detect", "--detectors", str(folder), "--manifest", str(manifest), "--findings", str(found)]
    assert main(words) == 0

    answer = json.loads(capfdbinary.readouterr().out)
    finding = json.loads(found.read_text(encoding="utf-8"))
    assert (answer["finding_counts"], answer["findings"]) == ({"refused-then-delivered": 1}, [])
    assert any("could not be read" in one["reason"] for one in answer["not_judged"])
    assert (finding["device"], finding["firmware"], finding["evidence"][0]["file"]) == ("mx1", "7.0.2", "piece")


def test_detect_without_tables_checks_detectors_and_says_what_they_are(folder: Path, capfdbinary: Any) -> None:
    assert main(["detect", "--detectors", str(folder)]) == 0

    (one,) = json.loads(capfdbinary.readouterr().out)["detectors"]
    assert (one["rule"], one["severity"], one["date"]) == ("refused-then-delivered", "high", "2026-11-29")


def test_what_is_no_table_is_refused(folder: Path, tmp_path: Path, capfd: Any) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    pl.DataFrame({"told": ["refused"]}).write_parquet(tmp_path / "b.parquet")

    assert main(["detect", "--detectors", str(folder), str(tmp_path / "a.parquet")]) == 2
    assert "cannot be read as Parquet" in capfd.readouterr().err
    assert main(["detect", "--detectors", str(folder), str(tmp_path / "b.parquet")]) == 2
    assert "it is no table of events: it has no column “transaction”" in capfd.readouterr().err


def test_a_detector_that_could_not_judge_is_no_clean_end_for_who_fails_on_findings(tmp_path: Path, capfd: Any) -> None:
    detector, log = tmp_path / "d.yml", tmp_path / "a.log"
    detector.write_text(plain("deliveries", "s: {stat|startswith: Sent}\ncondition: s"), encoding="utf-8")
    log.write_text("".join(f"{line}\n" for line in story() if "stat=" not in line), encoding="utf-8")

    assert main(["scan", "--detectors", str(detector), "--fail-on", "critical", str(log)]) == 3
    assert "deliveries could not judge anything" in capfd.readouterr().err
    assert main(["scan", "--detectors", str(detector), str(log)]) == 0
