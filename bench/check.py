"""How long the upgrade check takes over much knowledge: `python3 run.py exec python bench/check.py`.

50,000 issues with 200,000 affected spans, 5,000 releases. Measured are the statement that finds what a move may list,
alone, and the API by one client through the real web server. docs/benchmarks.md says what the rows mean.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import psycopg
from psycopg.types.string import TextLoader

from bench import databases
from bench.knowledge import PRODUCTS, VERSIONS
from bench.machine import own_pace, pace, undisturbed
from bench.server import Answer, Client, Server, serving

NAME = f"{databases.PREFIX}knowledge"
COUNTS = "SELECT (SELECT count(*) FROM kb_knownissue), (SELECT count(*) FROM kb_release)"
SPANS = "SELECT sum(jsonb_array_length(pieces::jsonb->'known'->'affected')) FROM kb_issuespans"
WARM_UP = 30
HITS = (45, 55)
ENOUGH_MOVES = 20
STATEMENTS = """
import json, sys
import django
django.setup()
from kb.models import Product
from kb.queries.candidates import statement_of
from kb.queries.upgrade_check import ask
for product, start, target in json.load(sys.stdin):
    asked = ask(Product.objects.get(slug=product), start, target)
    print(json.dumps(statement_of(asked.product, asked.question)))
"""


def questions(count: int) -> list[tuple[str, str, str]]:
    """Return moves over all products, up and down."""
    chance = random.Random(11)
    pairs = (chance.sample(VERSIONS, 2) for _ in range(count))
    return [(f"box-{chance.randrange(PRODUCTS)}", start, target) for start, target in pairs]


def measured(work: Callable[[int], float], count: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds that each call says, after some that are not counted; and the machine's pace before."""
    found, paces = [], []
    for number in range(-WARM_UP, count):
        taken = pace()
        seconds = work(number % count)
        if number >= 0:
            found.append(seconds * 1000)
            paces.append(taken)
    return found, paces


def with_fifty_hits(client: Client, moves: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the moves that bring 45 to 55 issues, and stop where they are too few to measure."""
    found = [move for move in moves if HITS[0] <= hits_of(ask(client, move)) <= HITS[1]]
    if len(found) < ENOUGH_MOVES:
        sys.exit(f"Only {len(found)} moves bring {HITS[0]} to {HITS[1]} issues: ask for more requests.")
    return found


def row(name: str, best: float, all_: tuple[list[float], list[float]], bound: float, more: str = "") -> bool:
    """Print a row, and say whether the bound holds at the 95th percentile of what was measured undisturbed."""
    values, paces = all_
    quiet = undisturbed(values, paces, best) or values
    p95 = percentile(quiet, 0.95)
    holds = p95 <= bound
    cells = [name, f"{statistics.median(values):.1f}", f"{percentile(values, 0.95):.1f}"]
    cells += [f"{statistics.median(quiet):.1f}", f"{p95:.1f}", f"{bound:g}", "yes" if holds else "NO", more]
    print(f"| {' | '.join(cells)} |")
    return holds


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return sorted(values)[int(len(values) * share)]


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", help="a database of the server to measure on (default: DATABASE_URL)")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--keep", action="store_true", help="keep the database, and use a kept one again")
    options = parser.parse_args(words)
    server = options.database_url or databases.database_url()
    kept = options.keep and databases.exists(server, NAME)
    url = databases.beside(server, NAME) if kept else databases.create(server, NAME)
    try:
        token = json.loads(databases.run_python(url, "bench/knowledge.py", *(["--again"] if kept else [])))["token"]
        return int(not all(measure(url, token, options.requests)))
    finally:
        if not options.keep:
            databases.drop(server, NAME)


def measure(url: str, token: str, count: int) -> list[bool]:
    """Print the table, and return which bounds hold."""
    moves = questions(count)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.adapters.register_loader("jsonb", TextLoader)  # as Django does it
        issues, releases = connection.execute(COUNTS).fetchone() or (0, 0)
        (spans,) = connection.execute(SPANS).fetchone() or (0,)
        print(f"{issues:,} issues, {spans:,} affected spans, {releases:,} releases\n")
        lines = databases.run_python(url, "-c", STATEMENTS, given=json.dumps(moves)).splitlines()
        statements = [json.loads(line) for line in lines]
        found = [0] * count

        def run(number: int) -> float:
            sql, values = statements[number]
            began = time.perf_counter()
            found[number] = len(connection.execute(sql, values, prepare=True).fetchall())  # as common.rows asks it
            return time.perf_counter() - began

        alone = measured(run, count)
    with serving(url) as web:
        client = web.client({"Authorization": f"Token {token}"})
        cold = first_times(web, token)
        fifty = with_fifty_hits(client, moves)
        items = statistics.median(len(json.loads(ask(client, move).body)["items"]) for move in fifty)
        checks = measured(lambda n: ask(client, fifty[n % len(fifty)]).seconds, count)
        lists = measured(lambda n: listed(client, moves[n]), count)
        client.close()
    best = own_pace([*alone[1], *checks[1], *lists[1]])
    print("| | p50 ms | p95 ms | undisturbed p50 | p95 | bound | holds | |\n|" + " --- |" * 8)
    more = f"50 hits among {items:g} items; the first time after a change {cold:.0f} ms"
    return [
        row("the statement", best, alone, 5, f"{statistics.median(found):g} rows"),
        row("the check, by the API", best, checks, 25, more),
        row("issues of a release, by the API", best, lists, 12),
    ]


def first_times(web: Server, token: str) -> float:
    """Ask about every product, by connections enough to meet each web process; return the median of the first times."""
    times = []
    for number in range(PRODUCTS):
        for turn in range(6):
            client = web.client({"Authorization": f"Token {token}"})
            began = time.perf_counter()
            ask(client, (f"box-{number}", VERSIONS[3], VERSIONS[-3]))
            times += [(time.perf_counter() - began) * 1000] if turn == 0 else []
            client.close()
    return statistics.median(times)


def ask(client: Client, move: tuple[str, str, str]) -> Answer:
    """Ask what a move would bring."""
    product, start, target = move
    return answered(client, f"/api/v1/upgrade-check/?product={product}&from={start}&to={target}")


def hits_of(answer: Answer) -> int:
    """Return how many issues a move brings."""
    return sum(item["is_hit"] for item in json.loads(answer.body)["items"])


def listed(client: Client, move: tuple[str, str, str]) -> float:
    """Ask for the issues that are there at a release, and return the seconds."""
    return answered(client, f"/api/v1/issues/?product={move[0]}&affects={move[2]}&page_size=50").seconds


def answered(client: Client, path: str) -> Answer:
    """Return an answer, or stop where it is none."""
    answer = client.ask("GET", path)
    if answer.status != 200:
        sys.exit(f"{answer.status}: {answer.body[:600].decode(errors='replace')}")
    return answer


if __name__ == "__main__":
    sys.exit(main())
