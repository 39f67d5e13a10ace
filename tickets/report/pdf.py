"""A report as PDF: A4, in Noto Sans JP; the letters used are embedded, and its text can be taken out again."""

import datetime as dt
import logging

import pylopdf_fonts_jp
from fpdf import FPDF
from fpdf.fonts import TTFFont

from tickets.report.document import Document, Tone
from tickets.report.glyphs import Measure
from tickets.report.layout import BOTTOM, HEIGHT, LEFT, ROOM, WIDTH, Line, Setting, sheets_of

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of each table of each font

FONT = "noto"
FOOT_SIZE = 7.5
INK, QUIET, HAIRLINE, LOG = (28, 30, 34), (71, 75, 84), (210, 208, 200), (242, 241, 236)
TONES: dict[Tone, tuple[int, int, int]] = {"": INK, "warn": (122, 79, 0), "bad": (165, 36, 26), "struck": QUIET}


def pdf(document: Document, *, made_at: dt.datetime) -> bytes:
    """Return a report as PDF. The same document of the same moment makes the same bytes."""
    sheet, font = _empty(document, made_at)
    measure = Measure(_widths(font))
    sheets = sheets_of(Setting(measure).lines(document))
    foot = measure.shown(document.foot)
    for number, lines in enumerate(sheets, 1):
        sheet.add_page()
        for top, line in lines:
            _draw(sheet, top, line)
        _foot(sheet, foot, f"{document.page} {number} / {len(sheets)}", measure)
    return bytes(sheet.output())


def _empty(document: Document, made_at: dt.datetime) -> tuple[FPDF, TTFFont]:
    """Return a PDF without a page, and its font."""
    sheet = FPDF(unit="pt", format="A4")
    sheet.set_auto_page_break(False)
    sheet.alias_nb_pages("")  # else `{nb}` in what somebody wrote would become the number of sheets
    sheet.set_title(document.title)
    sheet.set_lang(document.language)
    sheet.set_creator("Zenrei")
    sheet.set_creation_date(made_at)
    sheet.add_font(FONT, "", str(pylopdf_fonts_jp.sans_path()))
    sheet.set_font(FONT)
    font = sheet.fonts[FONT]
    if not isinstance(font, TTFFont):
        raise TypeError(f"{FONT} is no font of letters")
    return sheet, font


def _widths(font: TTFFont) -> dict[str, float]:
    """Return how wide each letter of the font is, in thousandths of its size."""
    return {chr(code): font.cw[code] for code in font.cmap}


def _draw(sheet: FPDF, top: float, line: Line) -> None:
    """Draw a line."""
    left = LEFT + line.indent
    base = top + line.size * 1.1
    if line.section:
        sheet.y = top  # where the outline leads
        sheet.start_section(line.section)
        sheet.set_draw_color(*HAIRLINE)
        sheet.line(LEFT, top + line.height, LEFT + ROOM, top + line.height)
    if line.is_log:
        sheet.set_fill_color(*LOG)
        sheet.rect(left - 4, top, ROOM - line.indent + 8, line.height, style="F")
    if not line.text:
        return
    sheet.set_text_color(*(QUIET if line.is_quiet else TONES[line.tone]))
    if sheet.font_size_pt != line.size:
        sheet.set_font(FONT, size=line.size)
    sheet.text(left, base, line.text)
    if line.is_struck:
        sheet.set_draw_color(*QUIET)
        middle = base - line.size * 0.35
        sheet.line(left, middle, left + sheet.get_string_width(line.text), middle)


def _foot(sheet: FPDF, foot: str, number: str, measure: Measure) -> None:
    """Write at the end of a sheet what the report is, and which sheet this is."""
    sheet.set_font(FONT, size=FOOT_SIZE)
    sheet.set_text_color(*QUIET)
    base = HEIGHT - BOTTOM / 2
    sheet.text(LEFT, base, next(measure.lines(foot, FOOT_SIZE, ROOM - 90.0)))
    sheet.text(WIDTH - LEFT - sheet.get_string_width(number), base, number)
