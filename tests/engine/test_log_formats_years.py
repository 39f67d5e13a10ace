"""Times without a year: by rule and never in silence."""

import datetime as dt
import os
from pathlib import Path

import pytest

from ingest.engine.logformats.stamps import Years, read_time
from ingest.engine.result import FileReport
from ingest.engine.scan import scan
from ingest.engine.source import Source
from ingest.engine.times import day_text
from tests.engine.test_log_formats import CONTRADICTIONS, esa

POSTFIX = "{} 08:00:00 mx1 postfix/qmgr[1]: 4F9D1A2B3C: from=<a@example.net>, size=1, nrcpt=1 (queue active)"


def report(tmp_path: Path, days: list[str], written: str, *, zone: str | None = None, by: bool = False) -> FileReport:
    """Scan a file with a line of each day, last written on a day; ``by`` says it with the source instead."""
    path = tmp_path / "mail.log"
    path.write_text("".join(f"{POSTFIX.format(day)}\n" for day in days))
    moment = dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC)
    os.utime(path, (0, 0) if by else (moment.timestamp(), moment.timestamp()))
    [file] = scan([Source(path, path.name, zone=zone, written=moment.date() if by else None)]).files
    return file


@pytest.mark.parametrize("by", [False, True])
def test_the_year_is_that_of_the_files_own_time(tmp_path: Path, by: bool) -> None:
    file = report(tmp_path, ["Jan  5", "Jan  6"], "2026-02-01", by=by)

    assert (file.first_time, file.last_time) == ("2026-01-05T08:00:00", "2026-01-06T08:00:00")
    assert file.warnings == (
        "2 lines: no year is written in it: 2026 was assumed, by the file's own time (2026-02-01)",
    )


def test_a_day_that_would_lie_in_the_future_is_of_the_year_before(tmp_path: Path) -> None:
    file = report(tmp_path, ["Nov 30", "Dec 31"], "2026-01-02")

    assert (file.first_time, file.last_time) == ("2025-11-30T08:00:00", "2025-12-31T08:00:00")
    assert "2025 was assumed" in file.warnings[0]


def test_a_step_from_december_to_january_adds_a_year_and_both_years_are_named(tmp_path: Path) -> None:
    file = report(tmp_path, ["Dec 31", "Jan  1", "Dec 31", "Jan  2"], "2026-01-02", zone="+09:00")

    assert (file.first_time, file.last_time) == ("2025-12-31T08:00:00+09:00", "2026-01-02T08:00:00+09:00")
    assert [warning.partition(" was")[0] for warning in file.warnings] == [
        "2 lines: no year is written in it: 2025",
        "2 lines: no year is written in it: 2026",
    ]


def test_the_day_after_the_files_own_is_no_future_since_the_log_may_be_of_another_zone(tmp_path: Path) -> None:
    assert report(tmp_path, ["Jan  1"], "2025-12-31").first_time == "2026-01-01T08:00:00"
    assert report(tmp_path, ["Jan  2"], "2025-12-31").first_time == "2025-01-02T08:00:00"


def test_lines_behind_the_files_own_time_are_said_to_be_doubtful(tmp_path: Path) -> None:
    file = report(tmp_path, ["Dec 30", "Jan  5"], "2026-12-31")

    assert "lies behind the file's own time" in file.warnings[1]


def test_a_written_year_needs_no_assumption(tmp_path: Path) -> None:
    path = tmp_path / "esa.log"
    path.write_text(esa("MID 6 queued for delivery"))
    [file] = scan([Source(path, path.name)]).files

    assert (file.first_time, file.warnings) == ("2026-01-05T08:00:00", ())


def test_a_file_without_any_time_of_its_own_gives_no_day(tmp_path: Path) -> None:
    assert Source(tmp_path / "gone.log", "gone.log").reference is None
    assert Years(None).day(1, 5) == (None, None)


def test_the_assumed_year_changes_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("\n".join(CONTRADICTIONS["postfix"]))
    [old] = scan([Source(path, path.name, written=dt.date(2001, 2, 3))]).findings
    [new] = scan([Source(path, path.name, written=dt.date(2026, 2, 3))]).findings

    assert (old.first_time, new.first_time) == ("2001-01-05T08:00:00", "2026-01-05T08:00:00")
    assert (old.severity, old.recipient, old.summary) == (new.severity, new.recipient, new.summary)


@pytest.mark.parametrize(
    ("text", "day", "zone"),
    [
        ("2026-01-05T08:00:00Z", "2026-01-05", "Z"),
        ("2026-01-05 08:00:00.123 +0900", "2026-01-05", "+0900"),
        ("2026-01-05T08:00:00,5-03:30", "2026-01-05", "-03:30"),
        ("Mon Jan  5 08:00:00 2026", "2026-01-05", None),
        ("Jan  5 2026 08:00:00", "2026-01-05", None),
        ("1767600000", "2026-01-05", "Z"),
        ("1767600000.25", "2026-01-05", "Z"),
        ("1767600000123", "2026-01-05", "Z"),
        ("Feb 30 2026 08:00:00", None, None),
        ("2026-13-05T08:00:00", None, None),
        ("tomorrow", None, None),
        ("", None, None),
    ],
)
def test_a_time_in_every_form_that_logs_have(text: str, day: str | None, zone: str | None) -> None:
    stamp = read_time(text)

    assert (None if stamp.day is None else day_text(stamp.day * 86_400_000), stamp.zone) == (day, zone)


def test_a_leap_day_of_a_year_that_has_none_is_no_day() -> None:
    assert Years(dt.date(2025, 3, 1)).day(2, 29)[0] is None
