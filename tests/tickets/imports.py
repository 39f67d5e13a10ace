"""Importing parties over the API."""

from typing import Any

from tests.conftest import Person


def imported(alice: Person, text: str, **more: Any) -> list[dict[str, Any]]:
    """Import a file and return what became of its rows."""
    answer = alice.api.post("party-imports/", {"csv": text, **more})
    assert answer.status_code == 200, answer.json()
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows
