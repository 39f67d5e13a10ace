"""Every word of the pages is Japanese too, and what is compiled is what is written."""

import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from common.refusals import SENTENCES
from tests.pages.strings import ROOT, strings_of_the_pages

FOLDER = ROOT / "locale" / "ja" / "LC_MESSAGES"
PLACE = re.compile(r"%\((\w+)\)[sd]")


def written() -> Catalog:
    """Return the catalogue as people write it."""
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="ja")


def messages(catalog: Catalog) -> dict[tuple[str | None, str], str]:
    """Return a catalogue as a dictionary: context and first form to the Japanese."""
    found = {}
    for message in catalog:
        if message.id:
            raw: Any = message.context
            context = raw.decode() if isinstance(raw, bytes) else raw
            found[context, first_form(message.id)] = first_form(message.string)
    return found


def first_form(message: Any) -> str:
    """Return the form of one."""
    return str(message if isinstance(message, str) else message[0])


def test_every_string_of_the_pages_has_its_japanese() -> None:
    known = messages(written())
    missing = [(context, first_form(text)) for context, text in strings_of_the_pages()
               if not known.get((context, first_form(text)))]  # fmt: skip
    assert missing == []


def test_no_string_is_left_over_or_doubtful() -> None:
    asked = {(context, first_form(text)) for context, text in strings_of_the_pages()}
    assert set(messages(written())) - asked == set()
    assert [message.id for message in written() if message.id and message.fuzzy] == []


def test_what_is_compiled_is_what_is_written() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        assert messages(read_mo(file)) == messages(written())


def test_places_are_the_same_in_both_languages() -> None:
    asked = {(context, first_form(text)): text for context, text in strings_of_the_pages()}
    for key, japanese in messages(written()).items():
        assert set(PLACE.findall(japanese)) <= set(PLACE.findall(str(asked[key]))), key


def test_refusals_are_the_words_of_the_services() -> None:
    code = " ".join(
        path.read_text(encoding="utf-8")
        for app in ("accounts", "common", "kb", "tickets", "ingest")
        for path in sorted((ROOT / app).rglob("*.py"))
        if path != Path(ROOT / "common" / "refusals.py")
    )
    joined = re.sub(r'"\s*\n\s*f?"', "", code)
    assert [sentence for sentence in SENTENCES if sentence not in joined] == []
