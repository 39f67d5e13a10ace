"""What every test may use: three people, a data folder of its own, and a database whose history may be emptied.

Alice is an operator of Mail Operations and owns what the tests make. Bob is a reader in the same department. Charlie
is an operator of Network Services: a stranger to Alice's cases.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.signals import setting_changed
from django.db import connection, connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.test.client import ClientHandler
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import Department, Role, User
from accounts.principal import Principal, principal_of
from accounts.services.departments import create_department, set_membership
from accounts.services.tokens import create_token
from kb.models import US, Party, PartyKind
from tests.support.migrated import migrated_database

PASSWORD = "correct horse battery staple"
US_ID = 1  # as migrations make it
_flush = DatabaseOperations.execute_sql_flush


def _flush_history(self: DatabaseOperations, sql_list: Iterable[str]) -> None:
    """Empty the tables between transactional tests, past the triggers that keep history; then make `us` anew."""
    with self.connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            _flush(self, sql_list)
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
    Party.objects.get_or_create(slug=US, defaults={"id": US_ID, "name": "We", "kind": PartyKind.US})


DatabaseOperations.execute_sql_flush = _flush_history  # type: ignore[method-assign, assignment]

_load_middleware = ClientHandler.load_middleware
_loaded: dict[bool, ClientHandler] = {}


def _load_middleware_once(self: ClientHandler, is_async: bool = False) -> None:
    """Give each client the chain of the first: every one would list all static files anew, for as long as a request."""
    if is_async not in _loaded:
        _load_middleware(self, is_async)
        _loaded[is_async] = self
    vars(self).update({name: value for name, value in vars(_loaded[is_async]).items() if "middleware" in name})


def _load_middleware_again(*, setting: str, **_: Any) -> None:
    """Forget the chain where a test changes what it may be made of: anything but its folders."""
    if not setting.endswith("_DIR"):
        _loaded.clear()


ClientHandler.load_middleware = _load_middleware_once  # type: ignore[method-assign, assignment]
setting_changed.connect(_load_middleware_again)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy the test database from one that holds all tables."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated_database(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the test database; at the end, cut what servers and threads left connected, so that it can be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    """Give each test a data folder of its own."""
    settings.DATA_DIR = tmp_path
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.SCRATCH_DIR = tmp_path / "scratch"
    return tmp_path


@dataclass(frozen=True)
class Person:
    """Somebody who uses the product: by browser (`client`) and by token (`api`)."""

    user: User
    department: Department
    token: str

    @property
    def principal(self) -> Principal:
        """The person's rights as they are now."""
        return principal_of(self.user)

    @property
    def client(self) -> Client:
        """A browser in which the person is logged in."""
        client = Client()
        client.force_login(self.user)
        return client

    @property
    def api(self) -> "Api":
        """The API with the person's token."""
        return Api(self.token)


class Api:
    """The API as a program sees it: JSON in, JSON out."""

    def __init__(self, token: str | None) -> None:
        self._client = Client(raise_request_exception=True)
        self._headers = {"Authorization": f"Token {token}"} if token else {}

    def _send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        call = getattr(self._client, method)
        address = path if path.startswith("/") else f"/api/v1/{path}"
        extra = {"data": body, "content_type": "application/json"} if body is not None else {}
        return call(address, headers=self._headers | (headers or {}), **extra)

    def get(self, path: str, **headers: str) -> Any:
        """GET a path below /api/v1/."""
        return self._send("get", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST JSON; further words are headers, `_` for `-`."""
        return self._send(
            "post", path, {} if body is None else body, {k.replace("_", "-"): v for k, v in headers.items()}
        )

    def patch(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """PATCH JSON."""
        return self._send("patch", path, body, headers)

    def delete(self, path: str) -> Any:
        """DELETE a path."""
        return self._send("delete", path)

    def upload(self, path: str, file: Any, headers: dict[str, str] | None = None, **fields: str) -> Any:
        """POST a multipart form with a file."""
        address = f"/api/v1/{path}"
        return self._client.post(address, {"file": file, **fields}, headers=self._headers | (headers or {}))


_HASH = make_password(PASSWORD)


def make_person(email: str, department: Department, role: str) -> Person:
    """Make somebody with a role, a password and a token."""
    user = User.objects.create(email=email, password=_HASH, name=email.split("@", maxsplit=1)[0].title())
    set_membership(user=user, department=department, role=role)
    _, secret = create_token(user=user, name="test", scope="write", days=1)
    return Person(user, department, secret)


@pytest.fixture
def mail_operations(db: None) -> Department:
    """Alice's department."""
    return create_department(name="Mail Operations", code="CASE")


@pytest.fixture
def network_services(db: None) -> Department:
    """Charlie's department."""
    return create_department(name="Network Services", code="NET")


@pytest.fixture
def alice(mail_operations: Department) -> Person:
    """An operator of Mail Operations."""
    return make_person("alice@example.jp", mail_operations, Role.OPERATOR)


@pytest.fixture
def bob(mail_operations: Department) -> Person:
    """A reader in Mail Operations."""
    return make_person("bob@example.jp", mail_operations, Role.READER)


@pytest.fixture
def charlie(network_services: Department) -> Person:
    """An operator of another department."""
    return make_person("charlie@example.jp", network_services, Role.OPERATOR)


@pytest.fixture
def anonymous() -> Api:
    """The API without a token."""
    return Api(None)
