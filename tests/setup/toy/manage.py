"""Stands in for the application's commands: a table, a log-in shown once, and a way to look around."""

import os
import sys
import time
from pathlib import Path

import psycopg


def migrate() -> None:
    """Make the one table there is."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("CREATE TABLE IF NOT EXISTS thing (name text PRIMARY KEY)")


def first_run() -> None:
    """Print a log-in the first time, and leave a token."""
    token = Path(os.environ["ZENREI_DATA"], "token")
    if not token.exists():
        token.write_text("a token")
        print("log in as alice", *sys.argv[2:], flush=True)


def add() -> None:
    """Add things by name."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for name in sys.argv[2:]:
            connection.execute("INSERT INTO thing VALUES (%s)", [name])


def things() -> None:
    """Print the names of all things."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        print(*[name for (name,) in connection.execute("SELECT name FROM thing ORDER BY 1")])


def show() -> None:
    """Print the environment."""
    for name, value in sorted(os.environ.items()):
        print(f"{name}={value}")


def wait() -> None:
    """Use the database for some seconds."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        print("waiting", flush=True)
        time.sleep(float(sys.argv[2]))
        connection.execute("SELECT 1")
    print("waited", flush=True)


def leave() -> None:
    """Exit with a code."""
    sys.exit(int(sys.argv[2]))


if __name__ == "__main__":
    globals()[sys.argv[1]]()
