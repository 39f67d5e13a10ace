"""Tables of events as one frame, with what was said of each source beside what its lines say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from ingest.engine.detectors.fields import Fields
from ingest.engine.detectors.model import LogSource
from ingest.engine.events.columns import MODEL, OTHER_KEYS
from ingest.engine.events.runtime import pl
from ingest.engine.tally import line_zone
from ingest.engine.times import DAY_MS, read_zone

MOST_PLACES: Final = 1 << 20  # of one table
MOST_ZONES: Final = 64  # a log names one; more are the sender's doing, and their times compare with none
HOUR_MS: Final = 3_600_000


Hole = tuple[int | None, int | None]  # from one moment to another; None is open


class Span(NamedTuple):
    """What the lines of a device cover: first and last moment, the days that have any, and holes between.

    A hole is where a log was cut off: from its last line that was read to the beginning of the log after it, if any.
    """

    first: int
    last: int
    days: frozenset[int]
    holes: tuple[Hole, ...]

    def covers(self, begin: int, end: int) -> bool:
        """Whether all lines from one moment to another are there, both included."""
        if begin < self.first or end > self.last:
            return False
        for start, stop in self.holes:
            if (stop is None or begin <= stop) and (start is None or start <= end):
                return False
        return all(day in self.days for day in range(begin // DAY_MS, end // DAY_MS + 1))


Covered = dict[tuple[str, bool], Span]  # by unit and clock


class NoTable(ValueError):
    """A file that is no table of events."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """A table, what its labels are put behind, and facts that its lines may not say.

    ``cut`` are the places of streams that were not read to their end.
    """

    frame: pl.LazyFrame
    label: str = ""
    device: str | None = None
    firmware: str | None = None
    zone: str | None = None
    cut: tuple[int, ...] = ()


class Events:
    """The events of several tables.

    Beside the columns of the model: ``unit`` is the device, where no line names it the source; ``at`` is the time in
    milliseconds, of UTC where ``zoned``, else on the log's own clock.
    """

    def __init__(self, tables: Sequence[EventTable]) -> None:
        self._any = bool(tables)
        columns: set[str] = set()
        others = False
        self._cut = [number * MOST_PLACES + place for number, table in enumerate(tables) for place in table.cut]
        frames = []
        for number, table in enumerate(tables):
            columns.update(table.frame.collect_schema().names())
            others = others or _has(table.frame, OTHER_KEYS)
            frames.append(_frame(table, number))
        self.frame = pl.concat(frames, how="diagonal") if frames else pl.LazyFrame()
        self.fields = Fields(frozenset(columns), others)

    def of(self, source: LogSource) -> pl.LazyFrame:
        """The lines that a rule is about."""
        if not self._any:
            return pl.LazyFrame(schema={**MODEL, "unit": pl.String, "at": pl.Int64, "zoned": pl.Boolean})
        wanted = pl.col("format").is_in(list(source.formats))
        if source.type is not None:
            wanted &= pl.col("type").str.to_lowercase() == source.type.lower()
        return self.frame.filter(wanted)

    def covered(self, source: LogSource) -> Covered:
        """What time the lines of a source cover, unit by unit: first, last, and the days that have any."""
        dated = self.of(source).filter(pl.col("at").is_not_null())
        found = dated.group_by("unit", "zoned").agg(
            pl.col("at").min().alias("first"),
            pl.col("at").max().alias("last"),
            (pl.col("at") // DAY_MS).unique().alias("days"),
        )
        holes = self._holes() if self._cut else {}
        return {
            (row["unit"], row["zoned"]): Span(
                row["first"], row["last"], frozenset(row["days"]), holes.get(row["zoned"], ())
            )
            for row in found.collect().to_dicts()
        }

    def _holes(self) -> dict[bool, tuple[Hole, ...]]:
        """Where logs were cut off, by clock; a device none of whose lines were read there may have had some too."""
        dated = self.frame.filter(pl.col("at").is_not_null())
        found = dated.group_by("zoned", "place").agg(
            pl.col("at").min().alias("first"),
            pl.col("at").max().alias("last"),
            pl.col("at").sort_by("line").last().alias("end"),
        )
        streams: dict[bool, dict[int, tuple[int, int, int]]] = {True: {}, False: {}}
        for zoned, place, *times in found.collect().iter_rows():
            streams[zoned][place] = tuple(times)
        return {zoned: tuple(_hole(place, known) for place in self._cut) for zoned, known in streams.items()}

    def texts(self, lines: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The texts of lines, by place and number."""
        if not lines:
            return {}
        wanted = pl.LazyFrame(
            {"place": [place for place, _ in lines], "line": [line for _, line in lines]},
            schema={"place": pl.Int64, "line": pl.Int64},
        ).unique()
        found = self.frame.select("place", "line", "text").join(wanted, on=["place", "line"], how="semi").collect()
        return {(place, line): text for place, line, text in found.iter_rows()}


def _hole(place: int, known: dict[int, tuple[int, int, int]]) -> Hole:
    """The hole of a stream that was cut off, beside other streams: up to the next one, or all of the time."""
    if place not in known:
        return None, None
    first, last, end = known[place]
    if end - first < last - end:  # the newest lines come first: what is lost lies before
        return max(
            (until for other, (_, until, _) in known.items() if other != place and until <= first), default=None
        ), first
    return last, min(
        (since for other, (since, _, _) in known.items() if other != place and since >= last), default=None
    )


def open_table(path: Path, label: str = "", **facts: str | None) -> EventTable:
    """A table in a Parquet file; raises `NoTable`."""
    try:
        schema = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NoTable(f"{path}: it cannot be read as Parquet: {str(error).splitlines()[0][:200]}") from error
    for name, kind in MODEL.items():
        if schema.get(name) != kind:
            raise NoTable(f"{path}: it is no table of events: it has no column “{name}” as such a table has")
    return EventTable(pl.scan_parquet(path), label, cut=_cut(path), **facts)


def _cut(path: Path) -> tuple[int, ...]:
    """The places that a table names as cut; raises `NoTable`."""
    try:
        about = orjson.loads(pl.read_parquet_metadata(path).get("zenrei", "{}"))
        cut = about.get("cut", [])
    except (orjson.JSONDecodeError, AttributeError):
        cut = None
    if not isinstance(cut, list) or not all(isinstance(place, int) for place in cut):
        raise NoTable(f"{path}: it is no table of events: what it says beside its rows cannot be read")
    return tuple(cut)


def _has(frame: pl.LazyFrame, name: str) -> bool:
    return bool(frame.select(pl.col(name).is_not_null().any()).collect().item())


def _frame(table: EventTable, number: int) -> pl.LazyFrame:
    """A table with the facts of its source."""
    frame = table.frame
    first = pl.col("file").str.split("!/").list.first()
    frame = frame.with_columns(
        pl.coalesce("device", pl.lit(table.device, pl.String)).alias("device"),
        pl.coalesce("firmware", pl.lit(table.firmware, pl.String)).alias("firmware"),
        pl.coalesce(pl.lit(table.zone, pl.String), "zone").alias("zone"),
        (pl.col("place").cast(pl.Int64) + number * MOST_PLACES).alias("place"),
        (pl.lit(table.label) + pl.col("file")).alias("file"),
        pl.concat_str(pl.lit(f"\0{number} "), first).alias("_source"),
    )
    zones = [table.zone] if table.zone else _zones(frame)
    at, zoned = pl.col("stamp"), pl.lit(value=False)
    for zone in zones[:MOST_ZONES]:
        if (moved := _moved(zone)) is not None:
            is_it = pl.col("zone") == zone
            at = pl.when(is_it).then(moved).otherwise(at)
            zoned = pl.when(is_it).then(pl.lit(value=True)).otherwise(zoned)
    return frame.with_columns(
        pl.coalesce("device", "_source").alias("unit"), at.alias("at"), zoned.alias("zoned")
    ).drop("_source")


def _zones(frame: pl.LazyFrame) -> list[str]:
    column = frame.select(pl.col("zone").drop_nulls().unique().sort()).collect()["zone"]
    return column.to_list()


def _moved(zone: str) -> pl.Expr | None:
    """The time of a clock in a zone as UTC; None where the words are no zone."""
    fixed = line_zone(zone)
    if fixed is None:
        return None
    offset = fixed.utcoffset(None)
    if offset is not None:
        return pl.col("stamp") - int(offset.total_seconds() * 1000)
    read_zone(zone)
    there = _in_zone(pl.col("stamp"), zone)
    # An hour that the clock leaves out in spring is written by no clock; one that is wrong is taken for the next.
    return pl.coalesce(there, _in_zone(pl.col("stamp") + HOUR_MS, zone) - HOUR_MS)


def _in_zone(stamp: pl.Expr, zone: str) -> pl.Expr:
    local = stamp.cast(pl.Datetime("ms"))
    return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.epoch("ms")
