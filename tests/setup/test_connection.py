"""PostgreSQL's programs find the database, and nobody reads its password off their command lines."""

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from config.backup import dump_database
from config.connection import connection_of

FAKE = """#!/bin/sh
echo "$@" > {folder}/words
env > {folder}/variables
"""


def test_the_password_is_in_the_environment_alone() -> None:
    name, told = connection_of("postgres://zenrei:p%40ss%20word@db.example.jp:5433/cases?sslmode=require&keepalives=0")
    assert name == "dbname=cases keepalives=0"
    assert told == {
        "PGUSER": "zenrei",
        "PGPASSWORD": "p@ss word",
        "PGHOST": "db.example.jp",
        "PGPORT": "5433",
        "PGDATABASE": "cases",
        "PGSSLMODE": "require",
    }


@pytest.mark.parametrize("url", ["postgres://zenrei@%2Fvar%2Frun/cases", "postgres:///cases?host=/var/run&user=zenrei"])
def test_a_socket_folder_is_a_host(url: str) -> None:
    assert connection_of(url) == ("dbname=cases", {"PGUSER": "zenrei", "PGHOST": "/var/run", "PGDATABASE": "cases"})


def test_a_url_that_leaves_things_out_leaves_them_to_libpq() -> None:
    assert connection_of("postgres://") == ("", {})


def test_a_dump_is_told_the_password_but_not_on_its_command_line(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres").touch()
    (tmp_path / "pg_dump").write_text(FAKE.format(folder=tmp_path))
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    to = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
    dump_database(
        f"postgres://{to['USER']}:s3cret@{to['HOST']}:{to['PORT']}/{to['NAME']}", tmp_path / "dump", tmp_path / "heads"
    )
    words, variables = (tmp_path / "words").read_text(), (tmp_path / "variables").read_text().split("\n")
    assert "s3cret" not in words
    assert "--snapshot=" in words
    assert "PGPASSWORD=s3cret" in variables
    assert f"PGHOST={connection.settings_dict['HOST']}" in variables
    assert not os.environ.get("PGPASSWORD")
