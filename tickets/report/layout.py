"""A report as lines of a sheet: what stands where is known before anything is drawn, and so is how many sheets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tickets.report.document import Document, Fact, Item, Quote, Remark, Section, Tone
from tickets.report.glyphs import Measure

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
LEFT, TOP, BOTTOM = 51.0, 51.0, 54.0
ROOM: Final = WIDTH - 2 * LEFT
LEADING: Final = 1.5

MARKS: Final[dict[Tone, str]] = {"": "", "warn": "△ ", "bad": "× ", "struck": ""}


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, its size in points, how far it is set in, the space before it.

    `stays` counts the lines after it that belong on the same sheet; `section` begins one, of that name; `is_struck` and
    `is_log` are how it is drawn.
    """

    text: str
    size: float
    indent: float = 0.0
    before: float = 0.0
    tone: Tone = ""
    stays: int = 0
    section: str = ""
    is_quiet: bool = False
    is_struck: bool = False
    is_log: bool = False

    @property
    def height(self) -> float:
        """How much of a sheet it takes, without the space before it."""
        return self.size * LEADING


def sheets_of(lines: Iterable[Line]) -> list[list[tuple[float, Line]]]:
    """Return lines by sheet, each with the place of its upper edge in points from the top."""
    rows = list(lines)
    sheets: list[list[tuple[float, Line]]] = [[]]
    at = TOP
    for number, line in enumerate(rows):
        before = line.before if sheets[-1] else 0.0
        together = before + sum(one.height for one in rows[number : number + line.stays + 1])
        if sheets[-1] and at + together > HEIGHT - BOTTOM:
            sheets.append([])
            at, before = TOP, 0.0
        sheets[-1].append((at + before, line))
        at += before + line.height
    return sheets


@dataclass(frozen=True, slots=True)
class Setting:
    """Sets a document in the letters of a font."""

    measure: Measure

    def lines(self, document: Document) -> Iterator[Line]:
        """Yield the lines of a document."""
        yield from self._set(document.title, size=17.0, stays=2)
        yield from self._remark(document.note, before=6.0)
        for section in document.sections:
            yield from self._section(section)

    def _section(self, section: Section) -> Iterator[Line]:
        yield from self._set(section.title, size=13.0, before=20.0, stays=3, section=section.title)
        for remark in section.remarks:
            yield from self._remark(remark, before=4.0)
        yield from self._facts(section.facts, indent=0.0, size=9.0)
        for item in section.items:
            yield from self._item(item)

    def _item(self, item: Item) -> Iterator[Line]:
        struck = item.tone == "struck"
        yield from self._set(
            MARKS[item.tone] + item.title, size=9.5, before=9.0, stays=1, tone=item.tone, is_struck=struck
        )
        if item.text:
            for line in item.text.split("\n"):
                yield from self._set(line, size=9.0, indent=12.0, is_struck=struck)
        yield from self._facts(item.facts, indent=12.0, size=8.0)
        for remark in item.remarks:
            yield from self._remark(remark, indent=12.0, size=8.0)
        for quote in item.quotes:
            yield from self._quote(quote)

    def _facts(self, facts: Sequence[Fact], *, indent: float, size: float) -> Iterator[Line]:
        for fact in facts:
            text = f"{fact.name}: {MARKS[fact.tone]}{fact.value}"
            yield from self._set(text, size=size, indent=indent, tone=fact.tone, is_quiet=not fact.tone)

    def _quote(self, quote: Quote) -> Iterator[Line]:
        yield from self._set(quote.place, size=7.5, indent=12.0, before=4.0, stays=1, is_quiet=True)
        for line in quote.text.split("\n"):
            yield from self._set(line, size=7.5, indent=18.0, is_log=True)

    def _remark(self, remark: Remark, *, indent: float = 0.0, before: float = 0.0, size: float = 9.0) -> Iterator[Line]:
        text = MARKS[remark.tone] + remark.text
        yield from self._set(text, size=size, indent=indent, before=before, tone=remark.tone)

    def _set(
        self,
        text: str,
        *,
        size: float,
        indent: float = 0.0,
        before: float = 0.0,
        tone: Tone = "",
        stays: int = 0,
        section: str = "",
        is_quiet: bool = False,
        is_struck: bool = False,
        is_log: bool = False,
    ) -> Iterator[Line]:
        """Yield the lines of one line of text; what stands before it stands before the first of them."""
        for part in self.measure.lines(self.measure.shown(text), size, ROOM - indent):
            yield Line(part, size, indent, before, tone, stays, section, is_quiet, is_struck, is_log)
            before, section = 0.0, ""
