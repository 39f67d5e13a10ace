"""A comparison as one JSON object (`zenrei.diff/1`), and as text for people."""

from collections.abc import Iterator
from typing import Any, Final

from ingest.engine.comparison.compare import MOST_CHANCE, Comparison, Row, Side
from ingest.engine.findings.statistics import p_words
from ingest.engine.report import file_json

SCHEMA: Final = "zenrei.diff/1"
MOST_ROWS: Final = 30
WIDTH: Final = 60


def to_json(comparison: Comparison, seconds: float, *, most_rows: int | None = None) -> dict[str, Any]:
    """The object; ``seconds`` is the time the caller measured. Counts are complete, whatever rows are left out."""
    return {
        "schema": SCHEMA,
        "by": list(comparison.by),
        "before": _side(comparison.before),
        "after": _side(comparison.after),
        "distance": comparison.distance,
        "significant": sum(row.significant for row in comparison.rows),
        "rows": [_row(row) for row in comparison.rows[:most_rows]],
        "rows_in_all": len(comparison.rows),
        "not_compared": list(comparison.not_compared),
        "seconds": seconds,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "files": [file_json(file) for file in side.files],
        "days": {"first": side.days.first, "last": side.days.last} if side.days else None,
        "elsewhere": side.elsewhere,
        "undated": side.undated,
        "loose": side.loose,
        "transactions": side.transactions,
        "messages": side.messages,
        "unfinished": side.unfinished,
    }


def _row(row: Row) -> dict[str, Any]:
    return row.cell._asdict() | {
        "before": row.before,
        "after": row.after,
        "share_before": row.share_before,
        "share_after": row.share_after,
        "difference": row.difference,
        "p": row.chance,
        "significant": row.significant,
    }


def to_text(comparison: Comparison) -> str:
    """The report, ending with a line end. It never says that two logs are the same."""
    return "\n".join([*_head(comparison), "", *_rows(comparison), *_limits(comparison)]) + "\n"


def _head(comparison: Comparison) -> Iterator[str]:
    for name, side in (("before", comparison.before), ("after", comparison.after)):
        files = ", ".join(_shown(file.path) for file in side.files[:3]) + (" …" if len(side.files) > 3 else "")
        span = sorted(time for file in side.files for time in (file.first_time, file.last_time) if time)
        when = f", {span[0]} to {span[-1]}" if span else ", no dates"
        yield (
            f"{name:<7} {files}: {side.messages} messages of {side.transactions} transactions, "
            f"{side.unfinished} unfinished{when}{_days(side)}"
        )
    if comparison.distance is not None:
        yield f"distance of the two mixes (0 to 1): {comparison.distance:.3f}"


def _days(side: Side) -> str:
    """Which of its days are counted, where not all are."""
    if side.days is None:
        return ""
    first, last = side.days.first or "the first day", side.days.last or "the last day"
    return f", counted from {first} to {last} ({side.elsewhere} messages of other days)"


def _rows(comparison: Comparison) -> Iterator[str]:
    if not comparison.rows:
        yield "No message was read on either side, so nothing was compared."
        return
    yield f"{'before':>15} {'after':>15} {'change':>8}  {' × '.join(comparison.by)}"
    for row in comparison.rows[:MOST_ROWS]:
        yield (
            f"{row.before:>7} {row.share_before:>7.1%} {row.after:>7} {row.share_after:>7.1%} {row.difference:>+8.1%}  "
            f"{_named(row, comparison.by)}{_told(row)}"
        )
    if (left := len(comparison.rows) - MOST_ROWS) > 0:
        yield f"and {left} more (--json has all)"
    if comparison.distance is not None and not any(row.significant for row in comparison.rows):
        yield f"No difference that chance would not explain (p > {MOST_CHANCE}): so few messages may hide one."


def _named(row: Row, by: tuple[str, ...]) -> str:
    cell = row.cell
    verdict = f"{cell.verdict} ({cell.verdict_code})" if cell.verdict_code else cell.verdict or "unknown"
    words = {
        "outcome": f"told {cell.told or 'unknown'}, done {cell.done or 'unknown'}",
        "classifier": _shown(verdict),
        "policy": f"policy {_shown(cell.policy or 'unknown')}",
    }
    return " × ".join(words[way] for way in by)


def _told(row: Row) -> str:
    if row.chance is None:
        return ""
    return f"  [{p_words(row.chance)}]" if row.significant else "  [chance may explain it]"


def _limits(comparison: Comparison) -> Iterator[str]:
    if comparison.not_compared:
        yield ""
        yield "Not compared:"
        yield from (f"  {reason}" for reason in comparison.not_compared)


def _shown(text: str) -> str:
    """Log text on a terminal: no control characters, bounded."""
    text = "".join(c if c.isprintable() else "�" for c in text[: WIDTH + 1])
    return text if len(text) <= WIDTH else text[:WIDTH] + "…"
