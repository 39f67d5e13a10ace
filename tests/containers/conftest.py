"""One stack for all tests of the folder: PostgreSQL, Valkey, and the tables made by `migrate`."""

import shutil
from collections.abc import Iterator

import pytest

from tests.containers.stack import Stack, make_stack

PATIENCE = 300  # seconds


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """Bring up what the other services depend on, in the order of depends_on."""
    made = make_stack()
    try:
        made.prepare()
        made.init_postgres()
        running = made.start("postgres")
        while made.health("postgres") != 0:
            assert running.process.poll() is None, running.log.read_text()
        made.run_roles()
        made.start_healthy("valkey")
        migration = made.start("migrate")
        assert migration.process.wait(PATIENCE) == 0, migration.log.read_text()
        yield made
    finally:
        made.kill_all()
        shutil.rmtree(made.folder, ignore_errors=True)
