"""Two logs side by side: what became of messages, by verdict and policy."""

import random
from pathlib import Path
from typing import Any

import pytest

from ingest.engine.comparison.compare import MIN_MESSAGES, Comparison, Days, Row, compare
from ingest.engine.comparison.report import to_json, to_text
from ingest.engine.source import Source
from tests.engine.gateway import answer, delivery, envelope, history, refusal, spam
from tests.engine.test_scenarios import story

IP, URL = "FortiGuard AntiSpam-IP", "FortiGuard AntiSpam"


def id_of(number: int) -> str:
    return f"25809Eex{number:06d}-25809Ef0{number:06d}"


def rejected(number: int, classifier: str = IP, **more: Any) -> list[str]:
    """A message that was refused, and not delivered."""
    id_ = id_of(number)
    return [refusal(id_=id_), answer(id_=id_), history("Reject", classifier=classifier, id_=id_, **more)]


def relayed(number: int, classifier: str = URL, **more: Any) -> list[str]:
    """A message that was accepted, marked and delivered."""
    id_ = id_of(number)
    return [envelope(id_=id_), history("Accept", classifier=classifier, id_=id_, **more), delivery(id_=id_)]


def log(*messages: list[str]) -> str:
    return "".join(f"{line}\n" for message in messages for line in message)


def many(make: Any, count: int, first: int = 0, **more: Any) -> list[list[str]]:
    return [make(first + number, **more) for number in range(count)]


def diff(folder: Path, before: str, after: str, **options: Any) -> Comparison:
    sources = []
    for name, text in (("before.log", before), ("after.log", after)):
        (folder / name).write_text(text, encoding="utf-8")
        sources.append(Source(folder / name, name))
    return compare(sources[:1], sources[1:], **options)


def told(row: Row) -> tuple[str | None, str | None, str | None, str | None]:
    return row.cell.told, row.cell.done, row.cell.verdict_code, row.cell.policy


BEFORE = log(*many(rejected, 40), *many(relayed, 60, 100))
AFTER = log(*many(rejected, 2), *many(relayed, 98, 100))


def test_what_was_rejected_before_and_is_relayed_now_leads_the_list(tmp_path: Path) -> None:
    comparison = diff(tmp_path, BEFORE, AFTER)

    assert [told(row) for row in comparison.rows] == [
        ("accepted", "delivered", "0x07", "0:1:1:SYSTEM"),
        ("refused", None, "0x31", "0:1:1:SYSTEM"),
    ]
    first, second = comparison.rows
    assert (first.before, first.after, second.before, second.after) == (60, 98, 40, 2)
    assert (round(first.difference, 2), round(second.difference, 2)) == (0.38, -0.38)
    assert first.significant
    assert second.significant
    assert (comparison.before.messages, comparison.after.messages) == (100, 100)
    assert comparison.distance == pytest.approx(0.38)
    assert comparison.not_compared == ()


def test_the_same_log_twice_has_no_difference_and_no_verdict_of_sameness(tmp_path: Path) -> None:
    comparison = diff(tmp_path, BEFORE, BEFORE)

    assert not any(row.significant or row.difference for row in comparison.rows)
    text = to_text(comparison)
    assert "No difference that chance would not explain" in text
    assert "same" not in text
    assert "clean" not in text


def test_a_policy_is_a_way_to_count_of_its_own(tmp_path: Path) -> None:
    after = BEFORE.replace('polid="0:1:1:SYSTEM"', 'polid="0:2:1:SYSTEM"')

    by_policy, without = diff(tmp_path, BEFORE, after), diff(tmp_path, BEFORE, after, by=["outcome", "classifier"])

    assert {row.cell.policy for row in by_policy.rows} == {"0:1:1:SYSTEM", "0:2:1:SYSTEM"}
    assert by_policy.distance == 1
    assert without.distance == 0
    assert {row.cell.policy for row in without.rows} == {None}


def test_a_line_without_a_policy_has_none(tmp_path: Path) -> None:
    comparison = diff(tmp_path, BEFORE.replace('polid="0:1:1:SYSTEM" ', ""), AFTER)

    assert {row.cell.policy for row in comparison.rows} == {None, "0:1:1:SYSTEM"}
    assert "policy unknown" in to_text(comparison)


def test_a_verdict_counts_by_its_number_whatever_a_version_calls_it(tmp_path: Path) -> None:
    after = log(*many(rejected, 30, classifier="FortiGuard AntiSpam Black IP"))

    [row] = diff(tmp_path, log(*many(rejected, 30)), after).rows

    assert (row.cell.verdict, row.cell.verdict_code, row.before, row.after) == (IP, "0x31", 30, 30)


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (story(), ("refused", "delivered")),
        ([envelope(), history("System Quarantine")], ("accepted", "quarantined")),
        ([envelope(), history("Discard")], ("accepted", "discarded")),
        ([envelope(), history(), delivery(stat="User unknown", dsn="5.1.1")], ("accepted", "bounced")),
        ([envelope(), history(), delivery(stat="Deferred: later", dsn="4.0.0")], ("accepted", "deferred")),
        ([envelope(), history(), delivery(stat="Deferred: later", dsn="4.0.0"), delivery()], ("accepted", "delivered")),
        ([envelope(), history(), delivery(relay="localhost [127.0.0.1]")], ("accepted", "handed_over")),
        ([refusal("451 4.7.1 Later"), answer(stat="Later")], ("deferred", None)),
        ([history()], ("accepted", None)),
        ([spam("Detected by BannedWord test")], (None, None)),
        (
            [
                history("Reject", more=' delivery_status="Queued"'),
                history(subtype="update", more=' delivery_status="Delivered"', at="09:10:00.000"),
            ],
            ("refused", "delivered"),
        ),
    ],
)  # fmt: skip
def test_an_outcome_is_what_was_told_and_what_was_done(
    tmp_path: Path, lines: list[str], outcome: tuple[str | None, str | None]
) -> None:
    [row] = diff(tmp_path, log(lines), "").rows

    assert (row.cell.told, row.cell.done) == outcome


def test_a_message_counts_once_for_each_way_it_went(tmp_path: Path) -> None:
    lines = [
        envelope(3),
        *(history(to=f"{name}@example.com") for name in "abc"),
        *(delivery(f"{name}@example.com") for name in "ab"),
        delivery("c@example.com", "User unknown", dsn="5.1.1"),
    ]

    rows = diff(tmp_path, log(lines), "", by=["outcome"]).rows

    assert [(row.cell.done, row.before) for row in rows] == [("bounced", 1), ("delivered", 1)]


def test_too_few_messages_are_listed_and_not_tested(tmp_path: Path) -> None:
    comparison = diff(tmp_path, log(*many(rejected, MIN_MESSAGES - 1)), log(*many(relayed, 50)))

    assert [row.chance for row in comparison.rows] == [None, None]
    assert comparison.distance is None
    assert [why for why in comparison.not_compared if "nothing was tested" in why]
    assert "p <" not in to_text(comparison)
    assert "Not compared:" in to_text(comparison)


@pytest.mark.parametrize(("before", "after"), [("", ""), ("", BEFORE), ("garbage\n", "garbage\n")])
def test_an_empty_log_is_told_on_its_side(tmp_path: Path, before: str, after: str) -> None:
    comparison = diff(tmp_path, before, after)

    assert comparison.distance is None
    assert any("the log before has 0 messages" in why for why in comparison.not_compared)
    assert not any(row.significant for row in comparison.rows)


def test_what_was_not_read_or_is_not_finished_is_told(tmp_path: Path) -> None:
    open_ = [envelope(id_=id_of(900)), history(id_=id_of(900))]

    comparison = diff(tmp_path, BEFORE + "garbage\n", AFTER + log(open_))

    assert [why for why in comparison.not_compared if why.startswith("of the log before some lines")]
    assert [why for why in comparison.not_compared if why.startswith("of the log after 1 messages are unfinished")]


def test_a_log_without_dates_can_be_compared(tmp_path: Path) -> None:
    assert diff(tmp_path, BEFORE.replace("date=2022-06-08 ", ""), AFTER).rows[0].significant


def test_one_rare_difference_among_many_is_not_taken_for_more_than_chance(tmp_path: Path) -> None:
    mixes = [f"Word {number}" for number in range(30)]
    before = log(*(rejected(n, classifier=mixes[n % 30]) for n in range(300)))
    after = log(*(rejected(n, classifier=mixes[min(n % 31, 29)]) for n in range(300)))

    assert not any(row.significant for row in diff(tmp_path, before, after).rows)


def test_the_order_of_lines_and_their_repetition_change_nothing(tmp_path: Path) -> None:
    lines = BEFORE.splitlines()
    shuffled = random.Random(3).sample(lines * 2, len(lines) * 2)

    one, other = diff(tmp_path, BEFORE, AFTER), diff(tmp_path, "\n".join(shuffled) + "\n", AFTER)

    assert one.rows == other.rows


def test_the_json_names_both_sides_and_every_row(tmp_path: Path) -> None:
    answer_ = to_json(diff(tmp_path, BEFORE, AFTER), 0.5)

    assert (answer_["schema"], answer_["by"], answer_["significant"]) == (
        "zenrei.diff/1", ["outcome", "classifier", "policy"], 2,
    )  # fmt: skip
    assert answer_["before"]["files"][0]["path"] == "before.log"
    assert answer_["rows"][1].keys() == {
        "told", "done", "verdict", "verdict_code", "policy", "before", "after", "share_before", "share_after",
        "difference", "p", "significant",
    }  # fmt: skip


def test_an_unknown_way_to_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="counted by"):
        diff(tmp_path, BEFORE, AFTER, by=["moon"])


def test_days_of_one_log_are_compared_and_what_has_no_day_is_told(tmp_path: Path) -> None:
    undated = log(rejected(900)).replace("date=2022-06-08 ", "")
    days_before = log(*many(rejected, 40, 2000, day="2022-06-07"), *many(relayed, 60, 2100, day="2022-06-07"))
    whole = days_before + AFTER + undated

    comparison = diff(tmp_path, whole, whole, days=(Days(None, "2022-06-07"), Days("2022-06-08", "2022-06-08")))

    assert [(told(row), row.before, row.after) for row in comparison.rows] == [
        (("accepted", "delivered", "0x07", "0:1:1:SYSTEM"), 60, 98),
        (("refused", None, "0x31", "0:1:1:SYSTEM"), 40, 2),
    ]
    assert (comparison.before.elsewhere, comparison.after.elsewhere, comparison.before.undated) == (100, 100, 1)
    assert any("before 1 messages have no date" in why for why in comparison.not_compared)
    assert "counted from the first day to 2022-06-07" in to_text(comparison)


@pytest.mark.parametrize(("first", "last"), [("2022-06-08", "2022-06-07"), ("8 June", None), (None, "2022-02-30")])
def test_days_that_are_none_are_refused(first: str | None, last: str | None) -> None:
    with pytest.raises(ValueError, match="day"):
        Days(first, last)


def test_a_side_of_several_files_is_one_log(tmp_path: Path) -> None:
    lines = BEFORE.splitlines(keepends=True)
    sources = []
    for name, text in (("1.log", "".join(lines[:101])), ("2.log", "".join(lines[101:])), ("after.log", AFTER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        sources.append(Source(tmp_path / name, name, device="mx1"))

    comparison = compare(sources[:2], sources[2:])

    assert comparison.rows == diff(tmp_path, BEFORE, AFTER).rows
    assert len(comparison.before.files) == 2


def test_progress_goes_once_from_nothing_to_all(tmp_path: Path) -> None:
    shares: list[float] = []

    diff(tmp_path, BEFORE, AFTER, on_progress=lambda progress: shares.append(progress.fraction))

    assert shares == sorted(shares)
    assert (0 < shares[0] < 1, shares[-1]) == (True, 1.0)


def test_lines_without_a_transaction_are_told(tmp_path: Path) -> None:
    loose = history(id_=id_of(901)).replace(id_of(901), "") + "\n"

    comparison = diff(tmp_path, BEFORE, AFTER + loose)

    assert any(why.startswith("of the log after 1 lines name no transaction") for why in comparison.not_compared)
