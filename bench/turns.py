"""Whose turn it is in a long case, over the API and on its page: `python3 run.py exec python bench/turns.py`.

One case of 2,000 entries over two years: asks, answers, promises, claims, messages and notes in two legs, every
twentieth a correction, a tenth known to the day alone. Beside it 2,000 open cases of ten entries each, listed by whose
turn it is: what the list costs, and what it costs to look through all of them. Asked by one client that keeps its
connection, of the real web server. Ends with 1 where a bound does not hold.
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple

import psycopg

from bench import databases
from bench.api import percentile
from bench.machine import own_pace, pace, undisturbed
from bench.seed import Seeded
from bench.server import Client, serving

ENTRIES = 2_000
CASES = 2_000
WARM_UP = 20
NAME = f"{databases.PREFIX}turns"

FILL = """
WITH found AS (
    SELECT id AS case_id, created_by_id AS author FROM tickets_case WHERE ref = %(ref)s
), sides AS (
    SELECT array_agg(party_id) AS ids FROM (
        SELECT party_id FROM tickets_caseparty WHERE case_id = (SELECT case_id FROM found) ORDER BY position LIMIT 2
    ) AS two
), us AS (
    SELECT id FROM kb_party WHERE slug = 'us'
)
INSERT INTO tickets_timelineentry (public_id, case_id, kind, happened_at, precision, recorded_at, author_id,
    from_party_id, to_party_id, text, due_at, state, replaces_id)
SELECT gen_random_uuid(), case_id,
    (ARRAY['ask', 'message', 'answer', 'note', 'promise', 'call', 'claim', 'ask', 'answer', 'message'])[1 + n %% 10],
    now() - interval '730 days' + n * interval '520 minutes', CASE WHEN n %% 10 = 3 THEN 'day' ELSE 'minute' END,
    now(), author,
    CASE WHEN n %% 4 < 2 THEN us.id ELSE sides.ids[1 + (n / 4) %% cardinality(sides.ids)] END,
    CASE WHEN n %% 4 < 2 THEN sides.ids[1 + (n / 4) %% cardinality(sides.ids)] ELSE us.id END,
    'Entry ' || n || ': was the order of the checks changed?',
    CASE WHEN n %% 7 = 0 THEN now() - interval '725 days' + n * interval '520 minutes' END, '', NULL
FROM generate_series(1, %(entries)s) AS n, found, sides, us
"""
CORRECT = """
INSERT INTO tickets_timelineentry (public_id, case_id, kind, happened_at, precision, recorded_at, author_id,
    from_party_id, to_party_id, text, due_at, state, replaces_id)
SELECT gen_random_uuid(), case_id, kind, happened_at - interval '3 hours', precision, now(), author_id, from_party_id,
    to_party_id, text, due_at, '', id
FROM tickets_timelineentry
WHERE case_id = (SELECT id FROM tickets_case WHERE ref = %(ref)s) AND author_id IS NOT NULL AND id %% 19 = 0
"""
OPEN = "UPDATE tickets_case SET state = 'open'"


class Asked(NamedTuple):
    """Something that is asked, and within how many milliseconds it has to be there; None: nobody said."""

    name: str
    path: str
    allowed: float | None
    as_page: bool


ASKED = (
    Asked("turns/", "/api/v1/cases/{ref}/turns/", 30, as_page=False),
    Asked("page of the case", "/cases/{ref}/", 150, as_page=True),
    Asked("page of the list", "/cases/", None, as_page=True),
    Asked("page of our turns", "/cases/?holder=us&order=due", None, as_page=True),
    Asked("list of 50 with turns", "/api/v1/cases/?turns=true", None, as_page=False),
    Asked("list of what a party holds", "/api/v1/cases/?holder=vendor-1", None, as_page=False),
    Asked("list of what is overdue", "/api/v1/cases/?overdue=true&ordering=due", None, as_page=False),
)


def fill(seeded: Seeded, entries: int) -> int:
    """Write the timeline of the case to read; return how many entries it has."""
    with psycopg.connect(seeded.url, autocommit=True) as connection:
        connection.execute(OPEN)
        connection.execute(FILL.encode(), {"ref": seeded.ref, "entries": entries - entries // 20})
        connection.execute(CORRECT.encode(), {"ref": seeded.ref})
        connection.execute("VACUUM ANALYZE tickets_timelineentry")
        connection.execute("VACUUM ANALYZE tickets_case")
        row = connection.execute(
            "SELECT count(*) FROM tickets_timelineentry JOIN tickets_case ON tickets_case.id = case_id WHERE ref = %s",
            [seeded.ref],
        ).fetchone()
    return int(row[0]) if row else 0


def measure(client: Client, path: str, requests: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each request, and the machine's pace before each."""
    taken, paces = [], []
    for turn in range(-WARM_UP, requests):
        now = pace()
        answer = client.ask("GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
        if turn >= 0:
            taken.append(answer.seconds * 1000)
            paces.append(now)
    return taken, paces


def told(asked: Asked, taken: Sequence[float], paces: Sequence[float]) -> bool:
    """Print what was measured, and return whether its bound holds: for a page at the 95th percentile."""
    quiet = undisturbed(taken, paces, own_pace(paces)) or taken
    held = percentile(quiet, 0.95) if asked.as_page else statistics.median(quiet)
    holds = asked.allowed is None or held <= asked.allowed
    bound = "–" if asked.allowed is None else f"{asked.allowed:g} ms{' (95th percentile)' if asked.as_page else ''}"
    print(
        f"| {asked.name} | {statistics.median(taken):.1f} ({percentile(taken, 0.05):.1f}–{percentile(taken, 0.95):.1f})"
        f" | {held:.1f} | {bound} | {'–' if asked.allowed is None else 'yes' if holds else 'no'} |"
    )
    return holds


def main(words: Sequence[str] | None = None) -> int:
    """Fill a database, serve it, ask, and say whether the bounds hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default=None)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args(words)
    server = options.database_url or databases.database_url()
    broken = 0
    with databases.temporary(server, NAME) as url:
        seeded = Seeded.read(databases.run_python(url, "bench/seed.py", "--cases", str(options.cases)))
        print(f"a case of {fill(seeded, options.entries):,} entries, beside {options.cases:,} open cases")
        print(
            "| | median (5th to 95th percentile), ms | undisturbed | bound | holds |\n| --- | --- | --- | --- | --- |"
        )
        with serving(url) as running:
            for asked in ASKED:
                headers = (
                    {"Cookie": f"sessionid={seeded.session}"}
                    if asked.as_page
                    else {"Authorization": f"Token {seeded.token}"}
                )
                client = running.client(headers)
                taken, paces = measure(client, asked.path.format(ref=seeded.ref), options.requests)
                client.close()
                broken += not told(asked, taken, paces)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
