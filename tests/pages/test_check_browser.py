"""The upgrade check in a real browser: asked, a fact answered where it is missing, and the verdict that follows."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Person
from tests.pages.conftest import Screen
from tests.pages.knowledge import FACT
from tests.pages.story import told_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ScreenOf = Callable[..., Screen]
TITLE = "Mail rejected to the sender is relayed to the recipient as well"


def ask(tab: Any) -> None:
    """Ask what 6.2.5 to 7.0.2 would bring, from the start page."""
    tab.get_by_label("From").fill("6.2.5")
    tab.get_by_label("To", exact=True).fill("7.0.2")
    tab.keyboard.press("Enter")
    tab.get_by_text("Not clear. 7.0.2 would bring 7 issues").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_missing_fact_is_answered_in_place(screen_of: ScreenOf, alice: Person, script: bool) -> None:
    told_story(alice.department, alice.user, knowledge=True)
    screen = screen_of(alice, script=script)
    tab = screen.open("/")
    ask(tab)
    item = tab.locator(".items > li").filter(has_text=TITLE)
    assert "Enters" in item.inner_text()
    assert "Seen on 7.0.2 (Report of" in item.inner_text()
    assert "; nothing is said about 6.2.5" in item.inner_text()
    tab.get_by_label(FACT).select_option("single-action")
    tab.get_by_role("button", name="Answer with this").click()
    tab.get_by_text("Not clear. 7.0.2 would bring 6 issues").wait_for()
    assert TITLE in tab.locator("section", has=tab.locator("#not_applicable")).inner_text()
    assert tab.locator(".answer.good").count() == 0
    assert "single-action" not in tab.url
    assert screen.complaints == []


@pytest.mark.parametrize(
    "look",
    [
        {"width": 1280, "dark": False, "language": "en"},
        {"width": 400, "dark": True, "language": "ja"},
        {"width": 320, "dark": False, "language": "ja"},
    ],
    ids=lambda look: "-".join(map(str, look.values())),
)
def test_no_page_of_knowledge_complains_or_scrolls_sideways(
    screen_of: ScreenOf, alice: Person, look: dict[str, Any]
) -> None:
    told_story(alice.department, alice.user, knowledge=True)
    screen = screen_of(alice, **look)
    for path in (
        "/", "/check/", "/check/?product=fortimail&from=6.2.5&to=7.0.2&hop=6.4.5&hop=7.0.0",
        "/check/?product=fortimail&from=6.2.5&to=7.2", "/issues/", "/issues/?product=fortimail&affects=7.0.2",
        "/issues/scan-order-swapped/", "/issues/multi-action-duplicate-relay/", "/issues/cve-2025-53681/",
        "/issues/downgrade-loses-configuration/", "/issues/new/", "/products/", "/products/fortimail/",
    ):  # fmt: skip
        screen.open(path).wait_for_load_state("networkidle")
        assert not screen.is_too_wide(), path
        assert screen.complaints == [], path


def test_the_check_is_reached_and_asked_by_keyboard(screen_of: ScreenOf, alice: Person) -> None:
    told_story(alice.department, alice.user, knowledge=True)
    tab = screen_of(alice).open("/cases/")
    tab.keyboard.press("g")
    tab.keyboard.press("u")
    tab.wait_for_url("**/check/")
    tab.get_by_label("From").focus()
    tab.keyboard.type("6.2.5")
    tab.keyboard.press("Tab")
    tab.keyboard.type("7.0.2")
    tab.keyboard.press("Enter")
    tab.get_by_text("Not clear. 7.0.2 would bring 7 issues").wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_check_of_the_story_is_two_sides_of_paper(screen_of: ScreenOf, alice: Person, language: str) -> None:
    told_story(alice.department, alice.user, knowledge=True)
    tab = screen_of(alice, language=language).open("/check/?product=fortimail&from=6.2.5&to=7.0.2")
    printed = tab.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


def test_a_check_is_printed_and_its_link_copied_by_buttons(screen_of: ScreenOf, alice: Person) -> None:
    told_story(alice.department, alice.user, knowledge=True)
    screen = screen_of(alice)
    tab = screen.open("/check/?product=fortimail&from=6.2.5&to=7.0.2")
    tab.evaluate("window.print = () => { window.printed = true; }")
    tab.get_by_role("button", name="Print").click()
    assert tab.evaluate("window.printed") is True
    tab.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    tab.get_by_role("button", name="Copy link").click()
    tab.get_by_role("button", name="Copied").wait_for()
    assert tab.evaluate("window.copied") == tab.url
    tab.emulate_media(media="print")
    assert tab.locator("[data-print]").is_hidden()
    assert screen.complaints == []
    tab = screen_of(alice, script=False).open("/check/?product=fortimail&from=6.2.5&to=7.0.2")
    assert tab.locator("[data-print]").is_hidden()
    assert tab.locator("[data-copy]").is_hidden()
