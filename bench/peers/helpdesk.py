"""django-helpdesk beside Zenrei: the lists of both APIs, asked by turns in one run.

python3 -m venv /tmp/helpdesk && /tmp/helpdesk/bin/pip install django-helpdesk gunicorn 'psycopg[binary]'
python3 run.py exec python bench/peers/helpdesk.py --python /tmp/helpdesk/bin/python
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from bench import databases
from bench.api import percentile, seeded
from bench.server import Client, serving

SITE = "bench.peers.helpdesk_site"


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help="the Python of a venv with django-helpdesk and gunicorn")
    parser.add_argument("--database-url", help="a database of the server to measure on (default: DATABASE_URL)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], metavar="CASES")
    parser.add_argument("--requests", type=int, default=15)
    options = parser.parse_args(words)
    url = options.database_url or databases.database_url()
    print("| cases | list of 50 | p50 ms | p95 ms |\n| --- | --- | --- | --- |")
    for size in options.sizes:
        compare(url, size, python=options.python, requests=options.requests)
    return 0


def compare(url: str, size: int, *, python: str, requests: int) -> None:
    """Measure both at one size."""
    name = f"{databases.PREFIX}helpdesk_{size}"
    with ExitStack() as stack:
        theirs = stack.enter_context(databases.temporary(url, name))
        token = databases.run_python(theirs, "-m", "bench.peers.helpdesk_seed", str(size), python=python).strip()
        ours = seeded(url, size, keep=False)
        stack.callback(databases.drop, url, f"{databases.PREFIX}{size}")
        application = ["django.core.wsgi:get_wsgi_application()", "--worker-class", "gthread", "--threads", "4"]
        peer = stack.enter_context(
            serving(theirs, python=python, application=application, ready="/api/", DJANGO_SETTINGS_MODULE=SITE)
        )
        server = stack.enter_context(serving(ours.url))
        sides = {
            "django-helpdesk": (peer.client({"Authorization": f"Token {token}"}), "/api/tickets/?page_size=50"),
            "Zenrei": (server.client({"Authorization": f"Token {ours.token}"}), "/api/v1/cases/?page_size=50"),
        }
        measured: dict[str, list[float]] = {who: [] for who in sides}
        for turn in range(-2, requests):
            for who, (client, path) in sides.items():
                seconds = timed(client, path)
                if turn >= 0:
                    measured[who].append(seconds * 1000)
    for who, values in measured.items():
        print(f"| {size:,} | {who} | {statistics.median(values):,.0f} | {percentile(values, 0.95):,.0f} |", flush=True)


def timed(client: Client, path: str) -> float:
    """Read a list once and return its seconds."""
    answer = client.ask("GET", path)
    if answer.status != 200 or b'"results"' not in answer.body:
        sys.exit(f"{path} gave {answer.status}: {answer.body[:600].decode(errors='replace')}")
    return answer.seconds


if __name__ == "__main__":
    sys.exit(main())
