"""A reading given up and the same file taken in again meet in one case: they wait in one order, and never for ever."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from common.jobs.models import Job
from ingest.services.read_evidence import give_up_reading
from tests.conftest import Person
from tests.ingest.answers import give
from tickets.models import CustodyAction
from tickets.services.cases import open_case
from tickets.services.custody import record_custody
from tickets.services.entries import add_machine_entry

MEETING_SECONDS = 1.0  # where the order is right they never meet, and this is how long the test looks for it


def in_a_thread(work: Callable[[], object], errors: list[Exception]) -> threading.Thread:
    """Start work on a connection of its own."""

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  (the test shows it)
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_doubled_upload_and_a_reading_given_up_do_not_deadlock(
    alice: Person, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")
    piece = give(case, alice, b"the same bytes")
    job = Job.objects.get(evidence=piece)
    evidence_held, case_held, errors = threading.Event(), threading.Event(), list[Exception]()

    def entry(**values: Any) -> Any:
        evidence_held.set()
        case_held.wait(MEETING_SECONDS)
        return add_machine_entry(**values)

    def custody(**values: Any) -> Any:
        case_held.set()
        return record_custody(**values)

    monkeypatch.setattr("tickets.services.readings.add_machine_entry", entry)
    monkeypatch.setattr("tickets.services.evidence.record_custody", custody)

    def give_up() -> None:
        with transaction.atomic():
            give_up_reading(job, "a bomb")

    given_up = in_a_thread(give_up, errors)
    assert evidence_held.wait(10)
    doubled = in_a_thread(lambda: give(case, alice, b"the same bytes"), errors)
    given_up.join(20)
    doubled.join(20)
    assert errors == []
    actions = list(piece.custody.order_by("sequence").values_list("action", flat=True))
    assert actions == [CustodyAction.RECEIVED, CustodyAction.READ, CustodyAction.RECEIVED_AGAIN]
