"""The table of events: one row a line that was read, sorted by transaction, with the line's own keys as columns."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cli.main import main
from ingest.engine.detectors.events import Events, NoTable, open_table
from ingest.engine.detectors.model import Detector
from ingest.engine.detectors.running import run_detector
from ingest.engine.events import batch, parts
from ingest.engine.events.reading import write_events
from ingest.engine.result import Options
from ingest.engine.source import Limits, Source
from tests.engine.gateway import DEVICE, ID, delivery, envelope, history
from tests.engine.sigma import correlation, load, part
from tests.engine.test_scenarios import story
from tests.support.fortimail_log import make_log

POSTFIX = """\
Jun  8 09:00:00 mx postfix/smtpd[11]: 4F9D1A2B: client=mail.example.net[192.0.2.66]
Jun  8 09:00:00 mx postfix/qmgr[12]: 4F9D1A2B: from=<a@example.net>, size=900, nrcpt=1 (queue active)
Jun  8 09:00:01 mx postfix/smtp[13]: 4F9D1A2B: to=<b@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5AB77C01)
Jun  8 09:00:01 mx postfix/smtpd[14]: 5AB77C01: client=localhost[127.0.0.1]
Jun  8 09:00:01 mx postfix/qmgr[12]: 5AB77C01: from=<a@example.net>, size=900, nrcpt=1 (queue active)
Jun  8 09:00:02 mx postfix/smtp[15]: 5AB77C01: to=<b@example.com>, relay=mx.example.com[198.51.100.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77AA01)
"""  # noqa: E501


def table_of(tmp_path: Path, *logs: str | bytes, limits: Limits | None = None) -> pl.DataFrame:
    """Write logs, and return the table of their events."""
    sources = []
    for number, log in enumerate(logs):
        path = tmp_path / f"{number}.log"
        path.write_bytes(log if isinstance(log, bytes) else log.encode())
        sources.append(Source(path, path.name))
    options = Options(limits=limits) if limits else Options()
    write_events(sources, tmp_path / "events.parquet", options)
    return pl.read_parquet(tmp_path / "events.parquet")


def test_a_row_is_what_parse_says_of_the_line(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = [*story(), history("Reject", classifier="FortiGuard AntiSpam-IP", subject="stat=Sent 件名")]
    table = table_of(tmp_path, "".join(f"{line}\n" for line in lines)).sort("line")
    main(["parse", str(tmp_path / "0.log")])
    rows = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]

    same = [
        "line", "offset", "time", "format", "type", "transaction", "child", "told", "told_scope", "done", "copy",
        "sender", "recipients", "client_ip", "verdict", "verdict_code", "dispositions", "message", "warning",
    ]  # fmt: skip
    assert [{key: row[key] for key in same} for row in table.to_dicts()] == [
        {key: row[key] for key in same} for row in rows
    ]
    for found, row in zip(table.to_dicts(), rows, strict=True):
        for prefix in ("fields", "message_fields"):
            assert {
                name.removeprefix(f"{prefix}."): value
                for name, value in found.items()
                if name.startswith(f"{prefix}.") and value is not None
            } == row[prefix]
    assert table["text"].to_list() == lines
    assert set(table["device"]) == {DEVICE}


def test_it_is_sorted_by_transaction_however_many_parts_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(400, every=7)
    whole = table_of(tmp_path, log)
    monkeypatch.setattr(batch, "MOST_ROWS", 90)
    monkeypatch.setattr(parts, "MOST_ROWS", 90)
    monkeypatch.setattr(parts, "EVERY", 7)
    monkeypatch.setattr(parts, "ROW_GROUP", 100)

    pieces = table_of(tmp_path, log)

    assert pieces.height == log.count(b"\n")
    assert pieces["transaction"].is_sorted()
    assert pieces.equals(whole.select(pieces.columns))


def test_one_transaction_of_very_many_lines_does_not_become_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_ROWS", 10)
    monkeypatch.setattr(parts, "MOST_ROWS", 10)
    monkeypatch.setattr(parts, "EVERY", 2)
    seen: list[int] = []
    gather = parts.Parts._gather

    def watched(self: parts.Parts, wanted: pl.Expr) -> object:
        for frame in gather(self, wanted):
            seen.append(frame.height)
            yield frame

    monkeypatch.setattr(parts.Parts, "_gather", watched)
    other = "25809Eex009534-25809Ef9009534"
    lines = [
        envelope(id_=other),
        *(delivery(to=f"u{number}@example.com") for number in range(500)),
        delivery(id_=other),
    ]

    table = table_of(tmp_path, "".join(f"{line}\n" for line in lines))

    assert table["transaction"].is_sorted()
    assert table.filter(pl.col("transaction") == ID)["line"].to_list() == list(range(2, 502))
    assert max(seen) < 60


def test_ids_that_lead_to_one_another_are_one_transaction(tmp_path: Path) -> None:
    table = table_of(tmp_path, POSTFIX)

    assert table["transaction"].to_list() == ["4F9D1A2B"] * 6
    assert table["child"].to_list() == [None, None, None, "5AB77C01", "5AB77C01", "5AB77C01"]


def test_lines_that_cannot_be_read_and_blank_ones_are_no_rows(tmp_path: Path) -> None:
    log = f"{envelope()}\n\nno log line\n{delivery()}\n{'x' * 5000}\n"

    table = table_of(tmp_path, log, limits=Limits(line_bytes=4000))

    assert table["line"].to_list() == [1, 4]


def test_lines_of_very_many_keys_make_no_table_of_very_many_columns(tmp_path: Path) -> None:
    lines = [json.dumps({"qid": str(n), **{f"k{n}_{i}": f"v{n}" for i in range(400)}}) for n in range(12)]

    table = table_of(tmp_path, "".join(f"{line}\n" for line in lines))

    assert len(table.columns) < 320
    last = table.filter(pl.col("line") == 12).to_dicts()[0]
    more = dict(zip(last["other_keys"], last["other_values"], strict=True))
    assert {f"fields.k11_{i}": "v11" for i in range(400)}.items() <= more.items()


def test_a_key_may_be_named_like_a_column_of_the_model_or_in_any_way(tmp_path: Path) -> None:
    line = '{"qid": "1", "told": "refused", "a b\\"c": "1", "": "2", "half": "\\ud800x", "\\ud800": "3"}'

    table = table_of(tmp_path, f"{line}\n")

    row = table.to_dicts()[0]
    assert (row["told"], row["fields.told"]) == ("unknown", "refused")
    assert row['fields.a b"c'] == "1"
    assert row["fields.half"] == "\\ud800x"
    assert row["other_keys"] == ["fields.\\ud800"]


def test_what_nobody_can_read_is_an_empty_table(tmp_path: Path) -> None:
    table = table_of(tmp_path, b"\x00\x01\x02garbage")

    assert (table.height, "told" in table.columns) == (0, True)


def test_scan_writes_it_beside_its_answer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log, path = tmp_path / "a.log", tmp_path / "a.parquet"
    log.write_bytes(make_log(20))

    assert main(["scan", "--parquet", str(path), str(log), "--firmware", "7.0.2", "--zone", "Asia/Tokyo"]) == 0

    assert "rejected-and-delivered" in capfd.readouterr().out
    table = pl.read_parquet(path)
    assert table.height == log.read_bytes().count(b"\n")
    assert set(table["firmware"]) == {"7.0.2"}
    assert table["time"][0].endswith("+09:00")
    assert set(tmp_path.iterdir()) == {log, path}


def test_a_table_that_cannot_be_written_is_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(make_log(1))

    assert main(["scan", "--parquet", str(tmp_path / "none" / "a.parquet"), str(log)]) == 2

    assert "the table of events cannot be written to" in capfd.readouterr().err


def test_a_scan_without_a_table_loads_none_of_it(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(make_log(3))
    code = (
        "import sys; from cli.main import main; main(['scan', sys.argv[1]]);"
        "sys.exit(any(name.split('.')[0] in {'polars', 'sigma', 'yaml'} for name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code, str(log)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def at(second: float, x: str, group: str) -> str:
    """A line at a second of a day, in a group."""
    hours, rest = divmod(second, 3600)
    time = f"2026-01-05T{int(hours):02}:{int(rest) // 60:02}:{rest % 60:06.3f}Z"
    return json.dumps({"time": time, "qid": f"Q{second}", "x": x, "host": "mx1", "g": group}) + "\n"


@pytest.fixture
def absence() -> Detector:
    """A that no B follows within an hour."""
    words = {"type": "temporal_ordered", "rules": ["a", "b"], "group-by": ["g"], "timespan": "1h"}
    words["condition"] = "a and not b"
    return load(correlation(words, part("a", {"x": "a"}), part("b", {"x": "b"})))


@pytest.mark.parametrize(("size", "judged"), [(14, False), (None, True)])
def test_a_log_of_which_nothing_could_be_read_may_have_had_anything(
    tmp_path: Path, absence: Detector, size: int | None, judged: bool
) -> None:
    logs = at(0, "a", "1"), at(60, "b", "1") + at(61, "c", "9"), at(9000, "c", "3")
    for name, log in enumerate(logs):
        packed = gzip.compress(log.encode())
        (tmp_path / str(name)).write_bytes(packed[:size] if name == 1 else packed)
    write_events([Source(tmp_path / str(name), str(name)) for name in range(3)], tmp_path / "e.parquet")
    answer = run_detector(Events([open_table(tmp_path / "e.parquet")]), absence)
    assert answer.hits == []
    assert answer.judged is judged


def test_what_a_cut_log_did_not_tell_is_not_absent(tmp_path: Path, absence: Detector) -> None:
    """The first log is cut off; what is looked for stood behind the cut, and a later log of the device is whole."""
    log = (
        at(0, "a", "1") + at(1, "b", "2") + "".join(at(2 + n / 1000, "c", "9") for n in range(3000)) + at(60, "b", "1")
    )
    packed = gzip.compress(log.encode())
    for name, data, hits in (("cut", packed[: len(packed) * 2 // 3], 0), ("whole", packed, 0), ("less", b"", 1)):
        first = data or gzip.compress(log.replace(at(60, "b", "1"), "").encode())
        (tmp_path / "1").write_bytes(first)
        (tmp_path / "2").write_text(at(9000, "b", "3") + at(9001, "a", "4"), encoding="utf-8")
        write_events([Source(tmp_path / "1", "1"), Source(tmp_path / "2", "2")], tmp_path / "e.parquet")
        answer = run_detector(Events([open_table(tmp_path / "e.parquet")]), absence)
        assert (name, len(answer.hits)) == (name, hits)
        assert sum(row.transactions for row in answer.doubts) == (2 if name == "cut" else 1)


@pytest.mark.parametrize("about", [b"[]", b'{"cut": 5}', b"no json", b'{"cut": ["a"]}'])
def test_what_a_table_says_beside_its_rows_is_checked(tmp_path: Path, about: bytes) -> None:
    (tmp_path / "1").write_text(at(0, "a", "1"), encoding="utf-8")
    write_events([Source(tmp_path / "1", "1")], tmp_path / "e.parquet")
    pl.read_parquet(tmp_path / "e.parquet").write_parquet(tmp_path / "f.parquet", metadata={"zenrei": about.decode()})
    with pytest.raises(NoTable, match="beside its rows"):
        open_table(tmp_path / "f.parquet")
