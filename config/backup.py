"""Writes a backup into an open file.

`python -m config.backup DATA DESCRIPTOR`, with the database's URL in the environment.

The database is dumped first, the blobs after it: a blob is in the store before its row, and is never
rewritten, so every blob that the dump names is in.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.archive import DUMP, EVIDENCE_BROKEN, SECRET_KEY, TOKEN, Member, Writer
from config.connection import connection_of
from config.embedded_postgres import binaries
from config.instance import HEADS, DataFolder
from config.refusal import Refusal, say
from config.services import REPO

_NOT_YET_BLOBS = "incoming"


def version() -> str:
    """Return the version of this source tree."""
    with (REPO / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def evidence_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every blob with its name in a backup; what is still being written is none yet."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] != _NOT_YET_BLOBS and path.is_file() and not path.is_symlink():
            yield f"evidence/{name.as_posix()}", path


def count_rows(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """Return the number of rows of every table, as this transaction sees it."""
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    ).fetchall()
    counts: dict[str, int] = {}
    for schema, table in tables:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        row = connection.execute(count).fetchone()
        counts[f"{schema}.{table}"] = row[0] if row else 0
    return counts


@contextmanager
def no_heads_published(file: Path) -> Iterator[Callable[[], bytes]]:
    """Hold the file of published heads against its writers; gives what reads it as it is then.

    The file is made where there is none, or its first heads could leave the database before the snapshot is taken.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield held.read


def dump_database(url: str, target: Path, heads: Path) -> tuple[dict[str, Any], bytes]:
    """Write a dump of the database; return what it holds, and the published heads: all of the same moment.

    Heads that are ahead of the restored chains would read as if the chains had been cut off.
    """
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with no_heads_published(heads) as read:
            row = connection.execute("SELECT pg_export_snapshot(), current_setting('server_version')").fetchone()
            published = read()
        assert row is not None  # noqa: S101  (such a query has a row)
        command = [
            str(binaries() / "pg_dump"),
            "--format=custom",
            "--compress=none",
            "--no-owner",
            "--no-privileges",
        ]
        name, told = connection_of(url)
        command += [f"--snapshot={row[0]}", f"--file={target}", f"--dbname={name}"]
        result = subprocess.run(
            command, env=os.environ | told, capture_output=True, text=True, errors="replace", check=False
        )
        if result.returncode != 0:
            raise Refusal(f"pg_dump failed:\n{result.stderr.strip()}", exit_code=1)
        held = {"postgres": row[1], "tables": count_rows(connection), "blobs": named_blobs(connection)}
        return held, published


def named_blobs(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the SHA-256 of every blob that a row names."""
    known = connection.execute("SELECT to_regclass('tickets_blob')").fetchone()
    if known is None or known[0] is None:
        return []
    return [str(row[0]) for row in connection.execute("SELECT sha256 FROM tickets_blob ORDER BY sha256")]


def broken_blobs(named: Sequence[str], members: Sequence[Member]) -> list[str]:
    """Return what is wrong with the store, in words: blobs that rows name and are gone, or that rotted."""
    stored = {"".join(Path(member.name).parts[1:]): member for member in members if member.name.startswith("evidence/")}
    missing = [f"{name} is missing" for name in named if name not in stored]
    rotten = [f"{name} no longer has its hash" for name in named if name in stored and stored[name].sha256 != name]
    return missing + rotten


def write_backup(folder: DataFolder, url: str, descriptor: int) -> list[str]:
    """Write a backup of the data folder into an open file; return what is wrong with the evidence in it."""
    temporary = Path(tempfile.mkdtemp(prefix="backup-", dir=folder.cache))
    try:
        database, published = dump_database(url, temporary / DUMP, folder.heads)
        about = {"version": version(), "created": datetime.now(UTC).isoformat(timespec="seconds")}
        with os.fdopen(descriptor, "wb", closefd=False) as stream:
            writer = Writer(stream, about)
            writer.add_file(DUMP, temporary / DUMP)
            for name, path in ((SECRET_KEY, folder.secret_key), (TOKEN, folder.token)):
                if path.exists():
                    writer.add_file(name, path)
            if published:
                writer.add_bytes(HEADS, published)
            for name, path in evidence_files(folder.evidence):
                writer.add_file(name, path)
            named = database.pop("blobs")
            writer.finish(database)
            return broken_blobs(named, writer.members)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def main(words: list[str]) -> int:
    """Read the command line and write the backup."""
    data, descriptor = words
    try:
        broken = write_backup(DataFolder(Path(data)), os.environ["DATABASE_URL"], int(descriptor))
    except Refusal as refusal:
        say(str(refusal))
        return refusal.exit_code
    except (OSError, psycopg.Error) as error:
        say(f"the backup could not be written: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    for what in broken:
        say(f"evidence {what}: an older backup may still have it.")
    return EVIDENCE_BROKEN if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
