"""Those who record knowledge: Alice, her colleague Erin, and Charlie of another department."""

import pytest

from accounts.models import Role
from tests.conftest import Person, make_person
from tests.kb.desk import Desk, make_relay


@pytest.fixture
def erin(alice: Person) -> Person:
    """Another operator of Alice's department."""
    return make_person("erin@example.jp", alice.department, Role.OPERATOR)


@pytest.fixture
def desk(alice: Person) -> Desk:
    """Alice at work."""
    return Desk(alice)


@pytest.fixture
def other(erin: Person) -> Desk:
    """Somebody other than Alice, at work."""
    return Desk(erin)


@pytest.fixture
def relay(desk: Desk) -> str:
    """The small product; the number of its one issue."""
    return make_relay(desk)
