"""How long `zenrei scan` takes, beside what else reads a log: `python3 run.py exec python bench/log_engine.py`.

A FortiMail log of two million lines is made to order with the truth about it (`bench/mail_log.py`), and scanned by the
compiled engine as it is, from .gz and from .zst, by turns with `gzip -dc` and `zstd -dc` of the same files, and with
lnav, which lists the messages that were refused and delivered (no more of the job) by its SQL; the plain engine reads a
tenth of it, and a hundred lines show what a start takes. CPU seconds are those of the whole process with its start
(docs/benchmarks.md). Peers that are not installed are left out.
"""

import argparse
import gzip
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import zstandard

from bench import mail_log
from bench.machine import pace

ROOT = Path(__file__).resolve().parents[1]
SCAN = (sys.executable, "-m", "cli", "scan", "--json")
TENTH = 10
START_LINES = 100
LNAV = Path(__file__).parent / "peers" / "lnav"
LNAV_SQL = """SELECT substr(session, 1, 29) AS id, sum(log_body LIKE '%msg="Milter: %reject=5%') AS refused,
sum(log_body LIKE '%msg="to=%stat=Sent%') AS sent FROM fortimail_log WHERE type = 'event'
GROUP BY id HAVING refused > 0 AND sent > 0"""
MILLION = 1_000_000


class Run(NamedTuple):
    """What one run took: CPU and wall seconds, KiB of memory at its most, and the machine's pace before it."""

    cpu: float
    wall: float
    memory: int
    pace: float


def run(command: Sequence[str], answer: Path) -> Run:
    """Run a command, its output going to a file, and stop where it fails."""
    before = statistics.median(pace() for _ in range(20))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with answer.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, cwd=ROOT, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        sys.exit(f"{command} ended with {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, before)


def check(answer: Path, truth: dict[str, int]) -> None:
    """Stop where an answer is not the truth."""
    told = json.loads(answer.read_bytes())
    found = {
        "lines": told["lines"],
        "transactions": told["transactions"],
        **{rule: told["finding_counts"][rule] for rule in ("rejected-and-delivered", "delivered-twice")},
    }
    if found != truth:
        sys.exit(f"not the truth: {found}, but {truth}")


def row(name: str, runs: Sequence[Run], lines: int, more: str = "") -> None:
    """Print a row: the least and the median, CPU by million lines too."""
    cpu, wall = sorted(one.cpu for one in runs), sorted(one.wall for one in runs)
    cells = [
        name,
        f"{cpu[0]:.2f}",
        f"{statistics.median(cpu):.2f}",
        f"{cpu[0] * MILLION / lines:.2f}",
        f"{wall[0]:.2f}",
    ]
    cells += [f"{max(one.memory for one in runs) // 1024}", f"{min(one.pace for one in runs) * 1000:.2f}", more]
    print(f"| {' | '.join(cells)} |", flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """Make the log, measure by turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2 * MILLION)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(words)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.lines, options.rounds)
    return 0


def measure(folder: Path, lines: int, rounds: int) -> None:
    """Print the table."""
    log, answer, small = folder / "elog.log", folder / "answer", folder / "tenth.log"
    truth, small_truth = mail_log.write(log, lines), mail_log.write(small, lines // TENTH)
    packed, frames = folder / "elog.log.gz", folder / "elog.log.zst"
    with log.open("rb") as source, gzip.open(packed, "wb", 6) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    with log.open("rb") as source, frames.open("wb") as target:
        zstandard.ZstdCompressor().copy_stream(source, target)
    print(f"{truth['lines']:,} lines, {log.stat().st_size / 1e6:.0f} MB\n")
    scans = {"plain": log, "from .gz": packed, "from .zst": frames}
    peers = {
        "gzip -dc": ("gzip", "-dc", str(packed)),
        "zstd -dc": ("zstd", "-dc", "-q", str(frames)),
        "lnav": (
            "lnav",
            "-n",
            "-I",
            str(LNAV),
            "-c",
            f";{' '.join(LNAV_SQL.split())}",
            "-c",
            ":write-csv-to -",
            str(log),
        ),
    }
    peers = {name: command for name, command in peers.items() if shutil.which(command[0])}
    found: dict[str, list[Run]] = {name: [] for name in (*scans, *peers, "the plain engine", "a start")}
    short = folder / "short.log"
    with log.open("rb") as source:
        short.write_bytes(b"".join(itertools.islice(source, START_LINES)))
    run((*SCAN, str(log)), answer)  # the first time on a machine compiles
    for turn in range(rounds):
        for name, path in scans.items():
            found[name].append(run((*SCAN, str(path)), answer))
            check(answer, truth)
        for name, command in peers.items():
            found[name].append(run(command, answer))
            if name == "lnav" and (rows := len(answer.read_text().splitlines()) - 1) != truth["rejected-and-delivered"]:
                sys.exit(f"lnav found {rows}")
        found["a start"].append(run((*SCAN, str(short)), answer))
        if turn < 2:
            found["the plain engine"].append(run((*SCAN, "--oracle", str(small)), answer))
            check(answer, small_truth)
    print("| | CPU s, least | median | CPU s per million lines | wall s, least | MiB | pace ms | |\n|" + " --- |" * 8)
    for name in (*scans, *peers):
        row(name, found[name], truth["lines"])
    row("the plain engine", found["the plain engine"], small_truth["lines"], f"{small_truth['lines']:,} lines")
    row("a start", found["a start"], START_LINES, f"{START_LINES} lines")


if __name__ == "__main__":
    sys.exit(main())
