"""The registry of formats: detection by content, and a broken format that stops the start."""

import pytest

from ingest.engine.event import Unread
from ingest.engine.formats import REGISTRY, BrokenFormat, Entry, UnknownFormat, check_registry, detect, make_format
from ingest.engine.fortimail.lines import FortiMail
from ingest.engine.result import Options
from ingest.engine.scan import scan
from ingest.engine.source import Source
from tests.engine.gateway import history, scan_files


def test_a_format_is_told_by_its_lines_with_a_score_and_a_reason() -> None:
    [match] = detect([history(), "garbage"])

    assert (match.name, match.score, match.reason) == ("fortimail", 0.5, "1 of 2 lines read as fortimail")


def test_what_fits_no_format_is_told_to_be_none() -> None:
    assert detect(["Jun  8 09:09:14 mail kernel: eth0 is up"]) == []
    assert detect([]) == []


def test_a_format_can_be_forced_and_then_every_line_says_why_it_is_not_read() -> None:
    [file] = scan_files("garbage\n", options=Options(format="fortimail")).files

    assert file.format == "fortimail"
    assert "no FortiMail record" in file.unread_examples[0].reason


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownFormat, match="fortimail"):
        make_format("nobody")
    with pytest.raises(ValueError, match="no format"):
        scan([], Options(format="x"))


def test_a_format_that_does_not_read_its_own_sample_stops_the_start() -> None:
    with pytest.raises(BrokenFormat, match="format broken"):
        check_registry({**REGISTRY, "broken": Entry(FortiMail, "not its line")})


def test_a_zone_that_is_none_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    with pytest.raises(ValueError, match="IANA"):
        scan([Source(Path("x"), "x", zone="Mars/Olympus")])


def test_every_sample_is_read() -> None:
    for name, entry in REGISTRY.items():
        assert not isinstance(make_format(name).read(entry.sample), Unread)
