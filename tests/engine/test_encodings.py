"""Bytes to text, line by line: what Japanese gateways print, cut and mixed."""

import pytest

from ingest.engine.encodings import DAMAGED, decode_line, sniff_utf16
from tests.engine.gateway import history, hits, scan_files
from tests.engine.test_scenarios import story

SUBJECTS = ["請求書の件について", "お見積りのご依頼", "【重要】会議のお知らせ", "カタログ送付", "東京都千代田区"]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("name", ["utf-8", "cp932", "euc-jp", "iso-2022-jp"])
def test_a_japanese_subject_is_read_in_whatever_encoding_it_came(subject: str, name: str) -> None:
    line = history(subject=subject)

    assert decode_line(line.encode(name)) == (line, name)


def test_utf_8_cut_inside_a_character_stays_utf_8() -> None:
    raw = "件名は長いので途中で切れる".encode()[:-1]

    text, name = decode_line(raw)

    assert name == "utf-8"
    assert text.startswith("件名は長いので途中で切れ")
    assert "\\x" in text


def test_bytes_that_nothing_explains_are_shown_as_they_are() -> None:
    assert decode_line(b"a\xff\xfe\x80b") == ("a\\xff\\xfe\\x80b", DAMAGED)


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_whole_log_in_another_encoding_gives_the_same_finding(name: str) -> None:
    text = "".join(f"{line}\r\n" for line in story())

    result = scan_files(text.encode(name))

    assert len(hits(result)) == 1
    assert [one.text for one in result.findings[0].evidence] == [
        one.text for one in scan_files(text).findings[0].evidence
    ]
    assert result.unread_lines == 0


def test_offsets_count_bytes_of_the_file_and_not_of_the_decoded_text() -> None:
    text = "".join(f"{line}\n" for line in story()).replace("hello", "件名")
    raw = b"\xff\xfe" + text.encode("utf-16-le")

    finding = scan_files(raw).findings[0]

    for one in finding.evidence:
        line = raw[one.offset :].decode("utf-16-le").split("\n")[0].lstrip("\ufeff")
        assert line == one.text


def test_lines_of_several_encodings_in_one_file_are_all_read() -> None:
    names = ["utf-8", "cp932", "euc-jp", "iso-2022-jp"]
    raw = b"".join(history(subject="請求書の件について").encode(name) + b"\n" for name in names)

    result = scan_files(raw)

    assert result.unread_lines == 0
    assert result.transactions == 1
    assert sum(row.messages for row in result.by_day) == 1


def test_plain_bytes_are_no_utf_16() -> None:
    assert sniff_utf16(b"date=2022-06-08 time=") is None
    assert sniff_utf16(b"") is None
    assert sniff_utf16(b"\0" * 100) is None
