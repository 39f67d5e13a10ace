"""The compiled engine against the plain one, for formats that are data: the same answer, whatever the log."""

import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import line_logs
from ingest.engine.fast import spec_intake
from ingest.engine.fast.compiled import NotCompiled
from ingest.engine.fast.engine import SpecEngine, read_fast
from ingest.engine.fast.plans import plan_of
from ingest.engine.fast.spec_intake import SpecIntake
from ingest.engine.formats import REGISTRY
from ingest.engine.logformats import memory
from ingest.engine.result import Options
from ingest.engine.source import Limits
from tests.engine import test_log_formats as f
from tests.engine.two_engines import agree, raw, sources_of

pytestmark = pytest.mark.usefixtures("few_lines")
PLANNED = [name for name, entry in REGISTRY.items() if entry.spec and plan_of(entry.spec)]


def made(name: str, lines: int, seed: int = 1, days: float = 12) -> list[str]:
    """Lines of a log of a format, made to order."""
    message, time = line_logs.MADE[name]
    return list(line_logs.lines_of(message, time, lines, seed, days))


def samples(name: str) -> list[str]:
    """The lines that a format's file gives as samples."""
    spec = REGISTRY[name].spec
    assert spec is not None
    return [line for sample in spec.samples for line in (*sample.before, sample.line)]


@pytest.mark.parametrize("name", line_logs.MADE)
def test_a_log_of_a_format_that_is_data_is_read_the_compiled_way(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = sources_of(tmp_path, raw(made(name, 6_000)))
    plain: list[str] = []
    read = SpecIntake.read_plain

    def noted(self: Any, line: Any, log: Any, row: Any) -> Any:
        plain.append(line.text)
        return read(self, line, log, row)

    monkeypatch.setattr(SpecIntake, "read_plain", noted)
    assert isinstance(read_fast(sources, Options(), None), SpecEngine)
    assert len(plain) < 200
    answer = agree(sources)
    assert answer["finding_counts"]["rejected-and-delivered"] > 0 or name == "opensmtpd"  # what it refuses has no id
    assert answer["finding_counts"]["delivered-twice"] > 0


@pytest.mark.parametrize("name", [name for name in PLANNED if name in f.ALL])
@pytest.mark.parametrize("logs", [f.CONTRADICTIONS, f.TWICE_DELIVERED, f.DEFERRED_THEN_SENT])
def test_what_is_found_in_a_small_log_is_found_among_many_lines(
    logs: dict[str, list[str]], name: str, tmp_path: Path
) -> None:
    others = samples(name) * 3
    agree(sources_of(tmp_path, raw([*others, *logs.get(name, ()), *others])))


@pytest.mark.parametrize("name", line_logs.MADE)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda log: log[:-1], id="no feed at the end"),
        pytest.param(lambda log: log.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda log: b"\xef\xbb\xbf" + log, id="a mark of UTF-8 in front"),
        pytest.param(lambda log: log[: len(log) // 2], id="cut off"),
        pytest.param(lambda log: log.replace(b"a1@", "会議@".encode()), id="UTF-8 in between"),
        pytest.param(lambda log: log.replace(b"a1@", "会議@".encode("cp932")), id="CP932 in between"),
        pytest.param(lambda log: log.replace(b"a1@", b"\0\x1b\t@"), id="control characters"),
        pytest.param(lambda log: log.replace(b"\n", b"\n\n  \n"), id="empty lines"),
        pytest.param(lambda log: log.replace(b"\n", b"", 40), id="lines joined"),
        pytest.param(lambda log: log + log, id="twice"),
        pytest.param(lambda log: b"garbage\n" * 300 + log, id="garbage in front"),
        pytest.param(lambda log: log + b"garbage\xff\n" * 30, id="garbage behind"),
        pytest.param(lambda log: re.sub(rb"\n(.{40})[^\n]*", rb"\n\1", log, count=400), id="lines cut"),
        pytest.param(lambda log: log.replace(b"mx1", b"mx2", 300), id="two devices"),
        pytest.param(lambda log: log.replace(b"Jan  3", b"Feb 29").replace(b"Jan  4", b"Feb 30"), id="no such days"),
        pytest.param(lambda log: b"\n".join(reversed(log.split(b"\n"))), id="backwards"),
    ],
)
def test_a_damaged_log_is_read_the_same_way(name: str, damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    agree(sources_of(tmp_path, damage(raw(made(name, 1_500)))))


def test_several_files_packed_or_of_one_device_are_read_as_one_body(tmp_path: Path) -> None:
    lines = made("postfix", 2_000)
    first, second = sources_of(tmp_path, raw(lines[:1200]), gzip.compress(raw(lines[800:])))
    agree([first, second])
    whole = sources_of(tmp_path, raw(lines[:1200]), raw(lines[800:]), device="mx1", firmware="3.9")
    agree(whole, baseline=(whole[0],))


def test_years_go_on_over_lines_that_go_the_plain_way(tmp_path: Path) -> None:
    lines = made("postfix", 1_000, days=400)
    source = random.Random(3)
    agree(sources_of(tmp_path, raw([line.replace("net", "nét") if source.random() < 0.2 else line for line in lines])))


def test_what_is_forgotten_is_forgotten_by_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 5)
    begin = "Jan  5 08:00:00 mx1 postfix/smtpd[1]: {}: client=back.example.com[198.51.100.9]"
    given_ = (
        "Jan  5 08:00:01 mx1 postfix/smtp[1]: {}: to=<b@example.com>, relay=x[198.51.100.9]:25, delay=1, "
        "delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok: queued as {})"
    )
    lines = [begin.format(f"AB{number:06X}") for number in range(30)]
    for number in range(30):
        lines.insert(number + number % 9 + 1, given_.format(f"CD{number:06X}", f"AB{number:06X}"))
        lines.append(begin.format(f"CD{number:06X}"))
    agree(sources_of(tmp_path, raw(lines * 2)))


PIECES = [piece for name in PLANNED for line in samples(name) for piece in re.split(r"(?<=[ ,:=<>\[])", line)]
PUT_IN = st.one_of(st.just(""), st.sampled_from(PIECES), st.text(max_size=3))


@given(st.data())
def test_lines_with_parts_put_in_and_left_out_are_read_the_same_way(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    own = samples(data.draw(st.sampled_from(PLANNED)))
    lines = own * 4
    for _ in range(data.draw(st.integers(1, 12))):
        line = data.draw(st.sampled_from(own))
        at = data.draw(st.integers(0, len(line)))
        to = data.draw(st.integers(at, min(len(line), at + 12)))
        lines.append(line[:at] + data.draw(PUT_IN).replace("\n", "") + line[to:])
    device = data.draw(st.sampled_from(["gw", None]))
    agree(sources_of(tmp_path_factory.mktemp("logs"), raw(lines), device=device))


def test_lines_that_name_their_device_and_lines_that_do_not_remember_apart(tmp_path: Path) -> None:
    lines = []
    for number in range(60):
        host = "mx1 " if number % 3 else "mx2 "
        begin = f"Jan  5 08:00:00 {host}postfix/smtpd[1]: AB{number:06X}: client=back.example.com[198.51.100.9]"
        asks = (
            f"Jan  5 08:00:01 mx1 postfix/smtp[1]: CD{number:06X}: to=<b@example.com>, relay=x[198.51.100.9]:25, "
            f"delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok: queued as AB{number:06X})"
        )
        lines += [begin, f"Jan  5 08:00:00 mx1 postfix/smtpd[1]: CD{number:06X}: client=x[192.0.2.1]", asks]
        lines.append(
            f"Jan  5 08:00:02 {host}postfix/smtp[1]: AB{number:06X}: to=<b@example.com>, relay=none, delay=1, "
            "delays=0/0/0/1, dsn=5.0.0, status=bounced (no)"
        )
    agree(sources_of(tmp_path, raw(lines), device="mx1"))
    agree(sources_of(tmp_path, raw(lines)))


def test_without_object_code_for_formats_their_logs_are_read_the_plain_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = sources_of(tmp_path, raw(made("postfix", 300)))
    assert read_fast(sources, Options(), None) is not None

    def none() -> None:
        raise NotCompiled("none")

    monkeypatch.setattr(spec_intake, "compiled_formats", none)
    assert read_fast(sources, Options(), None) is None


@pytest.mark.parametrize("day", ["Jan 32", "Jan 40", "Nov 45", "Dec 40", "Feb 29", "Feb 30"])
def test_a_day_that_no_month_has_is_no_day_of_the_next(day: str, tmp_path: Path) -> None:
    lines = made("postfix", 3_000)
    lines[2_000:2_000] = [re.sub(r"^\w+ +\d+", day, line) for line in lines[:40]]
    agree(sources_of(tmp_path, raw(lines)))


def test_findings_of_two_files_that_name_no_device_stand_in_the_order_of_their_places(tmp_path: Path) -> None:
    lines = [line.replace("mx1 ", "", 1) for line in made("exim", 600)]
    agree(sources_of(tmp_path, raw(lines), raw(lines)), max_findings=7)


def test_lines_beyond_the_limit_near_the_head_are_examples_in_their_order(tmp_path: Path) -> None:
    lines = made("postfix", 600)
    lines[3:3] = ["no line at all", "x" * 3_000, "nor this"]
    answer = agree(sources_of(tmp_path, raw(lines)), limits=Limits(line_bytes=1000))
    assert [row["line"] for row in answer["files"][0]["unread_examples"]] == [4, 5, 6]
