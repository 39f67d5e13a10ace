"""The daily graph: places of bars, days without a message, marks of firmware and of the change point."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.daily_graph import MOST_DAYS, MOST_ROWS, daily_graph
from ingest.models import DailyCount
from ingest.queries.days import days_of
from ingest.queries.marks import DRIFT, FIRMWARE, marks_of
from kb.models import Device
from kb.services.devices import record_firmware
from tests.conftest import Person
from tests.ingest.drifting import CHANGE, FIRST, drift
from tests.pages.story import told_story
from tickets.models import Case, Finding, FindingStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(alice: Person) -> Case:
    """The story's case, whose device ran 6.0.4 and got 6.4.3 on 19 May 2021."""
    return told_story(alice.department, alice.user)


def share(text: str) -> float:
    return float(text.removesuffix("%"))


def test_the_two_verdicts_change_places_on_the_marked_day(case: Case) -> None:
    drift(case)
    graph = daily_graph(days_of(case), marks_of(case))
    assert graph is not None
    assert [(row.verdict and row.verdict.code, row.tone, row.before, row.after) for row in graph.rows] == [
        ("", "clean", 8400, 7008),
        ("0x07", "fg", 920, 5074),
        ("0x31", "ip", 6140, 799),
    ]
    marks = [(one["mark"].kind, one["mark"].day) for one in graph.marks]
    assert marks == [(FIRMWARE, CHANGE), (DRIFT, CHANGE)]
    assert {one["x"] for one in graph.marks} == {"17.86%"}
    assert (graph.first, graph.last, graph.empty, graph.drift) == (FIRST, date(2021, 5, 30), [], graph.marks[1]["mark"])


def test_bars_have_one_scale_and_stay_within_the_figure(case: Case) -> None:
    drift(case)
    graph = daily_graph(days_of(case), marks_of(case))
    assert graph is not None
    heights = [max(bar["height"] for bar in row.bars) for row in graph.rows]
    assert heights[0] == 62
    assert heights[1] == pytest.approx(62 * 6091 / 8411, abs=0.5)
    for row in graph.rows:
        assert all(bar["y"] + bar["height"] == pytest.approx(row.axis_y, abs=0.2) for bar in row.bars)
        assert all(share(bar["x"]) >= 0 and share(bar["x"]) + share(bar["width"]) <= 100 for bar in row.bars)
    assert graph.height > graph.labels_y > graph.rows[-1].axis_y


def test_a_day_without_a_message_is_shown_as_such_and_is_no_nought(case: Case) -> None:
    drift(case, without=(3, 8))
    graph = daily_graph(days_of(case), [])
    assert graph is not None
    assert [gap["x1"] for gap in graph.empty] == ["21.43%", "57.14%"]
    assert {len(row.bars) for row in graph.rows} == {12}


def test_messages_without_a_date_are_told_and_never_drawn(case: Case) -> None:
    DailyCount.objects.filter(case=case).update(day=None)
    assert daily_graph(days_of(case), marks_of(case)) is None
    DailyCount.objects.create(case=case, day=FIRST, verdict="Not Spam", messages=5)
    graph = daily_graph(days_of(case), [])
    assert graph is not None
    assert (graph.undated, len(graph.rows), graph.rows[0].tone) == (1, 2, "clean")


def test_very_many_days_and_verdicts_are_cut_and_added_up(case: Case) -> None:
    DailyCount.objects.filter(case=case).delete()
    DailyCount.objects.bulk_create(
        DailyCount(case=case, day=FIRST + timedelta(days=day), verdict=f"Word {verdict}", messages=20 - verdict)
        for day in range(MOST_DAYS + 10)
        for verdict in range(15)
    )
    graph = daily_graph(days_of(case), [])
    assert graph is not None
    assert (len(graph.rows), graph.rows[-1].verdict, graph.days_left_out) == (MOST_ROWS, None, 10)
    assert graph.rows[-1].total == MOST_DAYS * sum(range(6, 17))
    assert len(graph.labels) <= 7


@pytest.mark.parametrize("change", [{"holds": False}, {"status": FindingStatus.DISMISSED}])
def test_a_finding_that_does_not_stand_marks_nothing(case: Case, change: dict[str, object]) -> None:
    drift(case)
    Finding.objects.filter(rule=DRIFT).update(**change)
    assert [mark.kind for mark in marks_of(case) if mark.day == CHANGE] == [FIRMWARE]


def test_the_change_point_is_the_day_that_the_finding_names_else_that_of_its_lines(case: Case) -> None:
    drift(case)
    lines = [{"says": "after", "time": "2021-05-20T00:00:00", "evidence": "", "file": "", "line": 1, "text": ""}]
    Finding.objects.filter(rule=DRIFT).update(summary="In other words.", lines=lines)
    assert [mark.day for mark in marks_of(case) if mark.kind == DRIFT] == [date(2021, 5, 20)]
    Finding.objects.filter(rule=DRIFT).update(lines=[])
    assert [mark for mark in marks_of(case) if mark.kind == DRIFT] == []
    Finding.objects.filter(rule=DRIFT).update(
        summary="From 2021-05-19 until 2021-05-21 the mix of verdicts is another one: …"
    )
    assert [(mark.day, mark.until) for mark in marks_of(case) if mark.kind == DRIFT] == [(CHANGE, date(2021, 5, 21))]


def test_an_upgrade_stands_on_the_day_of_the_devices_own_clock(case: Case, alice: Person) -> None:
    device = Device.objects.get(name="mx1")
    Device.objects.filter(pk=device.pk).update(zone="Asia/Tokyo")
    at = datetime(2021, 5, 24, 20, 0, tzinfo=UTC)  # 25 May in Tokyo
    record_firmware(device=device, author=alice.user, version="6.4.4", installed_at=at)
    assert [mark.day for mark in marks_of(case) if mark.after == "6.4.4"] == [date(2021, 5, 25)]
    Device.objects.filter(pk=device.pk).update(zone="")
    assert [(mark.day, mark.in_zone) for mark in marks_of(case) if mark.after == "6.4.4"] == [(at.date(), False)]


def test_the_page_has_the_graph_its_words_and_the_table_without_script(case: Case, alice: Person) -> None:
    drift(case, without=(8,))
    page = alice.client.get(f"/cases/{case.ref}/days/").content.decode()
    assert 'role="img"' in page
    assert "19 May: mx1 6.0.4 → 6.4.3. 19 May: the mix shifts." in page
    assert "FortiGuard AntiSpam 0x07: 920 → 4,982 a day." in page
    assert "Dotted: the logs have no message of that day." in page
    finding = Finding.objects.get(rule=DRIFT)
    assert f'href="/cases/{case.ref}/findings/{finding.public_id}/"' in page
    assert page.count("<tr>") == 14
    for path in ("", "findings/"):
        assert f'href="/cases/{case.ref}/days/"' in alice.client.get(f"/cases/{case.ref}/{path}").content.decode()


def test_the_api_tells_the_marks(case: Case, alice: Person) -> None:
    drift(case)
    marks = alice.api.get(f"cases/{case.ref}/scan/").json()["marks"]
    finding = Finding.objects.get(rule=DRIFT)
    on_the_day = [mark for mark in marks if mark["day"] == "2021-05-19"]
    assert [(mark["kind"], mark["before"], mark["after"], mark["finding"]) for mark in on_the_day] == [
        ("firmware", "6.0.4", "6.4.3", None),
        ("verdict-drift", None, None, str(finding.public_id)),
    ]
