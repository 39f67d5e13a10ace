"""A database in which all migrations have run, made once on a server; every other database of the tests is its copy.

Migrations take a quarter of a minute, since each of them has the models of its day built anew; a copy takes less than a
second. It is named by what the migrations say, and made by `manage.py migrate` as it is anywhere else.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT: Final = Path(__file__).resolve().parents[2]
PREFIX: Final = "zenrei_migrated_"
_LOCK: Final = 0x7A726D67  # held by who makes it, while others wait


def migrated_database(url: str) -> str:
    """Return the name of the database that holds all tables; made where the server at `url` has none."""
    name = PREFIX + _digest()
    with psycopg.connect(_beside(url, "postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        known = [
            row[0] for row in server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        ]
        if name not in known:
            for old in known:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            _make(server, url, name)
    return name


def _make(server: "psycopg.Connection[tuple[object, ...]]", url: str, name: str) -> None:
    """Make it under another name, so that one that is half made is never copied."""
    half = f"{PREFIX}half"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": _beside(url, half), "ZENREI_SECRET_KEY": "only for tests"},
        stdin=subprocess.DEVNULL,
        check=True,
    )
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name)))


def _digest() -> str:
    """Return what tells these migrations from any others."""
    digest = hashlib.sha256()
    for path in sorted(
        [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "requirements.lock"]
    ):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _beside(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
