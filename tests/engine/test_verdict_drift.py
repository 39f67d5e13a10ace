"""The mix of verdicts by number shifts at a day, and is not taken to shift where it does not."""

import random
import time
from typing import Any

import pytest

from ingest.engine.findings import verdict_drift, whole
from ingest.engine.findings.change_point import Needs, Shift, holds, strongest
from ingest.engine.findings.verdict_drift import NEEDS, NEW_WORDS, NO_HISTORY, UNDATED, number_of
from ingest.engine.findings.whole import NAMELESS, UNPROVEN, Seen, Totals
from ingest.engine.records import Tables
from ingest.engine.report import to_json
from ingest.engine.report_text import to_text
from ingest.engine.result import Options, ScanResult
from ingest.engine.scan import scan
from ingest.engine.source import Source
from tests.engine.gateway import DEVICE, DRIFT, delivery, envelope, history, hits, reasons, says, scan_files, scan_lines

IP, URL, CLEAN = "FortiGuard AntiSpam-IP", "FortiGuard AntiSpam", "Not Spam"
WEEK = [f"2022-06-{day:02d}" for day in range(6, 13)]  # Monday to Sunday
BEFORE, AFTER = {CLEAN: 50, IP: 40, URL: 10}, {CLEAN: 50, IP: 5, URL: 45}


def day_of(day: str, mix: dict[str, int], *, device: str | None = DEVICE, first: int = 0) -> list[str]:
    """The history lines of a day: so many messages with each verdict."""
    lines = []
    number = first
    for verdict, messages in mix.items():
        for _ in range(messages):
            id_ = f"25809Eex{number:06d}-25809Ef0{number:06d}"
            at = f"{8 + number // 3600 % 12:02d}:{number // 60 % 60:02d}:{number % 60:02d}.100"
            lines.append(history(id_=f"{id_}{day[-2:]}", classifier=verdict, day=day, at=at, device=device))
            number += 1
    return lines


def log(mixes: list[dict[str, int]], days: list[str] = WEEK, **where: Any) -> str:
    """One mix a day."""
    return "".join(f"{line}\n" for day, mix in zip(days, mixes, strict=False) for line in day_of(day, mix, **where))


STORY = [BEFORE] * 2 + [AFTER] * 5  # the shift is on the third day of the graph


def scan_versions(tmp_path: object, *parts: tuple[str, str | None]) -> ScanResult:
    """Scan texts as files of one device, each with its firmware."""
    sources = []
    for number, (text, firmware) in enumerate(parts):
        path = tmp_path / f"{number}.log"  # type: ignore[operator]
        path.write_text(text, encoding="utf-8")
        sources.append(Source(path, path.name, firmware=firmware))
    return scan(sources, Options(max_findings=0))


def test_the_shift_of_the_story_is_found_on_its_day_with_its_numbers() -> None:
    result = scan_files(log(STORY))

    assert hits(result) == [(DRIFT, "medium", "")]
    [finding] = result.findings
    assert finding.summary.startswith(
        "From 2022-06-08 on the mix of verdicts is another one: FortiGuard AntiSpam (0x07) went from 10.0% to 45.0%, "
        "FortiGuard AntiSpam-IP (0x31) went from 40.0% to 5.0%"
    )
    assert "200 messages on 2 days before, 500 on 5 days after, distance 0.35, p = 3.7e-06, 6 divisions tried" in (
        finding.summary
    )
    assert finding.summary.endswith("The firmware is not known.")
    assert (finding.transaction, finding.device) == ("", DEVICE)
    assert result.judged[DRIFT] == 700


def test_lines_of_both_sides_prove_it_each_the_nearest_to_the_change() -> None:
    [finding] = scan_files(log(STORY)).findings

    assert set(says(finding)) == {"before", "after"}
    days = {one.says: {str(one.time)[:10]} for one in finding.evidence}
    assert days == {"before": {"2022-06-07"}, "after": {"2022-06-08"}}
    assert [word for one in finding.evidence if one.says == "before" for word in (IP, URL) if f'"{word}"' in one.text]
    assert finding.first_time is not None
    assert finding.first_time.startswith("2022-06-08T")


def test_an_upgrade_on_that_day_is_marked(tmp_path: object) -> None:
    result = scan_versions(tmp_path, (log(STORY[:2]), "6.0.4"), (log(STORY[2:], WEEK[2:]), "6.4.3"))

    assert result.findings[0].summary.endswith("The firmware 6.0.4 became 6.4.3 on 2022-06-08.")


def test_an_upgrade_on_another_day_is_told_and_not_blamed(tmp_path: object) -> None:
    result = scan_versions(tmp_path, (log(STORY[:5]), "6.4.3"), (log(STORY[5:], WEEK[5:]), "7.0.2"))

    assert "No change of firmware is known for that day (6.4.3 became 7.0.2 on 2022-06-11)." in (
        result.findings[0].summary
    )


def test_one_firmware_throughout_is_told(tmp_path: object) -> None:
    assert "said to be 6.4.3 throughout" in scan_versions(tmp_path, (log(STORY), "6.4.3")).findings[0].summary


def test_the_same_mix_every_day_is_judged_and_no_finding() -> None:
    result = scan_files(log([BEFORE] * 7))

    assert hits(result) == []
    assert (result.finding_counts[DRIFT], result.judged[DRIFT]) == (0, 700)


def test_one_verdict_alone_cannot_shift() -> None:
    assert hits(scan_files(log([{IP: 100}] * 7))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FortiGuard AntiSpam-IP", "FortiGuard AntiSpam Black IP"),
        ("User Block", "User Discard"),
        ("System Block", "System Discard"),
        ("FortiGuard AntiSpam-IP", "0x31"),
    ],
)
def test_a_name_that_changes_with_the_version_does_not_drift(old: str, new: str) -> None:
    result = scan_files(log([{CLEAN: 50, old: 50}] * 3 + [{CLEAN: 50, new: 50}] * 4))

    assert hits(result) == []
    assert result.finding_counts[DRIFT] == 0


def test_the_word_and_the_number_for_no_scanner_are_one_verdict() -> None:
    assert hits(scan_files(log([{CLEAN: 60, IP: 40}] * 3 + [{"0x00": 60, IP: 40}] * 4))) == []
    assert number_of(None, None) == number_of("Undefined", "0x00") == number_of("Not Spam", None)


def test_words_whose_number_is_not_known_are_not_taken_for_a_shift() -> None:
    result = scan_files(log([{CLEAN: 50, IP: 50}] * 3 + [{CLEAN: 50, "A New Name": 50}] * 4))

    assert hits(result) == []
    assert reasons(result, DRIFT) == [(700, NEW_WORDS)]
    assert DRIFT not in result.finding_counts


def test_a_few_words_of_no_known_number_are_left_out_and_counted() -> None:
    result = scan_files(log([{**BEFORE, "A New Name": 2}] * 7))

    assert result.judged[DRIFT] == 700
    assert [count for count, why in reasons(result, DRIFT) if "whose number is not known" in why] == [14]


@pytest.mark.parametrize("days", [1, 2, 3])
def test_too_few_days_are_not_judged(days: int) -> None:
    result = scan_files(log(STORY[:days]))

    assert DRIFT not in result.finding_counts
    [(count, reason)] = reasons(result, DRIFT)
    assert count == 100 * days
    assert f"there are {days} in all" in reason


def test_too_few_messages_are_not_judged() -> None:
    result = scan_files(log([{CLEAN: 5, IP: 4}] * 2 + [{CLEAN: 5, URL: 4}] * 5))

    assert DRIFT not in result.finding_counts
    [(count, reason)] = reasons(result, DRIFT)
    assert (count, f"at least {NEEDS.counts} messages" in reason) == (63, True)


def test_the_weekend_that_ends_a_log_is_no_shift() -> None:
    assert hits(scan_files(log([BEFORE] * 5 + [AFTER] * 2))) == []


def test_a_log_without_dates_is_not_judged() -> None:
    lines = [line.replace("date=2022-06-06 ", "") for line in day_of("2022-06-06", BEFORE)]

    result = scan_lines(*lines)

    assert reasons(result, DRIFT) == [(100, UNDATED)]
    assert DRIFT not in result.finding_counts


def test_a_log_without_history_lines_says_so() -> None:
    assert reasons(scan_lines(envelope(), delivery()), DRIFT) == [(1, NO_HISTORY)]
    assert reasons(scan_files(b""), DRIFT) == [(0, "the log speaks of no message")]


def test_a_second_device_with_another_mix_is_no_shift() -> None:
    one = log([BEFORE] * 7, device="FE-ONE")
    two = log([AFTER] * 5, WEEK[2:], device="FE-TWO")

    assert hits(scan_files(one, two)) == []


def test_each_device_has_its_own_shift() -> None:
    result = scan_files(log(STORY, device="FE-ONE"), log(STORY, device="FE-TWO"), log([BEFORE] * 7, device="FE-SAME"))

    assert [finding.device for finding in result.findings] == ["FE-ONE", "FE-TWO"]


def test_several_files_without_a_device_are_not_taken_for_one_unit() -> None:
    parts = [log(STORY[:2], device=None), log(STORY[2:], WEEK[2:], device=None)]

    apart, together = scan_files(*parts), scan_files("".join(parts))

    assert hits(apart) == []
    assert (700, NAMELESS) in reasons(apart, DRIFT)
    assert hits(together) == [(DRIFT, "medium", "")]
    assert hits(scan_files(*parts, devices=("FE-ONE", "FE-ONE"))) == [(DRIFT, "medium", "")]


def test_the_same_export_twice_changes_no_number() -> None:
    once, twice = scan_files(log(STORY)), scan_files(log(STORY), log(STORY))

    assert [finding.summary for finding in once.findings] == [finding.summary for finding in twice.findings]


def test_the_order_of_lines_changes_neither_numbers_nor_lines() -> None:
    lines = log(STORY).splitlines()
    shuffled = random.Random(5).sample(lines, len(lines))
    one, other = scan_lines(*lines), scan_lines(*shuffled)

    assert one.findings[0].summary == other.findings[0].summary
    assert [line.text for line in one.findings[0].evidence] == [line.text for line in other.findings[0].evidence]


def test_the_text_names_what_a_finding_without_a_transaction_is_about() -> None:
    assert "MEDIUM verdict-drift of the whole log\n" in to_text(scan_files(log(STORY)))


def test_the_json_has_the_shapes_of_the_contract() -> None:
    finding = to_json(scan_files(log(STORY)), 0.0)["findings"][0]

    assert (finding["rule"], finding["transaction"], finding["recipient"]) == (DRIFT, "", "")
    assert len(finding["rule_set"]) == 10


def day_counts(chance: random.Random, days: int, weights: list[float], spread: float) -> dict[int, dict[str, int]]:
    """Days with a common mix, each with a mood of its own."""
    table = {}
    for day in range(days):
        mood = [weight * chance.lognormvariate(0, spread) for weight in weights]
        drawn = chance.choices("abc", mood, k=300)
        table[day] = {one: drawn.count(one) for one in "abc"}
    return table


def test_of_many_logs_without_a_shift_few_are_taken_for_one() -> None:
    chance = random.Random(1)
    needs = Needs(100, 0.05)

    alarms = 0
    for _ in range(150):
        shift = strongest(day_counts(chance, 14, [0.5, 0.3, 0.2], 0.1), needs)
        assert isinstance(shift, Shift)
        alarms += holds(shift, needs)

    assert alarms <= 4


def test_an_upgrade_that_was_taken_back_is_found_though_both_ends_are_alike(tmp_path: object) -> None:
    days = [f"2022-06-{day:02d}" for day in range(6, 18)]
    mixes = [BEFORE] * 3 + [AFTER] * 5 + [BEFORE] * 4
    parts = [(0, 3, "6.2.5"), (3, 8, "6.4.3"), (8, 12, "6.2.5")]

    result = scan_versions(tmp_path, *((log(mixes[a:b], days[a:b]), firmware) for a, b, firmware in parts))

    [finding] = result.findings
    assert finding.summary.startswith("From 2022-06-09 until 2022-06-14 the mix of verdicts is another one")
    assert "700 messages on 7 days before and since, 500 on 5 days in between" in finding.summary
    assert finding.summary.endswith("The firmware 6.2.5 became 6.4.3 on 2022-06-09; 6.4.3 became 6.2.5 on 2022-06-14.")
    days_cited = {one.says: {str(one.time)[:10]} for one in finding.evidence}
    assert days_cited == {"before": {"2022-06-08"}, "after": {"2022-06-09"}}
    assert finding.firmware == "6.4.3"


def test_a_few_messages_at_the_end_do_not_say_that_the_mix_is_back() -> None:
    days = [f"2022-06-{day:02d}" for day in range(6, 15)]
    tail = [{CLEAN: 1, IP: 1}] * 2

    [finding] = scan_files(log(STORY + tail, days)).findings

    assert finding.summary.startswith("From 2022-06-08 on")


def test_the_verdict_is_what_is_marked_in_a_line() -> None:
    [finding] = scan_files(log(STORY)).findings

    marked = {one.text[start:end] for one in finding.evidence for start, end in one.spans}
    assert marked == {f'classifier="{word}"' for word in (CLEAN, IP, URL)}
    bare = scan_files(log(STORY).replace(f'classifier="{IP}"', "classifier=0x31"))
    assert "classifier=0x31" in {one.text[a:b] for one in bare.findings[0].evidence for a, b in one.spans}


def test_a_long_log_is_divided_in_time() -> None:
    table = {day: {"a": 100 + day % 3, "b": 50 if day < 300 else 90} for day in range(600)}

    shift = strongest(table, NEEDS)

    assert isinstance(shift, Shift)
    assert (shift.day, shift.until) == (300, None)


def test_a_log_of_thousands_of_devices_and_verdicts_is_answered_in_time() -> None:
    chance = random.Random(2)
    totals, tables = Totals(), Tables()
    numbers = [tables.verdicts((f"0x{code:X}", f"0x{code:X}")) for code in range(2000)]
    for device in range(20_000):
        totals.verdicts[Seen((f"FE-{device}", None), device % 400, chance.choice(numbers))] += 1
    for day in range(90):
        for number in numbers:
            totals.verdicts[Seen(("FE-WIDE", None), day, number)] += 1
    start = time.process_time()

    answer = verdict_drift.find(totals, None, tables)

    assert time.process_time() - start < 10
    assert (answer.found, answer.judged) == ([], 90 * 2000)


def test_a_shift_that_no_kept_line_proves_is_told_as_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "MOST_EXAMPLES", 1)

    result = scan_files(log(STORY))

    assert hits(result) == []
    assert reasons(result, DRIFT) == [(700, UNPROVEN)]


def test_a_change_too_small_to_matter_is_none_however_sure() -> None:
    table = {day: {"a": 90_000 + (9000 if day > 3 else 0), "b": 10_000} for day in range(8)}

    shift = strongest(table, NEEDS)

    assert isinstance(shift, Shift)
    assert shift.chance < 0.01
    assert not holds(shift, NEEDS)


def test_a_small_step_does_not_hide_days_on_which_everything_was_different() -> None:
    days = {day: {"a": 3000 if day < 30 else 3900, "none": 7000 if day < 30 else 6100} for day in range(60)}
    small = strongest(days, NEEDS)
    assert isinstance(small, Shift)
    assert not holds(small, NEEDS)
    shift = strongest(days | {day: {"a": 400, "none": 0} for day in (55, 56, 57)}, NEEDS)
    assert isinstance(shift, Shift)
    assert (shift.day, shift.until, holds(shift, NEEDS)) == (55, 58, True)
