"""Files made to hurt: each ends soon, with a reason, and takes nothing else down."""

import time

import pytest

from ingest.engine.result import Options
from ingest.engine.source import MIB
from tests.engine.gateway import answer, delivery, history, hits, refusal, scan_files
from tests.engine.test_scenarios import story

STORY = "".join(f"{line}\n" for line in story()).encode()
FOUND = [("rejected-and-delivered", "high", "b@example.com")]
HEAD = b"date=2022-06-08 time=09:09:14 log_id=0200000001 type=statistics "

HURTFUL: dict[str, bytes] = {
    "a line of 1 MB": HEAD + b'subject="' + b"x" * MIB + b'"',
    "a line of 5 MB": b"x" * (5 * MIB),
    "quotes only": HEAD + b'"' * MIB,
    "quotes and keys": HEAD + b'a="' * (MIB // 3),
    "keys without end": HEAD + b" ".join(b"k%d=v" % n for n in range(100_000)),
    "one key without end": HEAD + b"a=1 " * (MIB // 4),
    "equal signs": HEAD + b"=" * MIB,
    "a word without end": HEAD + b"w" * MIB,
    "blanks": HEAD + b" " * MIB + b"x",
    "commas": HEAD + b"," * MIB + b"x",
    "angles": b'date=2022-06-08 time=09:09:14 log_id=0003000001 type=event msg="to=' + b"<" * MIB + b'"',
    "addresses": b'date=2022-06-08 time=09:09:14 log_id=0003000001 type=event msg="to=' + b"<a>," * (MIB // 4) + b'"',
    "quoted addresses": b'date=2022-06-08 time=09:09:14 log_id=0003000001 type=event msg="to=<' + b'"\\' * (MIB // 2),
    "rejects": b'date=2022-06-08 time=09:09:14 log_id=0003000001 type=event msg="' + b"Milter: data, reject=" * 50_000,
    "infected": b'date=2022-06-08 time=09:09:14 log_id=0100000001 type=virus msg="' + b"is infected with x " * 50_000,
    "messages in spam": b"date=2022-06-08 time=09:09:14 log_id=0300000001 type=spam " + b' msg="x' * 100_000,
    "a session id": HEAD + b'session_id="' + b"1" * MIB + b'"',
    "escapes": b"\x1b$B" * (MIB // 3),
    "nul bytes": b"\0" * MIB,
    "cr only": STORY.replace(b"\n", b"\r") * 20,
    "high bytes": bytes(range(128, 256)) * 8000,
    "blank lines": b"\n" * (MIB // 4),
}  # fmt: skip


@pytest.mark.parametrize("kind", HURTFUL)
def test_it_ends_soon_and_the_lines_behind_it_are_read(kind: str) -> None:
    start = time.process_time()

    result = scan_files(HURTFUL[kind] + b"\n" + STORY)

    assert hits(result) == FOUND
    assert time.process_time() - start < 20


def test_a_million_shapes_of_lines_are_not_all_remembered() -> None:
    lines = [f"date=2022-06-08 time=09:09:14 log_id=0200000001 type=statistics k{n}=v z{n}=v" for n in range(3000)]
    start = time.process_time()

    result = scan_files("\n".join(lines))

    assert result.read_lines == 3000
    assert time.process_time() - start < 5


def test_ids_and_devices_by_the_thousand_are_as_many_transactions() -> None:
    lines = [
        f"date=2022-06-08 time=09:09:14 device_id=D{n} log_id=0003000001 type=event "
        f'session_id="{n}" msg="Milter: data, reject=554 no"'
        for n in range(20_000)
    ]

    assert scan_files("\n".join(lines)).transactions == 20_000


def test_a_family_of_thousands_of_recipients_refusals_and_deliveries_ends_soon() -> None:
    many = 3000
    lines = [refusal(f"554 5.7.1 No {n}") for n in range(many)]
    lines += [delivery(f"u{n}@example.com", suffix=f"{n}") for n in range(many)]
    lines += [answer(f"u{n}@example.com", "No 1") for n in range(many)]
    start = time.process_time()

    result = scan_files("\n".join(lines), options=Options(max_findings=10))

    assert result.finding_counts["rejected-and-delivered"] == many
    assert len(result.findings) == 10
    assert time.process_time() - start < 20


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31"])
def test_days_that_no_gateway_saw_are_no_days(day: str) -> None:
    result = scan_files(f"{history(day=day, at='23:59:60')}\n{refusal(day=day)}\n{delivery(day=day)}\n")

    assert hits(result) == FOUND
    assert result.by_day[0].day is None
    assert result.findings[0].first_time is None


def test_the_last_line_needs_no_end() -> None:
    assert hits(scan_files(STORY.rstrip(b"\n"))) == FOUND


def test_records_cut_by_cr_are_unread_with_that_reason() -> None:
    [file] = scan_files(f"{history()}\r{history()}\r").files

    assert file.unread_lines == 1
    assert "CR instead of LF" in file.unread_examples[0].reason
