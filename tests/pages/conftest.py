"""What the tests of the pages use: the story's case as Alice owns it, and a browser where there is one."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Person
from tests.pages.story import told_story
from tickets.models import Case

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
BROWSER_ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def story(alice: Person) -> Case:
    """The story's case: its log is read, and the finding stands."""
    return told_story(alice.department, alice.user)


@pytest.fixture
def known_story(alice: Person) -> Case:
    """The story's case, with what is known of FortiMail."""
    return told_story(alice.department, alice.user, knowledge=True)


@pytest.fixture
def page(alice: Person) -> Client:
    """Alice's browser, without script."""
    return alice.client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium; without it the tests of the browser are skipped, or fail where it is demanded."""
    if CHROMIUM is None:
        message = "no chromium is installed (Debian: apt-get install chromium)"
        pytest.fail(message) if os.environ.get("ZENREI_DEMAND_BROWSER") else pytest.skip(message)
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


class Screen:
    """A browser in which somebody is logged in; what it complains of is collected."""

    def __init__(self, context: Any, address: str) -> None:
        self.tab = context.new_page()
        self.address = address
        self.complaints: list[str] = []
        self.tab.on("console", self._said)
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _said(self, message: Any) -> None:
        """Keep errors and warnings, but for the browser's own notes about pages that are meant to be 4xx."""
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> Any:
        """Go to a page and return the tab."""
        self.tab.goto(self.address + path)
        return self.tab

    def is_too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.fixture
def screen_of(chromium: Any, transactional_db: None, live_server: Any) -> Iterator[Callable[..., Screen]]:
    """Return what opens a browser for a person: `screen_of(alice, width=400, dark=True, language="ja")`."""
    contexts = []

    def open_screen(
        person: Person | None, *, width: int = 1280, dark: bool = False, language: str = "en", script: bool = True
    ) -> Screen:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale=language,
            java_script_enabled=script,
        )
        contexts.append(context)
        if person is not None:
            cookie = person.client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return Screen(context, live_server.url)

    yield open_screen
    for context in contexts:
        context.close()
