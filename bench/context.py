"""Ten lines around any line of a long packed log, with frames and without: `python bench/context.py --lines 2000000`.

Makes a log (`bench/mail_log.py`), packs it with gzip, makes the frames of both, and asks for lines at random places as
the context page does: in this process, each time with files opened anew. What was read lies in the system's cache.
"""

import argparse
import gzip
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.mail_log import write
from cli.frames import sha256_of
from ingest.engine.context import Cache, around_by_frames, cited_by_frames, lines_around
from ingest.engine.frames import Frames, find
from ingest.engine.framing import make_frames
from ingest.engine.mentions import find_mentions
from ingest.engine.source import MIB, Limits, Source

Place = tuple[int, int]
LIMITS = Limits()
SHARES = (0.1, 0.5, 0.9)
SEARCHES = 3
SESSION = re.compile(r'session_id="(.{29})')


def milliseconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def told(name: str, values: Sequence[float]) -> None:
    """Print a row: median and spread."""
    ordered = sorted(values)
    last = ordered[len(ordered) * 95 // 100]
    print(f"{name:<58} {statistics.median(ordered):>10.2f} ms (95th percentile {last:.2f}, {len(ordered)} times)")


def pack(path: Path) -> Path:
    """Pack a log with gzip."""
    packed = path.with_suffix(".log.gz")
    with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as file:
        shutil.copyfileobj(plain, file, MIB)
    return packed


def transaction(path: Path, cache: Cache, place: Place) -> list[Place]:
    """Return the places of the lines near one that are of its transaction."""
    line, offset = place
    near = around_by_frames(path, cache, "", line=line, offset=offset, context=200, limits=LIMITS)
    cited = next(SESSION.search(one.text) for one in near if one.cited)
    return [(one.line, one.offset) for one in near if cited and cited[1] in one.text]


def measure(path: Path, turns: int) -> None:
    """Make the frames of a file and ask for lines."""
    source, size = Source(path, "log"), path.stat().st_size
    folder = path.parent / f"{path.name}.frames"
    folder.mkdir()
    cache = Cache(folder, sha256_of(path))
    began = time.perf_counter()
    (made,) = make_frames(source, blob=cache.sha256, folder=folder, limits=LIMITS)
    took = time.perf_counter() - began
    frames_size = made.path.stat().st_size
    print(f"\n{path.name}: {size / MIB:,.1f} MiB, {made.bytes / MIB:,.1f} MiB of text, {made.lines:,} lines")
    print(f"frames: {frames_size / MIB:,.2f} MiB, made and verified in {took:.1f} s")
    chance, places = random.Random(11), list[Place]()
    file = find(folder, "") or made.path
    by_number = []
    for _ in range(turns):
        line = chance.randrange(1, made.lines + 1)
        with Frames(file, name="", blob=path, sha256=cache.sha256) as frames:
            began = time.perf_counter()
            offset = frames.offset_of(line)
            by_number.append((time.perf_counter() - began) * 1000)
        places.append((line, offset or 0))

    def around(place: Place) -> object:
        return around_by_frames(path, cache, "", line=place[0], offset=place[1], context=10, limits=LIMITS, quick=True)

    told("ten lines around a line, by frames", [milliseconds(lambda at=at: around(at)) for at in places])  # type: ignore[misc]
    groups = [transaction(path, cache, place) for place in places]
    by_group = [milliseconds(lambda at=at: cited_by_frames(path, cache, "", at, LIMITS)) for at in groups]  # type: ignore[misc]
    lines = statistics.mean(map(len, groups))
    told(f"all lines of a transaction ({lines:.1f} on average), by frames", by_group)
    told("where a line of a number begins, by frames", by_number)
    search(source, path, cache, places[:SEARCHES])
    ordered = sorted(places)
    for share in SHARES:
        line, offset = ordered[int(share * len(ordered))]
        took = milliseconds(
            lambda line=line, offset=offset: lines_around(  # type: ignore[misc]
                source, label="log", line=line, offset=offset, context=10, limits=LIMITS
            )
        )
        print(f"ten lines around a line at {share:.0%}, without frames {took:>22,.2f} ms")


def search(source: Source, path: Path, cache: Cache, places: Sequence[Place]) -> None:
    """Search the whole log for the lines of some transactions, as is done once for each that somebody opens."""
    ids = []
    for line, offset in places:
        near = around_by_frames(path, cache, "", line=line, offset=offset, context=0, limits=LIMITS)
        if cited := SESSION.search(near[0].text):
            ids.append(cited[1])
    took = [milliseconds(lambda one=one: find_mentions([source], [one], LIMITS)) for one in ids]  # type: ignore[misc]
    told("where all lines of a transaction stand, the first time", took)


def main() -> int:
    """Make the logs and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--turns", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zenrei-context-") as folder:
        plain = Path(folder) / "elog.log"
        write(plain, options.lines)
        for path in (pack(plain), plain):
            measure(path, options.turns)
    return 0


if __name__ == "__main__":
    sys.exit(main())
