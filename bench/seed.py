"""Fills an empty database with cases, the same ones every time: `python bench/seed.py --cases 100000`.

Prints what a client needs to be the measured person: a token, a session, the reference of a case to read.
"""

import argparse
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django
import psycopg
from django.core.management import call_command

SQL = Path(__file__).with_suffix(".sql")
EMAIL = "hanako@example.jp"


@dataclass(frozen=True, slots=True)
class Seeded:
    """A filled database, and how to be the measured person in it."""

    url: str
    cases: int
    token: str
    session: str
    ref: str
    seconds: float

    @classmethod
    def read(cls, text: str) -> "Seeded":
        """Return what another process printed."""
        return cls(**json.loads(text))


def find_person() -> dict[str, Any]:
    """Return the measured person, an operator of Mail Operations, with a new token and session; made where missing."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415  (settings come first)
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from accounts.models import Department, User  # noqa: PLC0415
    from accounts.services.departments import create_department, set_membership  # noqa: PLC0415
    from accounts.services.tokens import create_token  # noqa: PLC0415

    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        user = User.objects.create_user(EMAIL, None, name="Hanako")
        set_membership(user=user, department=create_department(name="Mail Operations", code="MAIL"), role="operator")
    _, token = create_token(user=user, name="benchmark", scope="write", days=30)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.sessions.PeopleBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    department = Department.objects.get(memberships__user=user)
    return {"user": user.pk, "department": department.pk, "token": token, "session": session.session_key}


def fill(connection: psycopg.Connection[Any], *, cases: int, user: int, department: int) -> None:
    """Insert everything in one transaction, and look whether it is what was asked for."""
    with connection.transaction():
        for name, value in (("cases", cases), ("user", user), ("department", department)):
            connection.execute("SELECT set_config(%s, %s, true)", [f"bench.{name}", str(value)])
        if connection.info.parameter_status("is_superuser") == "on":
            # What is inserted is consistent by construction (checked below): foreign keys need not be looked up.
            connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(SQL.read_text(encoding="utf-8").encode())
    check(connection, cases=cases)
    connection.execute("VACUUM (ANALYZE)")


def case_to_read(connection: psycopg.Connection[Any], department: int) -> str:
    """Return the reference of a case in the middle of the department's."""
    row = connection.execute(
        "SELECT ref FROM tickets_case WHERE department_id = %(department)s ORDER BY opened_at"
        " OFFSET (SELECT count(*) / 2 FROM tickets_case WHERE department_id = %(department)s) LIMIT 1",
        {"department": department},
    ).fetchone()
    if row is None:
        raise RuntimeError("There is no case to read.")
    return str(row[0])


def check(connection: psycopg.Connection[Any], *, cases: int) -> None:
    """Hold the rows against what was asked for and against the rules that the triggers would have kept."""
    asked = {
        "cases": ("SELECT count(*) FROM tickets_case", cases),
        "entries": ("SELECT count(*) FROM tickets_timelineentry", 10 * cases),
        "wrong audiences": (
            "SELECT count(*) FROM tickets_case WHERE audience <> tickets_case_audience(id, department_id)",
            0,
        ),
    }
    for name, (query, wanted) in asked.items():
        row = connection.execute(query.encode()).fetchone()
        if row is None or row[0] != wanted:
            raise RuntimeError(f"{name}: {row}, not {wanted}")


def seed(url: str, cases: int, *, again: bool) -> Seeded:
    """Migrate and fill the empty database at `url`, which must be the one that the settings name."""
    if cases < 2 or cases % 2:
        raise ValueError("An even number of cases, so that the entries are ten times as many.")
    began = time.monotonic()
    django.setup()
    call_command("migrate", verbosity=0)
    person = find_person()
    with psycopg.connect(url, autocommit=True) as connection:
        if not again:
            fill(connection, cases=cases, user=person["user"], department=person["department"])
        ref = case_to_read(connection, person["department"])
    return Seeded(url, cases, person["token"], person["session"], ref, round(time.monotonic() - began, 1))


def main() -> None:
    """Fill the database that DATABASE_URL (or --database-url) names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database-url", default=os.environ.get("DATABASE_URL"), help="an empty database (default: DATABASE_URL)"
    )
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--again", action="store_true", help="it is filled already: only a new token and session")
    options = parser.parse_args()
    if not options.database_url:
        parser.error("name an empty database by --database-url or DATABASE_URL")
    os.environ["DATABASE_URL"] = options.database_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    print(json.dumps(asdict(seed(options.database_url, options.cases, again=options.again))))


if __name__ == "__main__":
    main()
