"""A report as Markdown: what people and logs say stands in it as text, never as a heading, link, picture or HTML."""

import re
from collections.abc import Iterator

from tickets.report.document import Document, Fact, Item, Quote, Remark, Section

_MARKS = re.compile(r"[\\`*_\[\]<>|~&$@]|:(?=//)|(?<=www)\.")
_FIRST = re.compile(r"^(\d*)([-+=#.)])")  # what begins a list or a heading, or makes one of the line before
_MARK_OF_TONE = {"": "", "warn": "**⚠** ", "bad": "**✗** ", "struck": ""}


def markdown(document: Document) -> str:
    """Return a report as Markdown (CommonMark)."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"# {_plain(document.title)}\n"
    yield f"> {_remark(document.note)}"
    for section in document.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield f"\n## {_plain(section.title)}"
    for remark in section.remarks:
        yield f"\n{_remark(remark)}"
    yield from _facts(section.facts)
    for item in section.items:
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    title = _plain(item.title)
    yield f"\n### {_MARK_OF_TONE[item.tone]}{f'~~{title}~~' if item.tone == 'struck' else title}"
    yield from _facts(item.facts)
    for remark in item.remarks:
        yield f"\n{_remark(remark)}"
    if item.text:
        yield ""
        yield from (f"> {_plain(line)}  " for line in item.text.split("\n"))
    for quote in item.quotes:
        yield from _quote(quote)


def _facts(facts: tuple[Fact, ...]) -> Iterator[str]:
    if facts:
        yield ""
    for fact in facts:
        value = (
            f"`{fact.value}`" if fact.code and "`" not in fact.value and "\n" not in fact.value else _plain(fact.value)
        )
        yield f"- {_plain(fact.name)}: {_MARK_OF_TONE[fact.tone]}{value}"


def _quote(quote: Quote) -> Iterator[str]:
    """Write a line as code: no line ends a fence that is longer than its own marks."""
    fence = "```"
    while fence in quote.text:
        fence += "`"
    yield f"\n{_plain(quote.place)}\n\n{fence}text\n{quote.text}\n{fence}"


def _remark(remark: Remark) -> str:
    return f"{_MARK_OF_TONE[remark.tone]}{_plain(remark.text)}"


def _plain(text: str) -> str:
    """Return a text on one line, in which no character means anything to Markdown."""
    return _FIRST.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", " ".join(text.split())))
