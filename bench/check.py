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
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from bench import databases
from bench.knowledge import PRODUCTS, VERSIONS
from bench.server import Client, Server, serving

NAME = f"{databases.PREFIX}knowledge"
COUNTS = "SELECT (SELECT count(*) FROM kb_knownissue), (SELECT count(*) FROM kb_release)"
SPANS = "SELECT sum(jsonb_array_length(pieces::jsonb->'known'->'affected')) FROM kb_issuespans"
WARM_UP = 30
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


def measured(work: Callable[[int], Any], count: int) -> list[float]:
    """Return the milliseconds of each call, after some that are not counted."""
    found = []
    for number in range(-WARM_UP, count):
        began = time.perf_counter()
        work(number % count)
        if number >= 0:
            found.append((time.perf_counter() - began) * 1000)
    return found


def row(name: str, values: Sequence[float], bound: float, more: str = "") -> bool:
    """Print a row, and say whether the bound holds at the 95th percentile."""
    p95 = sorted(values)[int(len(values) * 0.95)]
    holds = p95 <= bound
    print(f"| {name} | {statistics.median(values):.1f} | {p95:.1f} | {bound:g} | {'yes' if holds else 'NO'} | {more} |")
    return holds


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
        print("| | p50 ms | p95 ms | bound | holds | |\n| --- | --- | --- | --- | --- | --- |")
        lines = databases.run_python(url, "-c", STATEMENTS, given=json.dumps(moves)).splitlines()
        statements = [json.loads(line) for line in lines]
        found = [0] * count

        def run(number: int) -> None:
            sql, values = statements[number]
            found[number] = len(connection.execute(sql, values, prepare=True).fetchall())  # as common.rows asks it

        held = [row("the statement", measured(run, count), 5, f"{statistics.median(found):g} rows")]
    with serving(url) as web:
        client = web.client({"Authorization": f"Token {token}"})
        sizes: list[int] = []
        cold = first_times(web, token)
        held.append(row("the check, by the API", measured(lambda n: sizes.append(check(client, moves[n])), count), 25))
        print(f"| | | | | | {statistics.median(sizes):g} items; the first time after a change {cold:.0f} ms |")
        held.append(row("issues of a release, by the API", measured(lambda n: listed(client, moves[n]), count), 12))
        client.close()
    return held


def first_times(web: Server, token: str) -> float:
    """Ask about every product, by connections enough to meet each web process; return the median of the first times."""
    times = []
    for number in range(PRODUCTS):
        for turn in range(6):
            client = web.client({"Authorization": f"Token {token}"})
            began = time.perf_counter()
            check(client, (f"box-{number}", VERSIONS[3], VERSIONS[-3]))
            times += [(time.perf_counter() - began) * 1000] if turn == 0 else []
            client.close()
    return statistics.median(times)


def check(client: Client, move: tuple[str, str, str]) -> int:
    """Ask what a move would bring, and return how many items it has."""
    product, start, target = move
    answer = client.ask("GET", f"/api/v1/upgrade-check/?product={product}&from={start}&to={target}")
    if answer.status != 200:
        sys.exit(f"{answer.status}: {answer.body[:600].decode(errors='replace')}")
    return len(json.loads(answer.body)["items"])


def listed(client: Client, move: tuple[str, str, str]) -> None:
    """Ask for the issues that are there at a release."""
    answer = client.ask("GET", f"/api/v1/issues/?product={move[0]}&affects={move[2]}&page_size=50")
    if answer.status != 200:
        sys.exit(f"{answer.status}: {answer.body[:600].decode(errors='replace')}")


if __name__ == "__main__":
    sys.exit(main())
