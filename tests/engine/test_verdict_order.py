"""Within one message the scanners give their verdicts in another order than before."""

from pathlib import Path

import pytest

from ingest.engine.findings.orders import NO_DATE, SAME_TIME, UNKNOWN_SCANNER
from ingest.engine.findings.verdict_order import NO_SUCH, TOO_FEW
from ingest.engine.findings.whole import NAMELESS
from ingest.engine.fortimail.scanners import SCANNERS, UNKNOWN, scanner_name, scanner_of
from ingest.engine.result import Options, ScanResult
from ingest.engine.scan import BASELINE_ENDED_EARLY, scan
from ingest.engine.source import Source
from tests.engine.gateway import DEVICE, ORDER, OTHER_ID, history, hits, reasons, says, scan_files, scan_lines, spam

URL = "FortiGuard-AntiSpam identified spam URL: http://example.com"
IP = "FortiGuard-AntiSpam identified spam IP: 192.0.2.66, score: 3"
WORD = "Detected by BannedWord test"
DAYS = [f"2022-06-{day:02d}" for day in range(6, 12)]


def message(number: int, verdicts: list[str], day: str, *, device: str | None = DEVICE, step: int = 1) -> list[str]:
    """The spam lines of a message, a millisecond (or ``step``) apart."""
    id_ = f"25809Eex{number:06d}-25809Ef0{number:06d}"
    return [
        spam(
            words, id_=id_, day=day, device=device, at=f"09:{number // 60 % 60:02d}:{number % 60:02d}.{100 + at * step}"
        )
        for at, words in enumerate(verdicts)
    ]


def log(
    verdicts: list[str], days: list[str], *, a_day: int = 10, first: int = 0, device: str | None = DEVICE, step: int = 1
) -> str:
    """Messages whose verdicts all come in this order."""
    lines = []
    for at, day in enumerate(days):
        for number in range(a_day):
            lines += message(first + at * a_day + number, verdicts, day, device=device, step=step)
    return "".join(f"{line}\n" for line in lines)


IP_FIRST = log([IP, URL], DAYS[:3])
URL_FIRST = log([URL, IP], DAYS[3:], first=100)


def scan_versions(folder: Path, *parts: tuple[str, str | None], baseline: str | None = None) -> ScanResult:
    """Scan texts as files, each with its firmware; and a log of before."""
    sources = []
    for number, (text, firmware) in enumerate(parts):
        path = folder / f"{number}.log"
        path.write_text(text, encoding="utf-8")
        sources.append(Source(path, path.name, firmware=firmware))
    before: tuple[Source, ...] = ()
    if baseline is not None:
        (folder / "before.log").write_text(baseline, encoding="utf-8")
        before = (Source(folder / "before.log", "before.log"),)
    return scan(sources, Options(max_findings=0, baseline=before))


def test_the_swap_of_the_story_is_found_between_the_two_firmwares(tmp_path: Path) -> None:
    result = scan_versions(tmp_path, (IP_FIRST, "6.0.4"), (URL_FIRST, "6.4.3"))

    assert hits(result) == [(ORDER, "medium", "")]
    [finding] = result.findings
    assert finding.summary == (
        "FortiGuard AntiSpam IP gave its verdict before FortiGuard AntiSpam URL in 30 of 30 messages with 6.0.4, and in"
        " 0 of 30 with 6.4.3 (p < 0.000001). The lines of 6.4.3 begin on 2022-06-09."
    )
    assert result.judged[ORDER] == 60


def test_two_lines_of_a_message_on_either_side_prove_it(tmp_path: Path) -> None:
    [finding] = scan_versions(tmp_path, (IP_FIRST, "6.0.4"), (URL_FIRST, "6.4.3")).findings

    assert says(finding) == ["before", "before", "after", "after"]
    assert [one.text.partition("identified spam ")[2][:3] for one in finding.evidence] == ["IP:", "URL", "URL", "IP:"]
    assert [str(one.time)[:10] for one in finding.evidence] == ["2022-06-08"] * 2 + ["2022-06-09"] * 2
    assert str(finding.first_time).startswith("2022-06-09T")
    assert (finding.transaction, finding.device, finding.firmware) == ("", DEVICE, "6.4.3")


def test_the_same_order_with_both_firmwares_is_judged_and_no_finding(tmp_path: Path) -> None:
    result = scan_versions(tmp_path, (IP_FIRST, "6.0.4"), (log([IP, URL], DAYS[3:], first=100), "6.4.3"))

    assert hits(result) == []
    assert (result.finding_counts[ORDER], result.judged[ORDER]) == (0, 60)


def test_a_firmware_that_comes_back_is_compared_with_the_one_before_it(tmp_path: Path) -> None:
    parts = [(log([IP, URL], DAYS[:2], first=0), "6.2.5"), (log([URL, IP], DAYS[2:4], first=100), "6.4.3")]
    back = (log([IP, URL], DAYS[4:], first=200), "6.2.5")

    summary = scan_versions(tmp_path, *parts, back).findings[0].summary

    assert "20 of 20 messages with 6.2.5, and in 0 of 20 with 6.4.3" in summary
    assert "20 of 20 messages with 6.4.3, and in 0 of 20 with 6.2.5" in summary


def test_a_small_share_that_moved_is_no_change(tmp_path: Path) -> None:
    mixed = log([IP, URL], DAYS[3:], first=100) + log([URL, IP], DAYS[5:], a_day=3, first=500)

    assert hits(scan_versions(tmp_path, (IP_FIRST, "6.0.4"), (mixed, "6.4.3"))) == []


def test_too_few_messages_on_a_side_are_not_judged(tmp_path: Path) -> None:
    result = scan_versions(tmp_path, (IP_FIRST, "6.0.4"), (log([URL, IP], DAYS[3:], a_day=6, first=100), "6.4.3"))

    assert ORDER not in result.finding_counts
    assert reasons(result, ORDER) == [(48, f"{TOO_FEW} of a change of firmware")]


def test_without_firmware_a_day_inside_the_log_can_be_the_baseline() -> None:
    result = scan_files(IP_FIRST + URL_FIRST)

    assert hits(result) == [(ORDER, "medium", "")]
    assert result.findings[0].summary == (
        "FortiGuard AntiSpam IP gave its verdict before FortiGuard AntiSpam URL in 30 of 30 messages before 2022-06-09,"
        " and in 0 of 30 from that day on (p = 0.0032). No log of before was given, so the baseline is this log before"
        " that day. The firmware is not known."
    )


def test_an_order_that_came_back_inside_the_log_is_found_with_both_its_ends() -> None:
    days = [f"2022-06-{day:02d}" for day in range(6, 16)]
    text = log([IP, URL], days[:3]) + log([URL, IP], days[3:7], first=100) + log([IP, URL], days[7:], first=200)

    [finding] = scan_files(text).findings

    assert "in 60 of 60 messages before 2022-06-09 and from 2022-06-13 on, and in 0 of 40 in between" in finding.summary
    assert {str(one.time)[:10] for one in finding.evidence if one.says == "before"} == {"2022-06-08"}
    assert {str(one.time)[:10] for one in finding.evidence if one.says == "after"} == {"2022-06-09"}


def test_without_any_baseline_it_is_not_judged_and_says_why() -> None:
    result = scan_files(log([IP, URL], DAYS[:1], a_day=50))

    assert ORDER not in result.finding_counts
    [(count, reason)] = reasons(result, ORDER)
    assert count == 50
    assert reason.startswith("there is no baseline")
    assert reason.endswith("there are 1 in all")


def test_one_order_throughout_is_judged_and_no_finding() -> None:
    result = scan_files(log([IP, URL], DAYS))

    assert (hits(result), result.judged[ORDER]) == ([], 60)


def test_a_log_given_as_baseline_is_compared_and_cited(tmp_path: Path) -> None:
    result = scan_versions(tmp_path, (URL_FIRST, None), baseline=IP_FIRST)

    [finding] = result.findings
    assert "in 30 of 30 messages in the baseline, and in 0 of 30 in this log" in finding.summary
    assert [(one.file, one.says) for one in finding.evidence] == [
        ("before.log", "before"), ("before.log", "before"), ("0.log", "after"), ("0.log", "after"),
    ]  # fmt: skip
    assert [bool(one.text) for one in finding.evidence] == [True] * 4
    assert result.transactions == 30
    assert [file.path for file in result.files] == ["0.log"]


def test_a_baseline_of_another_device_is_taken_and_named(tmp_path: Path) -> None:
    before = log([IP, URL], DAYS[:3], device="FE-OLD")

    assert "The baseline names another device or none." in (
        scan_versions(tmp_path, (URL_FIRST, None), baseline=before).findings[0].summary
    )
    assert "names another device" not in (
        scan_versions(tmp_path, (URL_FIRST, None), baseline=before + IP_FIRST).findings[0].summary
    )


@pytest.mark.parametrize("baseline", ["", "garbage\n", log([IP, WORD], DAYS[:3])])
def test_a_baseline_that_says_nothing_of_it_is_told(tmp_path: Path, baseline: str) -> None:
    result = scan_versions(tmp_path, (URL_FIRST, None), baseline=baseline)

    assert ORDER not in result.finding_counts
    unread = [(0, BASELINE_ENDED_EARLY)] if "garbage" in baseline else []
    assert sorted(reasons(result, ORDER)) == [*unread, (30, f"{TOO_FEW} (the baseline is one)")]


def test_only_the_pair_that_changed_is_named(tmp_path: Path) -> None:
    before, after = log([WORD, IP, URL], DAYS[:3]), log([WORD, URL, IP], DAYS[3:], first=100)

    summary = scan_versions(tmp_path, (before, "6.0.4"), (after, "6.4.3")).findings[0].summary

    assert "banned word" not in summary


def test_equal_times_tell_no_order() -> None:
    result = scan_files(log([IP, URL], DAYS[:3], step=0) + log([URL, IP], DAYS[3:], first=100, step=0))

    assert hits(result) == []
    assert (60, SAME_TIME) in reasons(result, ORDER)
    assert ORDER not in result.finding_counts


def test_times_in_whole_seconds_tell_no_order() -> None:
    lines = [spam(IP, at="09:09:14"), spam(URL, at="09:09:15")]

    assert (1, SAME_TIME) in reasons(scan_lines(*lines), ORDER)


def test_of_lines_without_dates_no_order_is_known() -> None:
    lines = [line.replace("date=2022-06-06 ", "") for line in message(1, [IP, URL], "2022-06-06")]

    assert (1, NO_DATE) in reasons(scan_lines(*lines), ORDER)


def test_an_unknown_scanner_is_not_counted_and_told() -> None:
    lines = message(1, ["Some new scanner says spam", IP], "2022-06-06")

    assert (1, UNKNOWN_SCANNER) in reasons(scan_lines(*lines), ORDER)


def test_the_first_line_of_a_scanner_counts_and_a_repeated_one_changes_nothing() -> None:
    once = scan_files(IP_FIRST + URL_FIRST)
    lines = log([IP, URL, URL, IP], DAYS[:3]) + log([URL, IP, URL], DAYS[3:], first=100)

    assert [one.summary for one in scan_files(lines).findings] == [one.summary for one in once.findings]


def test_messages_with_one_verdict_say_nothing_about_order() -> None:
    result = scan_files(log([IP], DAYS))

    assert reasons(result, ORDER) == [(60, NO_SUCH)]
    assert reasons(scan_files(b""), ORDER) == [(0, "the log speaks of no message")]


def test_a_day_with_other_verdicts_is_no_other_order() -> None:
    assert hits(scan_files(log([IP, URL], DAYS[:3]) + log([IP, WORD], DAYS[3:], first=100))) == []


def test_two_devices_are_never_compared_with_each_other() -> None:
    one = log([IP, URL], DAYS, device="FE-ONE")
    two = log([URL, IP], DAYS[3:], first=100, device="FE-TWO")

    assert hits(scan_files(one, two)) == []


def test_each_device_is_proven_by_its_own_lines(tmp_path: Path) -> None:
    parts = [
        (log([IP, URL], DAYS[:3], device=name) + log([URL, IP], DAYS[3:], first=100, device=name))
        for name in ("FE-ONE", "FE-TWO")
    ]

    findings = scan_versions(tmp_path, *((part, None) for part in parts)).findings

    assert [finding.device for finding in findings] == ["FE-ONE", "FE-TWO"]
    for finding in findings:
        assert all(f"device_id={finding.device} " in one.text for one in finding.evidence)


def test_several_files_without_a_device_are_not_taken_for_one_unit() -> None:
    parts = [log([IP, URL], DAYS[:3], device=None), log([URL, IP], DAYS[3:], first=100, device=None)]

    apart = scan_files(*parts)

    assert hits(apart) == []
    assert (60, NAMELESS) in reasons(apart, ORDER)


def test_the_same_export_twice_changes_no_number() -> None:
    text = IP_FIRST + URL_FIRST

    assert scan_files(text, text).findings[0].summary == scan_files(text).findings[0].summary


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (URL, "FortiGuard AntiSpam URL"),
        (IP, "FortiGuard AntiSpam IP"),
        (
            "FortiGuard-WebFilter identified URL(category: Unrated, id: 0): http://example.com/a.gif",
            "FortiGuard WebFilter",
        ),
        ("FortiGuard-WebFilter identified URL: http://example.com, category: x, id: 1", "FortiGuard WebFilter"),
        (WORD, "banned word"),
        ("DMARC SPF Result: none", "DMARC and SPF"),
        ("File name: a.pdf, scanned by Antivirus Scanner(detected)", "antivirus scanner"),
    ],
)
def test_the_scanner_is_known_by_the_words_that_begin_a_message(words: str, name: str) -> None:
    assert scanner_name(scanner_of(words)) == name


@pytest.mark.parametrize(
    "words",
    [
        "",
        "File name: a.pdf, scanned by Antivirus Scanner(clean)",
        "something; Detected by BannedWord test",
        "File name: FortiGuard-AntiSpam identified spam URL: http://example.com",
        "FortiGuard-AntiSpam identified spam hash",
    ],
)
def test_other_words_and_those_of_the_sender_are_no_scanner(words: str) -> None:
    assert scanner_of(words) == UNKNOWN


def test_every_scanner_has_a_name_of_its_own() -> None:
    assert len({scanner.name for scanner in SCANNERS}) == len(SCANNERS)


def test_a_log_of_before_that_was_not_read_to_its_end_is_told(tmp_path: Path) -> None:
    text = "".join(f"{line}\n" for line in (history(), history(id_=OTHER_ID)))
    whole = scan_versions(tmp_path, (text, None), baseline=text)
    assert BASELINE_ENDED_EARLY not in {row.reason for row in whole.not_judged}
    cut = scan_versions(tmp_path, (text, None), baseline=text + "garbage\n")
    assert ("verdict-order-changed", BASELINE_ENDED_EARLY) in {(row.rule, row.reason) for row in cut.not_judged}
