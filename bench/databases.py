"""Databases of the benchmark's own, next to the one that DATABASE_URL names; they are made and dropped here."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

REPO = Path(__file__).resolve().parent.parent
PREFIX = "zenrei_bench_"


def database_url() -> str:
    """Return the address of the server to measure on, or stop with the way to get one."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        sys.exit(
            "DATABASE_URL is not set: `python3 run.py exec python bench/…` sets it; or name a server by --database-url."
        )
    return url


def beside(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def exists(url: str, name: str) -> bool:
    """Say whether the server has a database of this name."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def create(url: str, name: str) -> str:
    """Make a database in place of one of the same name, and return its address.

    It is empty, or a copy of the one that ZENREI_MIGRATED names, as in tests: to make all tables takes a while.
    """
    drop(url, name)
    like = sql.Identifier(os.environ.get("ZENREI_MIGRATED", "template1"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), like))
    return beside(url, name)


def drop(url: str, name: str) -> None:
    """Take a database of the benchmark away, and whoever is still connected to it."""
    if not name.startswith(PREFIX):
        raise ValueError(f"{name!r} is no database of the benchmark.")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def temporary(url: str, name: str) -> Iterator[str]:
    """Give an empty database for a while."""
    try:
        yield create(url, name)
    finally:
        drop(url, name)


def environment(url: str, **more: str) -> dict[str, str]:
    """Return the environment of a program of ours that works on the database at `url`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"ZENREI_DEBUG", "ZENREI_EMBEDDED", "DATABASE_URL_FILE"}
    }
    made = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(REPO)}
    if not {"ZENREI_SECRET_KEY", "ZENREI_SECRET_KEY_FILE"} & set(kept):
        made["ZENREI_SECRET_KEY"] = "only for the benchmark"
    return kept | made | more


def run_python(url: str, *words: str, python: str = sys.executable, given: str | None = None) -> str:
    """Run a Python program on the database at `url`, `given` on its standard input, and return what it prints."""
    command = [python, *words]
    done = subprocess.run(
        command,
        cwd=REPO,
        env=environment(url),
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout
