"""The lines that a rule matches, each once, in the order of time."""

from dataclasses import dataclass
from typing import Final

from ingest.engine.detectors.conditions import Compiler
from ingest.engine.detectors.events import Events
from ingest.engine.detectors.model import LineRule
from ingest.engine.events.runtime import pl

SHOWN: Final = (
    "place", "line", "offset", "file", "unit", "device", "firmware", "transaction", "session", "stamp", "zone", "log",
    "at", "zoned", "recipients",
)  # fmt: skip
ORDER: Final = ("at", "place", "line")


@dataclass(frozen=True, slots=True)
class Matches:
    """What a rule found. ``lines`` are those that it is about, ``lacking`` the fields that none of them has.

    ``without`` are such fields of the further columns.
    """

    frame: pl.DataFrame
    lines: int
    lacking: tuple[str, ...]
    without: tuple[str, ...]


def find_matches(events: Events, rule: LineRule, more: dict[str, str]) -> Matches:
    """Run a rule; ``more`` are further columns of the answer, each with the field whose values it holds.

    A line that stands in several files of one device (exports overlap) counts once: of equal lines as many as one file
    has. A line that a file has twice counts twice.
    """
    lines = events.of(rule.logsource)
    wanted = (*rule.fields, *more.values())
    present = [events.fields.present(field).any().alias(f"has{n}") for n, field in enumerate(wanted)]
    known = lines.select(pl.len().alias("lines"), *present).collect().row(0)
    lacking = tuple(field for field, is_there in zip(rule.fields, known[1:], strict=False) if not is_there)
    further = zip(more.values(), known[1 + len(rule.fields) :], strict=True)
    without = tuple(field for field, is_there in further if not is_there)
    compiler = Compiler(events.fields, rule.where)
    held = pl.any_horizontal([compiler.compile(tree) for tree in rule.conditions])
    columns = [events.fields.column(field).alias(name) for name, field in more.items()]
    found = lines.filter(held).select(*SHOWN, *columns, pl.col("text").hash(7).alias("_text")).collect()
    found = found.sort("place", "line")
    found = found.with_columns(pl.int_range(pl.len()).over("unit", "_text", "place").alias("_again"))
    found = found.unique(["unit", "_text", "_again"], keep="first", maintain_order=True)
    frame = found.drop("_text", "_again").sort(ORDER, nulls_last=True, maintain_order=True)
    return Matches(frame, known[0], lacking, without)
