"""Every operation of the schema, with data that fits it and data that does not: no 500, no answer it does not document.

Schemathesis makes the requests out of the schema, the same ones in each run. Every check of it is on but those about
data that fits the schema and is refused all the same (`positive_data_acceptance`: a schema cannot say that a party
must be known, or that an ask needs somebody who is asked) and those of its stateful runs, which are not made here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from tests.api.conftest import operations
from tests.api.world import World
from tests.conftest import Person

Case = schemathesis.Case[Any]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.allow_header_conformance,
    checks.missing_required_header,
]
EXAMPLES = 6


_generation = GenerationConfig(deterministic=True, max_examples=EXAMPLES)
_config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=_generation)))
api = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application(), config=_config)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests outside Django's test client would close the connection of the test's transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def fits(case: Case, location: ParameterLocation) -> bool:
    """Whether a part of a request was made to fit the schema."""
    part = case.meta.components.get(location) if case.meta else None
    return part is None or not part.mode.is_negative


def with_names(case: Case, world: World) -> None:
    """Put names of this world into the address of a request, or the most of them would end at a 404."""
    template = case.operation.path.split("/")
    there = zip(template, world.path(case.operation.path).split("/"), strict=True)
    case.path_parameters = {part.strip("{}"): name for part, name in there if part.startswith("{")}


@api.parametrize()
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # its client leaves downloads open
@settings(deadline=None, max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_schema_says(case: Case, alice: Person, world: World, one_connection: None) -> None:
    if case.path_parameters and fits(case, ParameterLocation.PATH) and sum(map(ord, str(case.path_parameters))) % 4:
        with_names(case, world)
    headers = {"Authorization": f"Token {alice.token}"} if fits(case, ParameterLocation.HEADER) else {}
    case.call_and_validate(headers=headers, checks=CHECKS)


def test_the_schema_is_valid(schema: dict[str, Any]) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]


def test_every_operation_has_a_sentence(schema: dict[str, Any]) -> None:
    assert [operation.name for operation in operations(schema) if not operation.described.get("description")] == []


def test_every_answer_that_may_come_is_a_problem_object(schema: dict[str, Any]) -> None:
    for operation in operations(schema):
        for status, answer in operation.described["responses"].items():
            if status.startswith(("4", "5")):
                assert list(answer["content"]) == ["application/problem+json"], operation.name
