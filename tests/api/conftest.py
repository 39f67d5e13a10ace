"""What the tests of the API share: Alice's world, and the schema of everything that can be asked."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.api.world import World, make_world
from tests.conftest import Person


@pytest.fixture
def world(alice: Person) -> World:
    """One of everything that Alice's department owns."""
    return make_world(alice)


@dataclass(frozen=True)
class Operation:
    """An operation of the schema."""

    method: str
    template: str
    described: dict[str, Any]

    @property
    def name(self) -> str:
        """Method and address, as people write them."""
        return f"{self.method.upper()} {self.template}"

    @property
    def needs_token(self) -> bool:
        """Whether somebody without a token is sent away."""
        return {} not in self.described.get("security", [{}])


def operations(schema: dict[str, Any]) -> list[Operation]:
    """Return every operation of an OpenAPI schema."""
    return [
        Operation(method, template, described)
        for template, described_by_method in schema["paths"].items()
        for method, described in described_by_method.items()
    ]


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """The OpenAPI schema as a client gets it."""
    document: dict[str, Any] = json.loads(Client().get("/api/v1/schema/").content)
    return document
