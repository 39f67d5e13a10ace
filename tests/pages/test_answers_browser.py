"""Comparisons, the daily graph and the lines of a transaction in a real browser: one click, progress, the answer."""

from collections.abc import Callable

import pytest

from common.jobs.models import Job
from common.jobs.tasks import run_job
from ingest.kinds import COMPARE_LOGS, FIND_LINES
from tests.conftest import Person
from tests.ingest.comparisons import two_logs
from tests.ingest.drifting import drift
from tests.pages.conftest import Screen
from tests.pages.story import read, told_story
from tickets.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ScreenOf = Callable[..., Screen]


@pytest.fixture
def case(alice: Person) -> Case:
    """The story's case."""
    return told_story(alice.department, alice.user)


def test_one_click_leads_from_a_finding_to_every_line(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    screen = screen_of(alice)
    tab = screen.open(f"/cases/{case.ref}/findings/{case.findings.get().public_id}/")
    tab.get_by_role("link", name="Every line of this transaction").click()
    tab.get_by_text("waits for a worker").wait_for()
    run_job(Job.objects.get(kind=FIND_LINES).pk)
    tab.get_by_text("6 lines name the transaction, 1 of them by a child").wait_for()
    assert tab.locator("ol.log > li").count() == 6
    tab.wait_for_timeout(1500)
    assert Job.objects.filter(kind=FIND_LINES).count() == 1
    assert screen.complaints == []


def test_without_script_a_button_searches_for_the_lines(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    tab = screen_of(alice, script=False).open(f"/cases/{case.ref}/findings/{case.findings.get().public_id}/lines/")
    tab.get_by_role("button", name="Search for its lines").click()
    run_job(Job.objects.get(kind=FIND_LINES).pk)
    tab.get_by_role("link", name="Load it again").click()
    tab.get_by_text("6 lines name the transaction").wait_for()


@pytest.mark.parametrize("look", [{"width": 1280, "language": "en"}, {"width": 400, "language": "en"}])
def test_two_logs_are_chosen_in_the_case_and_the_page_follows_to_the_answer(
    screen_of: ScreenOf, alice: Person, case: Case, look: dict[str, object]
) -> None:
    for piece in two_logs(case, alice):
        read(piece)
    screen = screen_of(alice, **look)
    tab = screen.open(f"/cases/{case.ref}/")
    tab.get_by_label("Before: before.log").check()
    tab.get_by_label("After: after.log").check()
    tab.get_by_role("button", name="Compare").click()
    tab.get_by_text("waits for a worker").wait_for()
    run_job(Job.objects.get(kind=COMPARE_LOGS).pk)
    tab.get_by_text("2 of 2 rows differ by more than chance.").wait_for()
    assert not screen.is_too_wide()
    assert screen.complaints == []


def test_what_is_asked_wrongly_is_said_above_the_form_and_stays_chosen(
    screen_of: ScreenOf, alice: Person, case: Case
) -> None:
    for piece in two_logs(case, alice):
        read(piece)
    tab = screen_of(alice).open(f"/cases/{case.ref}/comparisons/")
    tab.get_by_label("Before: before.log").check()
    tab.get_by_role("button", name="Compare").click()
    tab.get_by_role("alert").get_by_text("Choose at least one piece of evidence for each side.").wait_for()
    assert tab.get_by_label("Before: before.log").is_checked()


@pytest.mark.parametrize("width", [1280, 400])
def test_the_graph_stands_in_the_case_within_the_window(
    screen_of: ScreenOf, alice: Person, case: Case, width: int
) -> None:
    drift(case, without=(8,))
    screen = screen_of(alice, width=width)
    for path in ("", "findings/", "days/"):
        tab = screen.open(f"/cases/{case.ref}/{path}")
        tab.locator("svg.chart").wait_for()
        assert not screen.is_too_wide()
        inside = tab.evaluate(
            "[...document.querySelectorAll('svg.chart text')].every(one => {"
            " const box = one.getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth })"
        )
        assert inside, path
    assert screen.complaints == []
