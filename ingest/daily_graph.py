"""The daily graph: a row of bars a verdict, one scale, the days of changes marked. Places only, no drawing.

Places across are per cent, places down are pixels, so that letters keep their size at any width (pages.md §2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from ingest.engine.findings.verdict_drift import CLEAN
from ingest.queries.days import Days, Verdict
from ingest.queries.marks import DRIFT, Mark

MOST_DAYS: Final = 120
MOST_ROWS: Final = 5
MOST_LABELS: Final = 7
MOST_MARKS: Final = 4
MARK: Final = 16
HEAD: Final = 22
BARS: Final = 62
ROW: Final = 96
FOOT: Final = 22
GAP: Final = 0.22  # of a day's width, left between bars


@dataclass(frozen=True, slots=True)
class Row:
    """A verdict: its bars, and how many messages a day on average, before and after the change point if there is one.

    `verdict` None stands for all that have no row of their own.
    """

    verdict: Verdict | None
    tone: str
    bars: list[dict[str, Any]]
    label_y: int
    axis_y: int
    total: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph. `empty` are the days between the first and the last of which the logs have no message."""

    rows: list[Row]
    first: date
    last: date
    labels: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    empty: list[dict[str, Any]]
    days_left_out: int
    undated: int
    height: int
    labels_y: int
    top: int

    @property
    def drift(self) -> Mark | None:
        """The first change point that lies in the graph."""
        return next((one["mark"] for one in self.marks if one["mark"].kind == DRIFT), None)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all rows share: the days, the scale, where the rows begin, the change point."""

    first: date
    span: int
    scale: int
    top: int
    change: Mark | None


def daily_graph(days: Days, marks: Sequence[Mark]) -> Graph | None:
    """Return the graph of a case's days; None where no message has a date."""
    dated = {day: counts for day, counts in days.rows if day is not None}
    if not dated:
        return None
    last = max(dated)
    first = max(min(dated), last - timedelta(days=MOST_DAYS - 1))
    span = (last - first).days + 1
    inside = [mark for mark in marks if first <= mark.day <= last]
    counts = {day: _by_row(row, len(days.verdicts)) for day, row in dated.items() if day >= first}
    scale = max((max(row) for row in counts.values()), default=0) or 1
    shown = inside[:MOST_MARKS]
    top = MARK * len(shown) + (6 if shown else 0)
    change = next((mark for mark in shown if mark.kind == DRIFT), None)
    frame = _Frame(first, span, scale, top, change)
    rows = [
        _row(number, verdict, counts, frame)
        for number, verdict in enumerate(_verdicts(days, max(map(len, counts.values()))))
    ]
    bottom = top + ROW * (len(rows) - 1) + HEAD + BARS
    return Graph(
        rows=rows,
        first=first,
        last=last,
        labels=_labels(first, span, {mark.day for mark in shown}),
        marks=[_mark(mark, place, first, span) for place, mark in enumerate(shown)],
        empty=[_empty(day, first, span) for day in _all(first, span) if day not in counts],
        days_left_out=sum(day < first for day in dated),
        undated=sum(sum(row) for day, row in days.rows if day is None),
        height=bottom + FOOT,
        labels_y=bottom + 16,
        top=top,
    )


def _by_row(cells: Sequence[int], verdicts: int) -> list[int]:
    """Return the figures of a day by row: those of the verdicts with most messages, the rest added up."""
    if verdicts <= MOST_ROWS and len(cells) == verdicts:
        return list(cells)
    return [*cells[: MOST_ROWS - 1], sum(cells[MOST_ROWS - 1 :])]


def _verdicts(days: Days, rows: int) -> list[Verdict | None]:
    named: list[Verdict | None] = list(days.verdicts[:rows])
    return named if len(days.verdicts) == rows and not days.other_verdicts else [*named[: rows - 1], None]


def _row(number: int, verdict: Verdict | None, counts: dict[date, list[int]], frame: _Frame) -> Row:
    """Return a row of bars, and its means beside the change point."""
    axis = frame.top + ROW * number + HEAD + BARS
    own = {day: row[number] for day, row in counts.items()}
    bars = [
        {
            "x": _share(((day - frame.first).days + GAP / 2) * 100 / frame.span),
            "width": _share((1 - GAP) * 100 / frame.span),
            "y": round(axis - max(n * BARS / frame.scale, 1.0), 1),
            "height": round(max(n * BARS / frame.scale, 1.0), 1),
        }
        for day, n in sorted(own.items())
        if n
    ]
    before = after = None
    if (change := frame.change) is not None:
        inner = {day for day in own if change.day <= day < (change.until or date.max)}
        before, after = _mean(own, own.keys() - inner), _mean(own, inner)
    return Row(verdict, _tone(verdict, before, after), bars, axis - BARS - 8, axis, sum(own.values()), before, after)


def _mean(own: dict[date, int], days: set[date]) -> int | None:
    return round(sum(own[day] for day in days) / len(days)) if days else None


def _tone(verdict: Verdict | None, before: int | None, after: int | None) -> str:
    """Return the look: outlined where no scanner decided, hatched where it rose after the change, else solid."""
    if verdict is None or verdict.name.casefold() in CLEAN or not verdict.name:
        return "clean"
    return "fg" if before is not None and after is not None and after > before else "ip"


def _all(first: date, span: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(span)]


def _middle(day: date, first: date, span: int) -> float:
    return ((day - first).days + 0.5) * 100 / span


def _labels(first: date, span: int, marked: set[date]) -> list[dict[str, Any]]:
    """Return the days that are named below, evenly apart; one that is marked is strong."""
    every = -(-span // MOST_LABELS)
    return [
        {"x": _share(_middle(day, first, span)), "day": day, "strong": day in marked}
        for day in _all(first, span)[(every - 1) // 2 :: every]
    ]


def _mark(mark: Mark, place: int, first: date, span: int) -> dict[str, Any]:
    """Return where a mark and its words stand; its words stand on the side where there is more room."""
    x = _middle(mark.day, first, span)
    anchor, dx = ("start", 5) if x < 50 else ("end", -5)
    return {
        "mark": mark,
        "x": _share(x),
        "text_y": MARK * place + 11,
        "line_y": MARK * place,
        "anchor": anchor,
        "dx": dx,
    }


def _empty(day: date, first: date, span: int) -> dict[str, Any]:
    number = (day - first).days
    return {"x1": _share(number * 100 / span), "x2": _share((number + 1) * 100 / span)}


def _share(x: float) -> str:
    return f"{x:.2f}%"
