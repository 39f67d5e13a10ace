"""How fast logs of mail servers are scanned: `python3 run.py exec python bench/log_formats.py`.

A log of each format that the compiled engine knows beside FortiMail is made to order (`bench/line_logs.py`) and
scanned; the plain engine reads a tenth of it. CPU seconds are those of the whole process with its start
(docs/benchmarks.md). The answers of both about the tenth must be the same, else it stops.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench.line_logs import MADE, lines_of
from bench.log_engine import MILLION, SCAN, TENTH, Run, run

BOUND = 500_000  # lines a second, on two cores


def write(path: Path, name: str, lines: int) -> int:
    """Write a log of a format; returns how many lines it has."""
    message, time = MADE[name]
    count = 0
    with path.open("w", encoding="ascii") as file:
        for count, line in enumerate(lines_of(message, time, lines), 1):  # noqa: B007
            file.write(f"{line}\n")
    return count


def told(answer: Path) -> dict[str, Any]:
    """An answer without what it took."""
    found: dict[str, Any] = json.loads(answer.read_bytes())
    del found["seconds"]
    return found


def row(name: str, fast: Sequence[Run], plain: Run, lines: int) -> str:
    """A row of the table: the least of the runs."""
    cpu, wall = min(one.cpu for one in fast), min(one.wall for one in fast)
    memory, ratio = max(one.memory for one in fast) // 1024, cpu / (plain.cpu * TENTH)
    pace = statistics.median(one.pace for one in fast) * 1000
    cells = [name, f"{cpu * MILLION / lines:.2f}", f"{wall * MILLION / lines:.2f}", f"{lines / wall:,.0f}"]
    cells += [f"{memory}", f"{lines / TENTH / plain.cpu:,.0f}", f"{ratio:.3f}", f"{pace:.2f}"]
    return f"| {' | '.join([*cells, 'yes' if lines / wall >= BOUND else 'no'])} |"


def main(words: Sequence[str] | None = None) -> int:
    """Make the logs, measure by turns, print; 1 where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2 * MILLION)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=sorted(MADE), default=sorted(MADE))
    options = parser.parse_args(words)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    names = ("CPU s", "wall s", "lines/s", "MiB", "plain: lines/CPU s", "CPU / plain", "pace ms", f"≥ {BOUND:,}")
    print(f"| per million lines | {' | '.join(names)} |\n|{' --- |' * (len(names) + 1)}", flush=True)
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        log, tenth, answer, other = (Path(folder) / name for name in ("log", "tenth", "answer", "other"))
        for name in options.only:
            lines = write(log, name, options.lines)
            with log.open("rb") as source:
                tenth.write_bytes(b"".join(islice(source, lines // TENTH)))
            plain = run((*SCAN, "--oracle", str(tenth)), other)
            run((*SCAN, str(tenth)), answer)
            if told(answer) != told(other):
                sys.exit(f"{name}: the two engines do not say the same")
            fast = [run((*SCAN, str(log)), answer) for _ in range(options.rounds)]
            line = row(name, fast, plain, lines)
            print(line, flush=True)
            holds = holds and line.endswith("yes |")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
