"""A report is written as Markdown and as PDF whatever stands in it, and nothing of it is lost on the way."""

import datetime as dt
import re

import pypdfium2
import pytest

from tickets.report.document import Document, Fact, Item, Quote, Remark, Section, named, visible
from tickets.report.glyphs import Measure
from tickets.report.layout import BOTTOM, HEIGHT, Line, sheets_of
from tickets.report.markdown import markdown
from tickets.report.pdf import pdf

AT = dt.datetime(2026, 11, 29, 13, tzinfo=dt.UTC)
LINE = "date=2022-06-08 from=<hoge@example.jp> " + "0123456789abcdef" * 40
HOSTILE = [
    "a\x00b\x07c\x1b[31m\x7f\x9b",
    "a\u202eevil\u2066\u2069\ufeff\u200b",
    "שלום مرحبا",
    "fire \U0001f525\ufe0f, flag \U0001f1ef\U0001f1f5",
    "か\u3099 \U00020b9f 𠮷",
    "ー" * 3000,
    "（" * 3000,
    " " * 3000 + "x",
    "w" * 3000,
    "(\\) {nb} </s> endstream endobj",
    "",
]


def document(*texts: str) -> Document:
    """Return a document in which texts stand everywhere."""
    items = tuple(
        Item(
            visible(text), (Fact("名前", visible(text)),), (Remark(visible(text), "warn"),), visible(text),
            (Quote(visible(text), visible(text)),),
        )
        for text in texts
    )  # fmt: skip
    sections = (Section("a", "経緯", (Remark("Read."),), (Fact("SHA-256", "0f" * 32, code=True),), items),)
    return Document(
        "CASE-0001", "Report", "ja", Remark("Not to be given away.", "warn"), "CASE-0001", "Sheet", sections
    )


def read_back(body: bytes) -> str:
    """Return the text of a PDF, as the reader that Chromium has takes it out; lines that were broken are one again."""
    found = pypdfium2.PdfDocument(body)
    try:
        pages = [page.get_textpage().get_text_range() for page in found]
    finally:
        found.close()
    # The foot of a sheet stands between two lines of a text that goes on behind it; the reader marks broken words.
    bodies = [re.sub(r"CASE-0001\s*Sheet \d+ / \d+\s*$", "", page) for page in pages]
    return re.sub(r"\s", "", "".join(bodies).replace("\ufffe", "-"))


def test_the_text_of_a_pdf_can_be_taken_out_whole() -> None:
    texts = ["「拒否」と返したのに、配送した。", "The vendor said: “works as designed” – twice.", LINE, "ＡＢＣ ｶﾅ"]
    told = read_back(pdf(document(*texts), made_at=AT))
    for text in texts:
        assert told.count(re.sub(r"\s", "", text)) == 6, text
    assert "0f" * 32 in told


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_a_pdf_or_vanishes_in_it(text: str) -> None:
    told = read_back(pdf(document(text, "AFTER"), made_at=AT))
    assert told.count("AFTER") == 6
    for letter in re.sub(r"[\s\u3099]", "", text):  # a mark may be joined to its letter by who reads it
        assert letter in told or f"U+{ord(letter):04X}" in told, hex(ord(letter))


def test_the_same_report_makes_the_same_bytes() -> None:
    assert pdf(document("x"), made_at=AT) == pdf(document("x"), made_at=AT)


def test_what_is_unseen_stands_as_its_number() -> None:
    assert visible("a\u202eb\x00\tc\r\nd\re") == "a[U+202E]b[U+0000]\tc\nd[U+000D]e"
    assert named("\U0001f525\ufe0f") == "[U+1F525 U+FE0F]"


def test_markdown_takes_nothing_that_was_typed_for_a_mark_of_its_own() -> None:
    typed = "# h\n- [x](javascript:1) ![y](http://e.jp/p.png) <img src=x> `c` **b** &lt; a|b\n---\n1. x"
    told = markdown(document(typed))
    rest = told.replace(f"```text\n{typed}\n```", "")
    assert told != rest
    bare = re.sub(r"\\.", "", rest)
    for mark in ("<img", "](", "`c", "**b", "http://", "&lt", "|"):
        assert mark not in bare, mark
    assert not re.search(r"^> (#|-|1\.)", rest, re.MULTILINE)
    assert [line for line in rest.splitlines() if line.startswith("# ")] == ["# Report"]


def test_no_line_of_a_log_ends_its_fence() -> None:
    text = "a\n```\n# not a heading\n````"
    told = markdown(document(text))
    assert f"`````text\n{text}\n`````" in told


def test_lines_break_where_letters_part_and_lose_nothing() -> None:
    measure = Measure({chr(code): 500.0 for code in range(32, 127)} | dict.fromkeys("日本語、。（）ー", 1000.0))
    for text in ("the quick brown fox", "日本語、日本語。（日本語）" * 3, "x" * 50, "ー" * 50, "a" * 9 + "。" * 9, ""):
        lines = list(measure.lines(text, 10.0, 50.0))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(len(line) <= 12 for line in lines)
    assert list(measure.lines("the quick brown fox", 10.0, 50.0)) == ["the quick", "brown fox"]
    assert list(measure.lines("日本語日本、語", 10.0, 50.0)) == ["日本語日本、", "語"]


def test_a_head_stays_with_what_it_heads() -> None:
    room = HEIGHT - 51.0 - BOTTOM
    filling = [Line("x", 10.0)] * int(room // 15.0 - 1)
    sheets = sheets_of([*filling, Line("head", 10.0, stays=1), Line("body", 10.0)])
    assert [line.text for _, line in sheets[1]] == ["head", "body"]
