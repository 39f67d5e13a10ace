"""House rules of the templates: short, no inline style or script, no colour outside of the tokens."""

import re
from pathlib import Path

import pytest

from common.icons import ICONS
from tests.pages.strings import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = re.compile(r"""\sstyle=|\son\w+=|hx-on|<script(?![^>]*\ssrc=)|<style|javascript:|\|safe\b|autoescape off""")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_short_and_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 60
    assert FORBIDDEN.findall(text) == []


def test_every_icon_that_a_template_draws_exists() -> None:
    used = {name for path in TEMPLATES for name in re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8"))}
    assert used <= set(ICONS)


def test_no_colour_stands_outside_of_the_tokens() -> None:
    sheet = (ROOT / "static" / "zenrei.css").read_text(encoding="utf-8")
    _, _, rest = sheet.partition("@layer base {")
    rest = rest.partition("@layer print {")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", rest) == []


def test_the_sheet_loads_nothing_from_elsewhere() -> None:
    sheet = (ROOT / "static" / "zenrei.css").read_text(encoding="utf-8")
    assert "@import" not in sheet
    assert "http" not in sheet
