"""The role of web and workers reads and writes rows; what keeps history is beyond its reach."""

import psycopg
import pytest
from psycopg import errors

from tests.containers.stack import Stack

REFUSED = {
    "drop a history trigger": "DROP TRIGGER timeline_is_kept ON tickets_timelineentry",
    "disable a history trigger": "ALTER TABLE tickets_timelineentry DISABLE TRIGGER timeline_is_kept",
    "disable all triggers": "ALTER TABLE tickets_custodyentry DISABLE TRIGGER ALL",
    "add a trigger": (
        "CREATE TRIGGER mine BEFORE INSERT ON tickets_case FOR EACH ROW EXECUTE FUNCTION tickets_case_set_audience()"
    ),
    "sleep past triggers": "SET session_replication_role = replica",
    "replace what a trigger does": (
        "CREATE OR REPLACE FUNCTION zenrei_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ),
    "drop what a trigger does": "DROP FUNCTION zenrei_refuse_change() CASCADE",
    "alter a table": "ALTER TABLE tickets_case ADD COLUMN mine text",
    "drop a constraint": "ALTER TABLE tickets_case DROP CONSTRAINT case_kind_is_known",
    "drop a table": "DROP TABLE tickets_custodyentry",
    "empty a table": "TRUNCATE tickets_timelineentry",
    "make a table": "CREATE TABLE mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "make a temporary table": "CREATE TEMPORARY TABLE mine (id int)",
    "drop the extension": "DROP EXTENSION pg_trgm",
    "become the owner": "SET ROLE zenrei_owner",
    "read the server's files": "COPY tickets_case FROM '/etc/passwd'",
    "run a program": "COPY tickets_case TO PROGRAM 'true'",
    "make a role": "CREATE ROLE mine",
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_the_web_role_cannot(what: str, stack: Stack) -> None:
    with stack.connect() as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(REFUSED[what].encode())


def test_the_web_role_owns_nothing(stack: Stack) -> None:
    with stack.connect() as connection:
        owners = connection.execute(
            "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchall()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert owners == [("zenrei_owner",)]
    assert tables is not None
    assert tables[0] > 20


def test_the_web_role_reads_and_writes_every_table(stack: Stack) -> None:
    with stack.connect() as connection:
        missing = connection.execute(
            "SELECT tablename, right_ FROM pg_tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS right_"
            " WHERE schemaname = 'public' AND NOT has_table_privilege('public.' || quote_ident(tablename), right_)"
        ).fetchall()
    assert missing == []


def test_neither_role_is_a_superuser(stack: Stack) -> None:
    for url in ("database_url", "owner_database_url"):
        with stack.connect(url) as connection:
            assert connection.info.parameter_status("is_superuser") == "off"


def test_a_wrong_password_is_refused(stack: Stack) -> None:
    url = stack.secret("database_url").replace(stack.secret("web_password"), "guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_japanese_text_is_found_by_its_parts(stack: Stack) -> None:
    with stack.connect() as connection:
        row = connection.execute("SELECT similarity('メール配送サービス', 'メール配送'), lower('ＡＢＣÄ')").fetchone()
    assert row is not None
    assert row[0] > 0.4
    assert row[1] == "ａｂｃä"


def test_the_cluster_has_its_own_locale_and_checksums(stack: Stack) -> None:
    with stack.connect() as connection:
        row = connection.execute(
            "SELECT datlocprovider, datlocale, datctype,"
            " current_setting('data_checksums'), current_setting('shared_buffers')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("b", "C.UTF-8", "C.UTF-8", "on", "256MB")
