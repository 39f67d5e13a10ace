"""How long one client waits, with few cases and with many: `python3 run.py exec python bench/api.py`.

Seeds a database for each size next to the one that DATABASE_URL names, serves each by the real web server, and asks
both by turns, so that whatever else the machine does falls on both alike. Bounds are held against what was measured
while the machine ran at its own speed (bench/machine.py). docs/benchmarks.md says what the rows mean.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import databases
from bench.machine import own_pace, pace, undisturbed
from bench.seed import Seeded
from bench.server import Client, Server, serving

SLOWER_ALLOWED = 1.3
PAGE_BYTES_ALLOWED = 60_000
WARM_UP = 12


@dataclass(frozen=True, slots=True)
class Operation:
    """Something a client does. `allowed` is the bound of the first issue, in milliseconds for the median."""

    name: str
    method: str
    path: str
    allowed: float | None = None
    body: Callable[[int], dict[str, object]] | None = None
    status: int = 200
    page: bool = False


def new_case(number: int) -> dict[str, object]:
    """Return a case to create, with two parties."""
    return {
        "title": f"Mail is delivered twice, no. {number}",
        "kind": "defect",
        "product": "product-3",
        "release": "7.0.2",
        "parties": ["vendor-1", "reseller-3"],
    }


OPERATIONS = (
    Operation("list of 50", "GET", "/api/v1/cases/?page_size=50", 12),
    Operation("one case", "GET", "/api/v1/cases/{ref}/", 15),
    Operation("its timeline", "GET", "/api/v1/cases/{ref}/timeline/"),
    Operation("create a case", "POST", "/api/v1/cases/", 12, body=new_case, status=201),
    Operation("page of the list", "GET", "/cases/", 30, page=True),
    Operation("list, open defects of a product", "GET", "/api/v1/cases/?state=open&kind=defect&product=product-3"),
    Operation("list of a party", "GET", "/api/v1/cases/?party=vendor-1"),
    Operation("list, tenth page", "GET", "/api/v1/cases/?page=10"),
    Operation("search, frequent word", "GET", "/api/v1/cases/?search=certificate"),
    Operation("search, rare word", "GET", "/api/v1/cases/?search=%E9%82%A3%E8%A6%87%20777"),
    Operation("search, two characters", "GET", "/api/v1/cases/?search=%E8%AA%8D%E8%A8%BC"),
    Operation("search, nothing found", "GET", "/api/v1/cases/?search=zzzzqq"),
)


@dataclass(slots=True)
class Side:
    """A size: its database, its server, and what was measured on it."""

    seeded: Seeded
    server: Server
    seconds: dict[str, list[float]] = field(default_factory=dict)
    paces: dict[str, list[float]] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)

    def ask(self, client: Client, operation: Operation, number: int) -> float:
        """Do an operation once and return its seconds; stop where it goes wrong."""
        path = operation.path.format(ref=self.seeded.ref)
        answer = client.ask(operation.method, path, operation.body(number) if operation.body else None)
        if answer.status != operation.status:
            sys.exit(f"{operation.method} {path} gave {answer.status}: {answer.body[:600].decode(errors='replace')}")
        self.bytes[operation.name] = len(answer.body)
        return answer.seconds

    def client(self, operation: Operation) -> Client:
        """Return a client: the person's token for the API, the person's session for a page."""
        if operation.page:
            return self.server.client({"Cookie": f"sessionid={self.seeded.session}", "Accept-Language": "en"})
        return self.server.client({"Authorization": f"Token {self.seeded.token}"})


def measure(sides: Sequence[Side], operations: Sequence[Operation], *, rounds: int, requests: int) -> None:
    """Ask all sides by turns; each round opens connections of its own, so that more than one web process is seen."""
    number = 0
    for _ in range(rounds):
        for operation in operations:
            clients = [side.client(operation) for side in sides]
            for turn in range(-WARM_UP, requests):
                for side, client in zip(sides, clients, strict=True):
                    number += 1
                    taken = pace()
                    seconds = side.ask(client, operation, number)
                    if turn >= 0:
                        side.seconds.setdefault(operation.name, []).append(seconds * 1000)
                        side.paces.setdefault(operation.name, []).append(taken)
            for client in clients:
                client.close()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


@dataclass(frozen=True, slots=True)
class Row:
    """The result of an operation, the smallest size first."""

    operation: Operation
    cases: tuple[int, ...]
    p5: tuple[float, ...]
    p50: tuple[float, ...]
    p95: tuple[float, ...]
    quiet: tuple[float, ...]  # the median of what was measured undisturbed; of all where that is too little
    bytes: tuple[int, ...]

    @property
    def ratio(self) -> float:
        """How many times the largest takes as long as the smallest."""
        return self.p50[-1] / self.p50[0]  # asked by turns: what disturbs one disturbs the other

    @property
    def broken(self) -> list[str]:
        """The bounds that do not hold; only the operations that the issue names have bounds."""
        allowed = self.operation.allowed
        if allowed is None:
            return []
        found = [f"{self.quiet[-1]:.1f} > {allowed:g} ms"] if self.quiet[-1] > allowed else []
        if self.ratio > SLOWER_ALLOWED:
            found.append(f"{self.ratio:.2f} > {SLOWER_ALLOWED} ×")
        if self.operation.page and max(self.bytes) > PAGE_BYTES_ALLOWED:
            found.append(f"{max(self.bytes)} > {PAGE_BYTES_ALLOWED} bytes")
        return found


def quiet_median(side: Side, name: str) -> float:
    """Return the median of what was measured at the machine's own speed; of all where that is too little."""
    everything = [taken for paces in side.paces.values() for taken in paces]
    best = own_pace(everything)
    values = side.seconds[name]
    return statistics.median(undisturbed(values, side.paces[name], best) or values)


def rows_of(sides: Sequence[Side], operations: Sequence[Operation]) -> list[Row]:
    """Return what was measured, an operation a row."""
    return [
        Row(
            operation=operation,
            cases=tuple(side.seeded.cases for side in sides),
            p5=tuple(percentile(side.seconds[operation.name], 0.05) for side in sides),
            p50=tuple(statistics.median(side.seconds[operation.name]) for side in sides),
            p95=tuple(percentile(side.seconds[operation.name], 0.95) for side in sides),
            quiet=tuple(quiet_median(side, operation.name) for side in sides),
            bytes=tuple(side.bytes[operation.name] for side in sides),
        )
        for operation in operations
    ]


def print_table(rows: Sequence[Row]) -> None:
    """Print the table as Markdown: milliseconds, median (5th to 95th percentile), then undisturbed medians."""
    sizes = rows[0].cases
    head = ["", *(f"{size:,} cases" for size in sizes), "undisturbed", "ratio", "kB", "bound", "holds"]
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " --- |" * (len(head) - 1))
    for row in rows:
        allowed = row.operation.allowed
        cells = [row.operation.name]
        cells += [f"{p50:.1f} ({p5:.1f}–{p95:.1f})" for p5, p50, p95 in zip(row.p5, row.p50, row.p95, strict=True)]
        cells += [", ".join(f"{value:.1f}" for value in row.quiet), f"{row.ratio:.2f}"]
        cells += [f"{row.bytes[-1] / 1000:.1f}", f"{allowed:g} ms" if allowed else "–"]
        cells += ["; ".join(row.broken) or ("yes" if allowed else "–")]
        print("| " + " | ".join(cells) + " |")


def seeded(url: str, cases: int, *, keep: bool) -> Seeded:
    """Return a filled database of this size; one that was kept is used again."""
    name = f"{databases.PREFIX}{cases}"
    if keep and databases.exists(url, name):
        return Seeded.read(
            databases.run_python(databases.beside(url, name), "bench/seed.py", "--again", "--cases", str(cases))
        )
    print(f"seeding {cases:,} cases and {10 * cases:,} entries", file=sys.stderr)
    made = databases.create(url, name)
    found = Seeded.read(databases.run_python(made, "bench/seed.py", "--cases", str(cases)))
    print(f"  {found.seconds} s", file=sys.stderr)
    return found


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", help="a database of the server to measure on (default: DATABASE_URL)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000], metavar="CASES")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=60, help="requests a round, operation and size")
    parser.add_argument("--only", default="", help="operations whose name holds this word")
    parser.add_argument("--keep", action="store_true", help="keep the databases, and use kept ones again")
    parser.add_argument(
        "--explain", action="store_true", help="also the queries of each operation, and the slowest one's plan"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of a table")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 where a bound does not hold."""
    options = parse(words)
    url = options.database_url or databases.database_url()
    operations = [operation for operation in OPERATIONS if options.only in operation.name]
    try:
        with ExitStack() as stack:
            filled = [seeded(url, cases, keep=options.keep) for cases in sorted(options.sizes)]
            sides = [Side(each, stack.enter_context(serving(each.url))) for each in filled]
            measure(sides, operations, rounds=options.rounds, requests=options.requests)
        rows = rows_of(sides, operations)
        if options.json:
            print(
                json.dumps(
                    [
                        {
                            "name": r.operation.name,
                            "cases": r.cases,
                            "p5_ms": r.p5,
                            "p50_ms": r.p50,
                            "p95_ms": r.p95,
                            "undisturbed_p50_ms": r.quiet,
                            "bytes": r.bytes,
                        }
                        for r in rows
                    ]
                )
            )
        else:
            print_table(rows)
        if options.explain:
            for operation in operations:
                plan_of(filled[-1], operation)
    finally:
        if not options.keep:
            for cases in options.sizes:
                databases.drop(url, f"{databases.PREFIX}{cases}")
    return int(any(row.broken for row in rows))


def plan_of(seeded: Seeded, operation: Operation) -> None:
    """Print the queries of an operation and the plan of its slowest one."""
    words = ["--method", operation.method, "--path", operation.path.format(ref=seeded.ref)]
    words += ["--token", seeded.token, "--session", seeded.session]
    if operation.body:
        words += ["--body", json.dumps(operation.body(0))]
    print(f"\n## {operation.name}\n{databases.run_python(seeded.url, 'bench/explain.py', *words)}", end="")


if __name__ == "__main__":
    sys.exit(main())
