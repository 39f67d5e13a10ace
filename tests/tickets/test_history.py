"""History is append-only: the database refuses, whoever asks; a correction leaves what it corrects."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.api.world import MOMENT, World, make_world
from tests.conftest import Api, Person
from tickets.models import Case, CustodyEntry, Evidence, TimelineEntry
from tickets.services.cases import open_case
from tickets.services.entries import add_entry, add_machine_entry, correct_entry

TABLES = {
    "tickets_timelineentry": "UPDATE tickets_timelineentry SET text = 'never happened'",
    "tickets_custodyentry": "UPDATE tickets_custodyentry SET action = 'read'",
    "tickets_blob": "UPDATE tickets_blob SET size = 0",
    "tickets_evidence": "UPDATE tickets_evidence SET name = 'other.log'",
    "kb_firmwareinstallation": "UPDATE kb_firmwareinstallation SET version = '1'",
}


@pytest.fixture
def world(alice: Person) -> World:
    """One of everything."""
    return make_world(alice)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_database_refuses(world: World, table: str, verb: str) -> None:
    statement = {"UPDATE": TABLES[table], "DELETE": f"DELETE FROM {table}", "TRUNCATE": f"TRUNCATE {table} CASCADE"}[
        verb
    ]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="is refused: its rows are history"):
            cursor.execute(statement)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "column", ["public_id = gen_random_uuid()", "received_at = now()", "case_id = case_id + 1", "blob_id = 'x'"]
)
def test_what_was_given_stays_as_it_was_given(world: World, column: str) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        with pytest.raises(DatabaseError, match="history"):
            cursor.execute(f"UPDATE tickets_evidence SET {column}")
        transaction.set_rollback(True)


def test_what_is_learnt_about_evidence_may_be_added(world: World) -> None:
    Evidence.objects.update(firmware="7.0.2", note="learnt later")


def test_a_correction_leaves_what_it_corrects(world: World, alice: Person) -> None:
    path = f"cases/{world.case.ref}/timeline/"
    note = alice.api.post(path, {"kind": "note", "text": "on Monday"}).json()
    fixed = alice.api.patch(f"{path}{note['id']}/", {"text": "on Tuesday"}).json()
    old = alice.api.get(f"{path}{note['id']}/").json()
    assert (fixed["text"], fixed["replaces"], fixed["replaced_by"]) == ("on Tuesday", note["id"], None)
    assert (old["text"], old["replaced_by"]) == ("on Monday", fixed["id"])


def test_only_the_newest_revision_is_corrected(world: World, alice: Person) -> None:
    answer = alice.api.patch(f"cases/{world.case.ref}/timeline/{world.entry.public_id}/", {"text": "again"})
    assert answer.status_code == 409


def test_the_products_own_words_are_not_corrected(world: World, alice: Person) -> None:
    entry = TimelineEntry.objects.filter(author=None).first()
    assert entry is not None
    assert alice.api.patch(f"cases/{world.case.ref}/timeline/{entry.public_id}/", {"text": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"kind": "ask", "text": "Why?"}, "to_party"),
        ({"kind": "promise", "text": "Tomorrow."}, "from_party"),
        ({"kind": "message", "text": "x", "from_party": "us", "to_party": "us"}, "to_party"),
        ({"kind": "note", "text": "x", "from_party": "nobody"}, "from_party"),
        ({"kind": "note"}, "text"),
        ({"kind": "rumour", "text": "x"}, "kind"),
        ({"kind": "note", "text": "x", "precision": "year"}, "precision"),
        ({"kind": "note", "text": "x" * 100_001}, "text"),
    ],
)
def test_an_entry_that_nobody_would_understand_is_refused(
    world: World, alice: Person, entry: dict[str, str], field: str
) -> None:
    answer = alice.api.post(f"cases/{world.case.ref}/timeline/", entry)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_a_correction_may_not_make_it_incomprehensible(world: World, alice: Person) -> None:
    newest = TimelineEntry.objects.get(replaces=world.entry)
    answer = alice.api.patch(f"cases/{world.case.ref}/timeline/{newest.public_id}/", {"to_party": None})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "to_party")


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_once_one_is_told(alice: Person) -> None:
    case = open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")
    entry = add_entry(case=case, author=alice.user, kind="note", happened_at=MOMENT, text="on Monday")
    path, start, answers = f"cases/{case.ref}/timeline/{entry.public_id}/", threading.Barrier(4), []

    def correct() -> None:
        try:
            start.wait()
            answers.append(Api(alice.token).patch(path, {"text": "on Tuesday"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=correct) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]
    assert TimelineEntry.objects.filter(replaces=entry).count() == 1


def test_a_machine_entry_is_written_once(world: World) -> None:
    values: dict[str, Any] = {"case": world.case, "kind": "finding", "happened_at": MOMENT, "text": "x", "key": "k"}
    assert add_machine_entry(**values) is not None
    assert add_machine_entry(**values) is None


def test_a_new_entry_moves_its_case_to_the_top(world: World, alice: Person) -> None:
    later = open_case(department=alice.department, author=alice.user, title="Later", kind="other")
    add_entry(case=world.case, author=alice.user, kind="note", happened_at=MOMENT, text="x")
    refs = [row["ref"] for row in alice.api.get("cases/").json()["results"]]
    assert refs == [world.case.ref, later.ref]


def test_correcting_nothing_is_still_a_revision_with_who_and_when(world: World, alice: Person) -> None:
    newest = TimelineEntry.objects.get(replaces=world.entry)
    again = correct_entry(entry=newest, author=alice.user, changes={})
    assert (again.text, again.replaces_id) == (newest.text, newest.pk)


def test_nothing_above_may_be_deleted_either(world: World) -> None:
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        Case.objects.all().delete()
    assert CustodyEntry.objects.exists()
