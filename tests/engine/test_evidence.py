"""Cited lines: exact, bounded, with the deciding words marked."""

import datetime as dt
from pathlib import Path

from ingest.engine.findings import DATES, rejected_and_delivered
from ingest.engine.result import Options
from ingest.engine.rules import READING
from ingest.engine.scan import scan
from ingest.engine.source import Source
from tests.engine.gateway import answer, delivery, envelope, history, refusal, scan_files, scan_lines, sent
from tests.engine.test_scenarios import story


def test_every_cited_line_stands_at_its_offset() -> None:
    raw = "".join(f"{line}\r\n" for line in ["件名だけの行", *story()]).encode()

    finding = scan_files(raw).findings[0]

    for one in finding.evidence:
        assert raw[one.offset :].split(b"\r\n")[0].decode() == one.text
        assert raw[: one.offset].count(b"\n") == one.line - 1


def test_the_spans_mark_the_words_that_decide() -> None:
    finding = scan_lines(*story()).findings[0]

    words = [one.text[start:end] for one in finding.evidence for start, end in one.spans]
    assert words == [
        "FortiGuard-AntiSpam identified spam URL: http://example.com",
        "FortiGuard-AntiSpam identified spam IP: 192.0.2.66, score: 3",
        "reject=554 5.7.1 This email from IP 192.0.2.66 has been rejected. The email message was detected as spam.",
        "stat=This email from IP 192.0.2.66 has been rejected. The email message was detected as spam.",
        'disposition="Reject"',
        "stat=Sent (Ok: queued as C257024FF1C5)",
    ]


def test_each_line_keeps_the_id_it_has_so_that_the_child_is_seen() -> None:
    finding = scan_lines(*story()).findings[0]

    assert [one.transaction for one in finding.evidence][-1] == finding.transaction + "0000"
    assert [one.log for one in finding.evidence] == [
        "AntiSpam", "AntiSpam", "Mail event", "Mail event", "History", "Mail event",
    ]  # fmt: skip


def test_the_summary_says_who_was_told_what_and_where_it_went() -> None:
    assert scan_lines(*story()).findings[0].summary == (
        "The sender was told “554 5.7.1 This email from IP 192.0.2.66 has been rejected. The email message was "
        "detected as spam.”, yet the message was delivered to b@example.com, by 198.51.100.9 with receipt C257024FF1C5."
    )


def test_the_summary_of_a_double_delivery_names_both_receipts() -> None:
    result = scan_lines(envelope(), delivery(stat=sent("A1")), delivery(stat=sent("A2"), suffix="0000"))

    assert "2 times: by 198.51.100.9 with receipt A1; by 198.51.100.9 with receipt A2." in result.findings[0].summary


def test_a_long_line_is_cut_and_its_spans_stay_inside() -> None:
    long = history("Reject", subject="x" * 6000)

    finding = scan_lines(long, delivery(suffix="0000")).findings[0]

    [cut] = [one for one in finding.evidence if one.says == "rejected"]
    assert (len(cut.text), cut.truncated) == (4096, True)
    assert [cut.text[a:b] for a, b in cut.spans] == ['disposition="Reject"']


def test_nul_is_shown_as_a_sign_that_databases_take() -> None:
    finding = scan_lines(history("Reject", subject="a\0b"), delivery(suffix="0000")).findings[0]

    assert "a␀b" in finding.evidence[0].text


def test_a_family_with_thousands_of_lines_cites_some_of_each_kind_and_says_that_some_are_left_out() -> None:
    refusals = [refusal(at=f"09:09:{n % 60:02d}.{n:03d}") for n in range(200)]

    finding = scan_lines(*refusals, delivery(suffix="0000", at="23:00:00.000")).findings[0]

    assert len(finding.evidence) <= 40
    assert finding.evidence_left_out > 0
    assert {one.says for one in finding.evidence} == {"rejected", "delivered"}


def test_only_so_many_findings_are_listed_the_worst_first_and_all_are_counted() -> None:
    lines = []
    for number in range(20):
        id_ = f"25809Eex{number:06d}-25809Ef0{number:06d}"
        lines += [refusal(id_=id_), delivery(id_=id_, suffix="0000")]
    twice = [delivery(stat=sent(f"A{n}"), suffix=f"{n}") for n in range(2)]

    result = scan_files("".join(f"{line}\n" for line in [*twice, *lines]), options=Options(max_findings=5))

    assert [finding.severity for finding in result.findings] == ["high"] * 5
    assert result.finding_counts == {"rejected-and-delivered": 20, "delivered-twice": 1, "accepted-and-lost": 0}
    assert result.severity_counts == {"medium": 1, "high": 20}


def test_a_zone_adds_the_offset_and_without_one_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"{line}\n" for line in [refusal(), answer(), delivery(suffix="0000")]), encoding="utf-8")

    tokyo = scan([Source(path, "a.log", zone="Asia/Tokyo", firmware="7.0.2")])
    bare = scan([Source(path, "a.log")])

    assert tokyo.findings[0].first_time == "2022-06-08T09:09:14.100+09:00"
    assert tokyo.files[0].first_time == "2022-06-08T09:09:14.100+09:00"
    assert tokyo.findings[0].firmware == "7.0.2"
    assert bare.findings[0].evidence[0].time == "2022-06-08T09:09:14.100"
    assert bare.findings[0].firmware is None


def test_a_finding_names_the_date_of_its_rule_and_a_result_that_of_the_newest() -> None:
    result = scan_lines(*story())

    assert result.findings[0].rule_set == rejected_and_delivered.DATE
    assert result.rule_set == max(READING, *DATES.values())
    assert all(dt.date.fromisoformat(date) for date in DATES.values())
