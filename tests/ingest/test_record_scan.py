"""What a scan found goes into its case whole or not at all, and nothing that a person made of it is lost."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from common.jobs.claims import Postponed
from ingest.engine.tally import MOST_DEVICES
from ingest.models import DailyCount
from ingest.services.record_scan import REASONS_TOLD, BrokenAnswer, reading_state, record_scan
from kb.models import Device
from tests.api.world import file_row
from tests.conftest import Person
from tests.ingest.answers import answer, file, finding, give
from tickets.models import Case, CaseScan, Evidence, Finding, Reading, TimelineEntry
from tickets.services.cases import open_case
from tickets.services.findings import judge_finding


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")


@pytest.fixture
def piece(case: Case, alice: Person) -> Evidence:
    """Its first piece of evidence."""
    return give(case, alice, b"first")


@pytest.fixture
def second(case: Case, alice: Person) -> Evidence:
    """Its second."""
    return give(case, alice, b"second", "more.log")


def told(case: Case, kind: str) -> list[str]:
    """Return what the product wrote into the timeline, in that order."""
    return list(
        TimelineEntry.objects.filter(case=case, author=None, kind=kind).order_by("pk").values_list("text", flat=True)
    )


def test_it_is_all_there(case: Case, piece: Evidence, tmp_path: Path) -> None:
    by_day = [{"day": "2022-06-08", "verdict": "Not Spam", "verdict_code": "0x1", "messages": 7}]
    missing = [{"rule": "accepted-and-lost", "transactions": 3, "reason": "the log is too short"}]
    written = answer(tmp_path, [file(piece)], [finding(piece)], by_day=by_day, not_judged=missing)
    words = record_scan(case=case, pieces=[piece], files=written)
    assert words == "10 lines read; rejected-and-delivered: 1; not judged: accepted-and-lost"
    scan = CaseScan.objects.get(case=case)
    assert (scan.number, scan.evidence, scan.lines) == (1, [str(piece.public_id)], 10)
    assert (scan.finding_counts, scan.not_judged) == ({"rejected-and-delivered": 1}, missing)
    row = Finding.objects.get()
    assert (row.happened_at, row.holds, row.status) == (datetime(2022, 6, 8, tzinfo=UTC), True, "new")
    assert row.lines[0]["evidence"] == str(piece.public_id)
    assert DailyCount.objects.values_list("day", "verdict", "verdict_code", "messages").get() == (
        date(2022, 6, 8), "Not Spam", "0x1", 7,
    )  # fmt: skip
    assert (piece.reading.state, piece.reading.lines) == ("read", 10)
    assert told(case, "finding") == ["rejected-and-delivered: 1"]


def test_a_finding_about_the_whole_log_is_one_a_device(case: Case, piece: Evidence, tmp_path: Path) -> None:
    whole: dict[str, Any] = {"rule": "verdict-drift", "transaction": "", "recipient": "", "first_time": None}
    rows = [finding(piece, device=device, **whole) for device in ("mx1", "mx2", None)]
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], rows))
    assert CaseScan.objects.get(case=case).finding_counts == {"verdict-drift": 3}
    assert sorted(Finding.objects.values_list("transaction", "device")) == [("", ""), ("", "mx1"), ("", "mx2")]


def test_several_pieces_are_read_together(case: Case, piece: Evidence, second: Evidence, tmp_path: Path) -> None:
    written = answer(tmp_path, [file(piece), file(second, lines=5)], [finding(second)])
    record_scan(case=case, pieces=[piece, second], files=written)
    assert {reading.evidence_id: reading.lines for reading in Reading.objects.all()} == {piece.pk: 10, second.pk: 5}
    assert sorted(CaseScan.objects.get().evidence) == sorted([str(piece.public_id), str(second.public_id)])


def test_the_same_scan_again_changes_nothing_that_is_told(case: Case, piece: Evidence, tmp_path: Path) -> None:
    written = answer(tmp_path, [file(piece)], [finding(piece)])
    record_scan(case=case, pieces=[piece], files=written)
    before, custody = TimelineEntry.objects.count(), piece.custody.count()
    record_scan(case=case, pieces=[piece], files=written)
    assert (TimelineEntry.objects.count(), piece.custody.count()) == (before, custody)
    assert (Finding.objects.count(), CaseScan.objects.get().number) == (1, 2)


def test_what_a_person_made_of_a_finding_stays(case: Case, piece: Evidence, alice: Person, tmp_path: Path) -> None:
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], [finding(piece)]))
    judge_finding(finding=Finding.objects.get(), judge=alice.user, status="dismissed")
    first = Finding.objects.get()
    again = answer(tmp_path, [file(piece)], [finding(piece, summary="Again.")])
    record_scan(case=case, pieces=[piece], files=again)
    row = Finding.objects.get()
    assert (row.pk, row.public_id, row.created_at) == (first.pk, first.public_id, first.created_at)
    assert (row.status, row.status_by, row.summary) == ("dismissed", alice.user, "Again.")


def test_a_dismissed_finding_that_becomes_worse_is_new_again(
    case: Case, piece: Evidence, alice: Person, tmp_path: Path
) -> None:
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], [finding(piece, severity="info")]))
    judge_finding(finding=Finding.objects.get(), judge=alice.user, status="dismissed")
    worse = answer(tmp_path, [file(piece)], [finding(piece, severity="critical", summary="Worse.")])
    record_scan(case=case, pieces=[piece], files=worse)
    assert (Finding.objects.get().status, Finding.objects.get().status_by) == ("new", None)
    assert case.entries.filter(author=alice.user, text__contains="new → dismissed").count() == 1


def test_a_finding_that_more_evidence_explains_stays_and_says_so(
    case: Case, piece: Evidence, second: Evidence, tmp_path: Path
) -> None:
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], [finding(piece)]))
    record_scan(case=case, pieces=[piece, second], files=answer(tmp_path, [file(piece), file(second)], []))
    assert Finding.objects.get().holds is False
    assert CaseScan.objects.get().finding_counts == {}
    assert told(case, "finding") == ["rejected-and-delivered: 1", "rejected-and-delivered: 0 (1 before)"]


def test_one_that_comes_back_holds_again(case: Case, piece: Evidence, tmp_path: Path) -> None:
    for findings in ([finding(piece)], [], [finding(piece)]):
        record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], findings))
    assert Finding.objects.get().holds is True


def test_a_scan_that_covers_less_is_thrown_away(case: Case, piece: Evidence, second: Evidence, tmp_path: Path) -> None:
    both = answer(tmp_path, [file(piece), file(second)], [finding(piece)])
    record_scan(case=case, pieces=[piece, second], files=both)
    with pytest.raises(Postponed):
        record_scan(case=case, pieces=[second], files=answer(tmp_path, [file(second)], []))
    assert (CaseScan.objects.get().number, Finding.objects.get().holds) == (1, True)


@pytest.mark.parametrize("lost", [0, 1])
def test_an_answer_with_findings_missing_is_no_answer(case: Case, piece: Evidence, tmp_path: Path, lost: int) -> None:
    findings = [finding(piece, transaction=f"T{number}") for number in range(2)]
    written = answer(tmp_path, [file(piece)], findings[:lost], finding_counts={"rejected-and-delivered": 2})
    with pytest.raises(BrokenAnswer):
        record_scan(case=case, pieces=[piece], files=written)


def test_rules_that_found_nothing_may_be_counted(case: Case, piece: Evidence, tmp_path: Path) -> None:
    written = answer(tmp_path, [file(piece)], [], finding_counts={"delivered-twice": 0})
    assert record_scan(case=case, pieces=[piece], files=written) == "10 lines read; no finding"


def test_hostile_texts_are_kept_as_far_as_text_can_hold_them(case: Case, piece: Evidence, tmp_path: Path) -> None:
    bad = "a\x00b\udcff\U0001f600"
    rows = [
        finding(piece, transaction=bad, recipient=bad, summary=bad, device=bad, firmware=bad),
        finding(piece, transaction="x" * 5000, recipient="y" * 5000, device="z" * 500, firmware="7" * 500),
    ]
    by_day = [{"day": None, "verdict": bad, "verdict_code": "0x" + "1" * 40, "messages": 1}]
    files = [file(piece, unread_lines=1, unread_examples=[{"line": 1, "text": bad, "reason": bad}])]
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, files, rows, by_day=by_day))
    assert Finding.objects.filter(transaction="a�b�\U0001f600").count() == 1
    assert Finding.objects.filter(transaction="x" * 512).count() == 1


def test_two_findings_that_differ_only_in_what_no_text_can_hold_are_one(
    case: Case, piece: Evidence, tmp_path: Path
) -> None:
    rows = [finding(piece, recipient=recipient) for recipient in ("a\x00", "a\ufffd", "b")]
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], rows))
    assert CaseScan.objects.get().finding_counts == {"rejected-and-delivered": 2}


def test_long_ids_that_begin_alike_are_two_findings(case: Case, piece: Evidence, tmp_path: Path) -> None:
    rows = [finding(piece, transaction="x" * 600 + end) for end in "ab"]
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], rows))
    assert Finding.objects.count() == 2


def test_verdicts_that_are_cut_alike_are_counted_together(case: Case, piece: Evidence, tmp_path: Path) -> None:
    rows = [{"day": "2022-06-08", "verdict": "v" * 200 + end, "verdict_code": None, "messages": 2} for end in "ab"]
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], [], by_day=rows))
    assert DailyCount.objects.get().messages == 4


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        ("2022-06-08T09:00:00+09:00", datetime(2022, 6, 8, tzinfo=UTC)),
        ("2022-06-08T09:00:00", None),
        ("9999-12-31T23:59:59+00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_is_never_guessed(
    case: Case, piece: Evidence, tmp_path: Path, time: str | None, kept: datetime | None
) -> None:
    record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], [finding(piece, first_time=time)]))
    assert Finding.objects.get().happened_at == kept


def test_thousands_of_findings_are_written_in_batches(
    case: Case, piece: Evidence, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    rows = [finding(piece, transaction=f"T{number}") for number in range(2000)]
    with django_assert_max_num_queries(45):
        record_scan(case=case, pieces=[piece], files=answer(tmp_path, [file(piece)], rows))
    assert Finding.objects.count() == 2000


@pytest.mark.parametrize(
    ("parts", "state", "reason"),
    [
        ([{}], "read", ""),
        (
            [{"warnings": ["It ends in the middle of a line."], "complete": False}],
            "partly",
            "It ends in the middle of a line.",
        ),
        (
            [{"unread_lines": 3, "lines": 10, "unread_examples": [{"line": 7, "text": "?", "reason": "no time"}]}],
            "partly",
            "3 of 10 lines unread, for example line 7: no time",
        ),
        ([{"format": None}], "not_a_log", "Nothing in it is a known log."),
        ([{"format": None, "warnings": ["Binary."]}], "not_a_log", "Binary."),
        ([], "not_a_log", "Nothing in it is a known log."),
        (
            [{"path": "a"}, {"path": "b", "format": None, "warnings": ["No log."], "complete": False}],
            "partly",
            "b: No log.",
        ),
    ],
)
def test_a_reading_says_whether_it_is_whole(parts: list[dict[str, Any]], state: str, reason: str) -> None:
    made = [file_row(**({"path": "", "complete": True} | part)) for part in parts]
    assert reading_state(made) == {"state": state, "reason": reason}


OF_THE_CHOSEN = "the serial number of mx1 that was chosen at upload"


@pytest.mark.parametrize(
    ("serial", "named", "reason"),
    [
        ("FE01", ["FE02"], f"its lines name the device FE02, and not FE01, {OF_THE_CHOSEN}"),
        ("FE01", ["FE02", "fe01"], ""),
        ("FE01", [], ""),
        ("FE01", [f"FE{number}" for number in range(100, 100 + MOST_DEVICES)], ""),  # not all that there are
        ("", ["FE02"], ""),
    ],
)
def test_a_log_of_another_device_than_the_chosen_one_is_pointed_out(serial: str, named: list[str], reason: str) -> None:
    parts = [file_row(path="", complete=True, named_devices=named)]
    assert reading_state(parts, Device(name="mx1", serial=serial))["reason"] == reason


def test_a_thousand_reasons_are_not_all_told() -> None:
    parts = [file_row(path=f"{number}", warnings=["Broken."], complete=False) for number in range(1000)]
    reason = reading_state(parts)["reason"]
    assert reason.endswith(f"; and {1000 - REASONS_TOLD} more")
    assert reason.count("Broken.") == REASONS_TOLD
