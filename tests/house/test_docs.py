"""The documentation names what there is."""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_setting_of_the_application_is_documented() -> None:
    read = re.compile(r"(?:env_\w+|environ\.get|environ\.setdefault)\(\s*\"([A-Z_]+)\"")
    names = {
        name for file in ("settings", "gunicorn") for name in read.findall((ROOT / f"config/{file}.py").read_text())
    }
    told = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert names
    assert sorted(name for name in names if f"`{name}`" not in told) == []


def test_every_documented_setting_exists() -> None:
    told = set(re.findall(r"`(ZENREI_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config").glob("*.py"))
    assert sorted(name for name in told if name not in sources) == []


def test_every_address_of_the_api_is_documented() -> None:
    told = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    resolvers = [entry for entry in get_resolver().url_patterns if isinstance(entry, URLResolver)]
    api = next(entry for entry in resolvers if str(entry.pattern) == "api/v1/")
    patterns = [str(entry.pattern) for entry in api.url_patterns if isinstance(entry, URLPattern)]
    nouns = {part for pattern in patterns for part in pattern.split("/") if part and "<" not in part}
    assert sorted(noun for noun in nouns if noun not in told) == []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_line_word_of_the_readme_exists() -> None:
    words = set(re.findall(r"zenrei (\w+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert words >= {"scan", "parse"}
    assert sorted(word for word in words if not (ROOT / "cli" / f"{word}.py").exists()) == []
