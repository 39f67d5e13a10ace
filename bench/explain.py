"""The queries of one request, and the plan of the slowest: called by `bench/api.py --explain`."""

import argparse
from typing import Any

import django
from django.db import connection, transaction


def ask(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Do the request inside this process, past the network, and return its queries with their seconds."""
    from django.test import Client  # noqa: PLC0415  (settings come first)
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(headers={"Authorization": f"Token {options.token}"}, SERVER_NAME="localhost")
    client.cookies["sessionid"] = options.session
    with CaptureQueriesContext(connection) as captured:
        if options.body:
            client.post(options.path, options.body, content_type="application/json")
        else:
            client.get(options.path)
    return list(captured.captured_queries)


def plan(query: str) -> str:
    """Return how PostgreSQL ran a query; what it changes is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query.replace("%", "%%"), [])
        lines = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    return lines


def main() -> None:
    """Print the number of queries, their times, and the plan of the slowest."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("method", "path", "token", "session", "body"):
        parser.add_argument(f"--{name}")
    options = parser.parse_args()
    django.setup()
    ask(options)  # once for the caches
    queries = ask(options)
    print(f"{len(queries)} queries, {sum(float(each['time']) for each in queries) * 1000:.0f} ms")
    for each in queries:
        print(f"  {float(each['time']) * 1000:4.0f} ms  {each['sql'][:300]}")
    slowest = max(queries, key=lambda each: float(each["time"]))
    if slowest["sql"].lstrip().upper().startswith(("SELECT", "UPDATE", "INSERT")):
        print(plan(slowest["sql"]))


if __name__ == "__main__":
    main()
