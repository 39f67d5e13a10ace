"""The compiled engine against the plain one: the same answer, whatever the log."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from bench.mail_log import Messages, lines_of
from ingest.engine.citing import read_back
from ingest.engine.fast import GIVEN, compiled, judging
from ingest.engine.fast import intake as fast_intake
from ingest.engine.fast import store as fast_store
from ingest.engine.fast.engine import read_fast
from ingest.engine.report import to_json
from ingest.engine.result import Options
from ingest.engine.scan import scan
from ingest.engine.source import Limits, Source
from tests.engine import gateway as g
from tests.engine.two_engines import agree, made, raw, sources_of

pytestmark = pytest.mark.usefixtures("few_lines")


def test_a_large_log_is_read_the_compiled_way_and_the_answer_is_the_truth(tmp_path: Path) -> None:
    messages = Messages(20_000, 20)
    log = raw(list(lines_of(messages, 20_000)))
    sources = sources_of(tmp_path, log)
    engine = read_fast(sources, Options(), None)
    assert engine is not None
    assert engine.lines == messages.truth["lines"]
    answer = agree(sources)
    assert answer["transactions"] == messages.truth["transactions"]
    for rule in ("rejected-and-delivered", "delivered-twice"):
        assert answer["finding_counts"][rule] == messages.truth[rule] > 0


def test_most_lines_do_not_go_the_plain_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = fast_intake.FastIntake._read_line

    def noted(self: Any, line: Any, tally: Any) -> Any:
        read.append(line.text)
        return plain(self, line, tally)

    monkeypatch.setattr(fast_intake.FastIntake, "_read_line", noted)
    scan(sources_of(tmp_path, raw(made(20_000))), Options(fast_from=0))
    assert len(read) < 800


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda log: log[:-1], id="no feed at the end"),
        pytest.param(lambda log: log.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda log: b"\xef\xbb\xbf" + log, id="a mark of UTF-8 in front"),
        pytest.param(lambda log: log[: len(log) // 2], id="cut off"),
        pytest.param(lambda log: log.replace("会議室".encode(), "会議室".encode("cp932")), id="CP932 in between"),
        pytest.param(lambda log: log.replace("会議室".encode(), "会議室".encode("euc_jp")), id="EUC-JP in between"),
        pytest.param(lambda log: log.replace("会議室".encode(), b"\xe4\xbc"), id="characters cut in two"),
        pytest.param(lambda log: log.replace("会議室".encode(), b"\xed\xa0\x80"), id="half a surrogate"),
        pytest.param(lambda log: log.replace("会議室".encode(), "\u3000\u2028\x85".encode()), id="strange blanks"),
        pytest.param(lambda log: log.replace(b"invoice", b"in\0voice"), id="NUL"),
        pytest.param(lambda log: log.replace(b"invoice", b"in\x1bvoice"), id="escape"),
        pytest.param(lambda log: log.replace(b"invoice", b"in\rvoice"), id="CR inside"),
        pytest.param(lambda log: log.replace(b"invoice", b'in"voice'), id="a quote inside"),
        pytest.param(lambda log: log.replace(b"\n", b"\n\n  \n"), id="empty lines"),
        pytest.param(lambda log: log.replace(b"\n", b"", 9), id="lines joined"),
        pytest.param(lambda log: log + log, id="twice"),
        pytest.param(lambda log: b"garbage\n" * 300 + log, id="garbage in front"),
        pytest.param(lambda log: log + b"garbage\xff\n" * 30, id="garbage behind"),
        pytest.param(lambda log: log.replace(b" ", b","), id="commas"),
        pytest.param(lambda log: log.replace(b"device_id=FE100C3909600504 ", b""), id="no device"),
        pytest.param(lambda log: log.replace(b"date=20", b"<189>date=20"), id="a priority in front"),
        pytest.param(lambda log: log.replace(b" type=", b' tz="+0900" type='), id="a zone"),
        pytest.param(lambda log: log.replace(b"date=2022-01", b"date=2022-13"), id="no such month"),
        pytest.param(lambda log: log.replace(b":00.", b":60."), id="leap seconds"),
        pytest.param(lambda log: log.replace(b'"Accept"', b'"Accept;Beside"'), id="a word that nobody knows"),
        pytest.param(lambda log: log.replace(b"Not Spam", b"0x31"), id="hexadecimal"),
        pytest.param(lambda log: log.replace(b"session_id=", b"session="), id="no session"),
        pytest.param(lambda log: log.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: b"\n\n", id="feeds only"),
    ],
)
def test_damage_changes_nothing(tmp_path: Path, damage: Any) -> None:
    agree(sources_of(tmp_path, damage(raw(made(1_200)))))


def test_long_lines_are_passed_over_alike(tmp_path: Path) -> None:
    lines = made(600)
    for place, size in ((5, 3000), (200, 900), (201, 70_000), (599, 5000)):
        lines[place] = lines[place][:-1] + "x" * size + '"'
    answer = agree(sources_of(tmp_path, raw(lines)), limits=Limits(line_bytes=1000))
    assert answer["files"][0]["unread_lines"] > 0


def test_long_lines_within_the_limit_take_no_other_line_with_them(tmp_path: Path) -> None:
    """A line longer than a block is held with the lines before it, while blocks before those still wait."""
    lines = made(9_000)
    for place, size in ((3_000, 40_000), (3_001, 70_000), (6_000, 9_000)):
        lines[place] = lines[place].replace('msg="', f'msg="{"x" * size}', 1)
    ids = [g.ID.replace("25809E", f"{100_000 + n}") for n in range(300)]
    stories = [line for id_ in ids for line in (g.refusal(id_=id_), g.delivery(id_=id_), g.history(id_=id_))]
    slow = "".join(f"{line.replace('user=mail', 'user=日本')}\n" for line in stories).encode("cp932")
    answer = agree(sources_of(tmp_path, raw(lines[:3_000]) + slow + raw(lines[3_000:])))
    assert answer["finding_counts"]["rejected-and-delivered"] >= 300


def test_packed_logs_and_broken_packings(tmp_path: Path) -> None:
    log = raw(made(3_000))
    for packed in (
        gzip.compress(log),
        zstandard.compress(log),
        gzip.compress(log)[:-2000],
        gzip.compress(log) + b"junk",
    ):
        agree(sources_of(tmp_path, packed))


def test_several_files_of_one_device_of_two_and_of_none(tmp_path: Path) -> None:
    lines = made(1_500)
    halves = raw(lines[:900]), raw(lines[700:])
    unnamed = tuple(half.replace(b"device_id=FE100C3909600504 ", b"") for half in halves)
    agree(sources_of(tmp_path, *halves))
    agree(sources_of(tmp_path, *unnamed))
    agree(sources_of(tmp_path, *unnamed, device="FE-ONE"))
    agree(sources_of(tmp_path, halves[0], unnamed[1]))
    agree(sources_of(tmp_path, *halves, firmware="7.0.2", zone="Asia/Tokyo"))
    two = [Source(one.path, one.label, firmware=f"7.0.{n}") for n, one in enumerate(sources_of(tmp_path, *halves))]
    agree(two)


def test_rows_on_disk_are_the_rows_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_store, "MOST_HELD", 1_000)
    agree(sources_of(tmp_path, raw(made(5_000))))


def test_a_file_that_changes_while_it_is_read_is_no_clean_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(*words: Any) -> Any:
        texts = read_back(*words)
        return {key: text.replace("session_id=", "session=") for key, text in texts.items()}

    sources = sources_of(tmp_path, raw(made(3_000)))
    before = agree(sources)
    monkeypatch.setattr(judging, "read_back", changed)
    after = to_json(scan(sources, Options(fast_from=0)), 0.0)
    assert before["finding_counts"]["rejected-and-delivered"] > 0
    told = {(row["rule"], row["reason"]): row["transactions"] for row in after["not_judged"]}
    assert told["rejected-and-delivered", judging.CHANGED] >= before["finding_counts"]["rejected-and-delivered"]
    assert after["transactions"] == before["transactions"]


def test_more_devices_than_a_row_can_number_are_read_the_plain_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_intake, "MOST_NUMBERS", 3)
    lines = [g.envelope(device=f"FE-{number}") for number in range(9)]
    assert read_fast(sources_of(tmp_path, raw(lines)), Options(), None) is None
    assert agree(sources_of(tmp_path, raw(lines)))["transactions"] == 9


def test_families_judged_alone_are_judged_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 20)
    agree(sources_of(tmp_path, raw(made(4_000))))


@pytest.mark.parametrize("day", ["2149-06-07", "2260-12-31", "1971-01-01"])
def test_days_of_other_centuries_are_no_other_device(tmp_path: Path, day: str) -> None:
    lines = [
        line
        for number, device in enumerate(["FE-1", "FE-2"] * 20)
        for line in (
            g.history(
                device=device, day=day if number % 3 else "1970-01-02", id_=f"25809Eex{number:06}-25809Ef0{number:06}"
            ),
            g.delivery(device=device, day=day, id_=f"25809Eex{number:06}-25809Ef0{number:06}"),
        )
    ]
    agree(sources_of(tmp_path, raw(lines)))


def lines_with_scanners() -> Iterator[str]:
    """Messages with two verdicts each, in an order that changes on a day."""
    for number in range(600):
        day = f"2022-06-{number // 30 + 1:02}"
        id_ = f"25809Eex{number:06}-25809Ef0{number:06}"
        said = ["FortiGuard-AntiSpam identified spam URL: x", "FortiGuard-AntiSpam identified spam IP: y, score: 3"]
        for place, message in enumerate(said if number < 300 else reversed(said)):
            yield g.spam(message, id_=id_, day=day, at=f"09:{number % 60:02}:14.{place + 1}00")
        yield g.history("Reject", id_=id_, day=day, classifier="0x07" if number < 300 else "0x31")
        yield g.refusal(id_=id_, day=day)


def test_findings_about_a_whole_log_cite_the_same_lines(tmp_path: Path) -> None:
    answer = agree(sources_of(tmp_path, raw(list(lines_with_scanners()))))
    assert answer["finding_counts"]["verdict-order-changed"] == 1
    assert answer["finding_counts"]["verdict-drift"] == 1


def test_a_reading_without_object_code_is_read_the_plain_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GIVEN, str(tmp_path / "none"))
    compiled.compiled.cache_clear()
    try:
        assert read_fast(sources_of(tmp_path, raw(made(300))), Options(), None) is None
    finally:
        compiled.compiled.cache_clear()


def test_object_code_that_was_changed_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled.compiled()
    kept = next(folder / compiled._name() for folder in compiled.folders() if (folder / compiled._name()).is_file())
    code = bytearray(kept.read_bytes())
    code[len(code) // 2] ^= 1
    (tmp_path / kept.name).write_bytes(code)
    assert compiled._find([tmp_path]) is None
    (tmp_path / kept.name).write_bytes(kept.read_bytes())
    assert compiled._find([tmp_path]) is not None
    compiled.compiled_formats()
    other = next(path for folder in compiled.folders() if (path := folder / compiled._name(compiled.FORMATS)).is_file())
    (tmp_path / other.name).write_bytes(other.read_bytes())
    monkeypatch.setattr(compiled, "_make", None)  # it is there: nothing is to be made
    compiled.make(tmp_path)
