"""The pages in a real browser: no complaint, nothing sideways, all by keyboard, and an upload that reports."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Person
from tests.pages.conftest import Screen
from tests.pages.story import end_job, judged, read, told_story
from tickets.models import Case, IntegrityCheck

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ScreenOf = Callable[..., Screen]


@pytest.fixture
def case(alice: Person) -> Case:
    """The story's case."""
    return told_story(alice.department, alice.user)


def paths(case: Case) -> list[str]:
    """Return the address of every page."""
    evidence, finding, device = case.evidence.get(), case.findings.get(), case.devices.get()
    below = f"/cases/{case.ref}/"
    return [
        "/", "/cases/", "/cases/?state=all", "/cases/?search=nothing", "/cases/new/", below, f"{below}change/",
        f"{below}entries/new/", f"{below}findings/", f"{below}findings/{finding.public_id}/",
        f"{below}findings/{finding.public_id}/lines/",
        f"{below}evidence/{evidence.public_id}/", f"{below}days/", f"{below}comparisons/",
        f"{below}packs/",
        f"{below}evidence/{evidence.public_id}/lines/?line=3&offset=0&file=",
        "/parties/", "/parties/fortinet/", "/parties/new/", "/products/new/", "/devices/", "/devices/new/",
        f"/devices/{device.public_id}/", "/account/", "/account/password/", "/keyboard/", "/no/such/page/",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "look",
    [
        {"width": 1280, "dark": False, "language": "en"},
        {"width": 1280, "dark": True, "language": "ja"},
        {"width": 400, "dark": True, "language": "en"},
        {"width": 320, "dark": False, "language": "ja"},
    ],
    ids=lambda look: "-".join(map(str, look.values())),
)
def test_no_page_complains_or_scrolls_sideways(
    screen_of: ScreenOf, alice: Person, case: Case, look: dict[str, Any]
) -> None:
    screen = screen_of(alice, **look)
    for path in paths(case):
        screen.open(path).wait_for_load_state("networkidle")
        assert not screen.is_too_wide(), path
        assert screen.complaints == [], path


def test_the_answer_of_the_custody_page_wraps(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    old = timezone.now() - timedelta(days=31)
    IntegrityCheck.objects.create(case=case, evidence=case.evidence.get(), checked_at=old)
    screen = screen_of(alice, width=400, dark=False, language="ja")
    screen.open("/custody/")
    assert not screen.is_too_wide()


def test_the_log_in_works_in_a_browser(screen_of: ScreenOf, alice: Person) -> None:
    from tests.conftest import PASSWORD

    screen = screen_of(None)
    tab = screen.open("/")
    tab.get_by_label("E-mail").fill("alice@example.jp")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="What went wrong").wait_for()
    assert screen.complaints == []


def test_the_first_tab_skips_to_the_content_and_focus_is_seen(screen_of: ScreenOf, alice: Person) -> None:
    tab = screen_of(alice).open("/cases/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#main"


def test_every_control_is_reached_by_tab(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    tab = screen_of(alice).open(f"/cases/{case.ref}/")
    tab.wait_for_load_state("networkidle")
    wanted = tab.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]"
        ".filter(one => one.checkVisibility() && !one.disabled && one.type !== 'radio').length"
    )
    seen = set()
    for _ in range(wanted + 20):
        tab.keyboard.press("Tab")
        seen.add(tab.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(seen) >= wanted


def test_single_keys_lead_and_can_be_switched_off(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    tab = screen_of(alice).open("/")
    tab.keyboard.press("g")
    tab.keyboard.press("c")
    tab.wait_for_url("**/cases/")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.name") == "search"
    tab.keyboard.type("gd")
    assert tab.url.endswith("/cases/")
    tab.keyboard.press("Escape")
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    tab.wait_for_url("**/keyboard/")
    tab.get_by_label("switched on in this browser").uncheck()
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("g")
    tab.keyboard.press("c")
    tab.wait_for_timeout(300)
    assert tab.url.endswith("/keyboard/")


def test_a_cited_line_opens_its_context_in_place_and_gives_the_focus_back(
    screen_of: ScreenOf, alice: Person, case: Case
) -> None:
    screen = screen_of(alice)
    tab = screen.open(f"/cases/{case.ref}/")
    tab.get_by_label("Line 3: show the lines around it").click()
    tab.locator(".around .context .cited").wait_for()
    tab.get_by_role("button", name="Close").click()
    assert tab.locator(".around .context").count() == 0
    assert tab.evaluate("document.activeElement.textContent") == "3"
    assert screen.complaints == []


def test_the_form_of_an_entry_opens_in_place_and_keeps_what_was_typed(
    screen_of: ScreenOf, alice: Person, case: Case
) -> None:
    tab = screen_of(alice).open(f"/cases/{case.ref}/")
    tab.get_by_role("link", name="Add entry").click()
    tab.get_by_label("What happened").fill("Asked by phone.")
    tab.locator(".entry-form select[name=kind]").select_option("ask")
    tab.locator(".entry-form button.first").click()
    tab.locator("#form-errors").wait_for()
    assert tab.get_by_label("What happened").input_value() == "Asked by phone."
    assert tab.evaluate("document.activeElement.id") == "form-errors"


def test_an_upload_reports_until_its_finding_hangs_in_the_case(
    screen_of: ScreenOf, alice: Person, case: Case, tmp_path: Path
) -> None:
    log = tmp_path / "today.log"
    log.write_text("a line\n" * 1000)
    screen = screen_of(alice)
    tab = screen.open(f"/cases/{case.ref}/")
    tab.set_input_files("#u-file", str(log))
    tab.get_by_role("button", name="Upload", exact=True).click()
    tab.locator("#jobs progress").wait_for()
    assert tab.get_by_text("1 log is being read", exact=False).count() >= 0
    assert tab.get_by_text("You may leave this page.").count() == 1
    piece = case.evidence.get(name="today.log")
    read(piece, lines=1000)
    judged(case, [])
    end_job(piece)
    tab.get_by_text("whole: 1,000 lines").wait_for()
    tab.locator("#jobs progress").wait_for(state="detached")
    assert tab.get_by_text("This finding no longer holds.").count() == 1
    assert screen.complaints == []


def test_an_upload_that_is_refused_says_why_beside_the_form(
    screen_of: ScreenOf, alice: Person, case: Case, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.log"
    empty.write_bytes(b"")
    tab = screen_of(alice).open(f"/cases/{case.ref}/")
    tab.set_input_files("#u-file", str(empty))
    tab.get_by_role("button", name="Upload", exact=True).click()
    tab.get_by_text("The file is empty: it would prove nothing.").wait_for()
    assert tab.get_by_role("button", name="Upload", exact=True).is_enabled()


def test_the_custody_log_opens_in_place(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    tab = screen_of(alice).open(f"/cases/{case.ref}/")
    tab.get_by_text("Custody: who had it in hand").click()
    tab.get_by_text("2 entries, each covers the one before").wait_for()


def test_machine_entries_hide_without_script(screen_of: ScreenOf, alice: Person, case: Case) -> None:
    tab = screen_of(alice, script=False).open(f"/cases/{case.ref}/")
    assert tab.locator(".timeline .machine").first.is_visible()
    tab.get_by_label("hide machine entries").check()
    assert not tab.locator(".timeline .machine").first.is_visible()


def test_without_script_a_log_is_uploaded_and_an_entry_written(
    screen_of: ScreenOf, alice: Person, case: Case, tmp_path: Path
) -> None:
    log = tmp_path / "plain.log"
    log.write_text("a line\n")
    tab = screen_of(alice, script=False).open(f"/cases/{case.ref}/")
    tab.set_input_files("#u-file", str(log))
    tab.get_by_role("button", name="Upload", exact=True).click()
    tab.get_by_role("link", name="plain.log").first.wait_for()
    tab.get_by_role("link", name="Add entry").click()
    tab.get_by_label("What happened").fill("Uploaded by hand.")
    tab.locator("button.first").click()
    tab.get_by_text("Uploaded by hand.", exact=True).wait_for()


def test_without_script_a_party_is_recorded_on_the_way_to_a_case(
    screen_of: ScreenOf, alice: Person, case: Case
) -> None:
    tab = screen_of(alice, script=False).open("/cases/new/")
    tab.fill("#id_title", "Mail is lost")
    tab.click("button[value=party]")
    tab.fill("#id_name", "Dealer T")
    tab.click("main button.first")
    assert tab.is_checked("input[value=dealer-t]")
    tab.press("#id_title", "Enter")
    assert Case.objects.get(title="Mail is lost").parties.get().slug == "dealer-t"


def test_the_theme_changes_at_once_and_is_remembered(screen_of: ScreenOf, alice: Person) -> None:
    tab = screen_of(alice).open("/")
    light = background(tab)
    tab.get_by_label("Dark").check()
    dark = background(tab)
    assert dark != light
    tab.reload()
    assert background(tab) == dark


def background(tab: Any) -> str:
    """Return the colour of the page."""
    return str(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
