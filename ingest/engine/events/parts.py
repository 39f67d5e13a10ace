"""Parts of a table on the disk, and the whole that is merged from them, sorted by transaction.

A part is sorted by itself. For the whole, the transactions are cut into stretches of about a part's rows; of each
stretch every part gives its rows, which row groups and their statistics find without reading the rest.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ingest.engine.events.batch import MOST_ROWS, schema_of
from ingest.engine.events.columns import SCHEMA_NAME, UNIT
from ingest.engine.events.runtime import pl

ROW_GROUP: Final = 50_000
PART_GROUP: Final = 4_000
EVERY: Final = 200  # of a part's transactions one is looked at, to cut all of them into stretches
ORDER: Final = ("transaction", "place", "line")
Roots = dict[tuple[str, str], str]  # by unit and id: the id that it is part of
_EMPTY: Final = ""


class Parts:
    """The parts of one table, in a folder that the caller removes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: list[Path] = []
        self._rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Write a part. The rows of one place come in their order, and so do places."""
        if frame.height:
            path = self._folder / f"{len(self._paths)}.parquet"
            frame.write_parquet(path, compression="lz4", row_group_size=PART_GROUP)
            self._paths.append(path)
            self._rows += frame.height

    def merge(self, path: Path, keys: list[str], roots: Roots, cut: list[int]) -> int:
        """Write the whole table, whose lines have these keys; returns its rows.

        ``cut`` are the places of streams that were not read to their end: what the table says beside its rows.
        """
        schema = schema_of(keys)
        for part in self._paths:
            frame = pl.read_parquet(part)
            sort_part(frame, roots).write_parquet(part, compression="lz4", row_group_size=PART_GROUP)
        about = {"zenrei": json.dumps({"schema": SCHEMA_NAME, "rows": self._rows, "cut": cut})}
        frames = (_shaped(frame, schema) for frame in self._stretches())
        _sink(frames, schema, path, about)
        return self._rows

    def _stretches(self) -> Iterator[pl.DataFrame]:
        """The rows in the order of the whole."""
        for begin, end in self._cuts():
            wanted = pl.col("transaction") >= begin
            if end is not None:
                wanted &= pl.col("transaction") < end
            yield from self._gather(wanted)
        for part in self._paths:  # lines without a transaction stand last, as they were read
            frame = pl.scan_parquet(part).filter(pl.col("transaction").is_null()).collect()
            if frame.height:
                yield frame

    def _gather(self, wanted: pl.Expr) -> Iterator[pl.DataFrame]:
        found = (pl.scan_parquet(part).filter(wanted).collect() for part in self._paths)
        frames: list[pl.DataFrame] = []
        rows = 0
        for frame in found:
            if not frame.height:
                continue
            frames.append(frame)
            rows += frame.height
            if rows > 2 * MOST_ROWS and _is_one(frames):  # one transaction of very many lines: as they were read
                yield from frames
                frames, rows = [], 0
        if frames:
            yield pl.concat(frames, how="diagonal").sort(ORDER) if len(frames) > 1 else frames[0]

    def _cuts(self) -> Iterator[tuple[str, str | None]]:
        """Where stretches begin and end. A transaction lies in one stretch."""
        seen: list[str] = []
        for part in self._paths:
            column = pl.read_parquet(part, columns=["transaction"])["transaction"].drop_nulls()
            seen += column.gather_every(EVERY).to_list()
        seen.sort()
        whole = MOST_ROWS // EVERY
        begins = set(seen[::whole])
        alone = {id_ + "\0" for id_, rows in Counter(seen).items() if rows >= whole}  # what is right behind such an id
        cuts = [_EMPTY, *sorted((begins | alone) - {_EMPTY})]
        yield from itertools.zip_longest(cuts, cuts[1:])


def sort_part(frame: pl.DataFrame, roots: Roots) -> pl.DataFrame:
    """A part in its order, its ids replaced by those that they are part of."""
    if roots:
        frame = frame.join(_frame_of(roots), on=[UNIT, "transaction"], how="left", nulls_equal=False)
        child = pl.when(pl.col("root").is_not_null()).then(pl.col("transaction")).otherwise(pl.col("child"))
        frame = frame.with_columns(child.alias("child"), pl.coalesce("root", "transaction").alias("transaction"))
        frame = frame.drop("root")
    return frame.drop(UNIT).sort(ORDER, nulls_last=True)


def _frame_of(roots: Roots) -> pl.DataFrame:
    rows = [(unit, child, root) for (unit, child), root in roots.items()]
    return pl.DataFrame(rows, schema=[UNIT, "transaction", "root"], orient="row")


def _is_one(frames: list[pl.DataFrame]) -> bool:
    first = frames[0]["transaction"][0]
    return all(frame["transaction"][0] == first == frame["transaction"][-1] for frame in frames)


def _shaped(frame: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """A frame with all columns of the whole, in their order."""
    here = frame.schema
    return frame.select(
        [pl.col(name) if name in here else pl.lit(None, kind).alias(name) for name, kind in schema.items()]
    )


def _sink(frames: Iterator[pl.DataFrame], schema: dict[str, Any], path: Path, about: dict[str, str]) -> None:
    """Write frames one after the other, none before the one in front of it is on its way to the disk."""
    from polars.io.plugins import register_io_source  # noqa: PLC0415 - beside Polars itself

    def source(*_: Any) -> Iterator[pl.DataFrame]:
        yield from frames

    lazy = register_io_source(source, schema=schema)
    lazy.sink_parquet(
        path, compression="zstd", compression_level=3, row_group_size=ROW_GROUP, statistics=True, metadata=about,
        maintain_order=True,
    )  # fmt: skip
