"""The timeline is sealed with each entry, whoever writes it: whatever is changed afterwards shows, with its place."""

import hashlib
import threading
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.world import MOMENT, make_world
from tests.conftest import Person
from tests.support.tampering import tamper
from tickets.models import Case, EntrySeal, TimelineEntry
from tickets.services.cases import open_case
from tickets.services.entries import add_entry
from tickets.services.seals import SEALED, BrokenSeal, states_of_timelines

OTHER: dict[str, Any] = {
    "public_id": "00000000-0000-4000-8000-000000000000",
    "case_id": 10**6,
    "kind": "call",
    "happened_at": "2020-01-01T00:00:00.000001Z",
    "precision": "week",
    "recorded_at": "2020-01-01T00:00:00Z",
    "author_id": 10**6,
    "from_party_id": 10**6,
    "to_party_id": 10**6,
    "text": "never happened",
    "due_at": "2020-01-01T00:00:00Z",
    "replaces_id": 10**6,
    "evidence_id": 10**6,
    "state": "closed",
    "key": "another",
}


@pytest.fixture
def case(alice: Person) -> Case:
    """A case with entries of people and of the product."""
    return make_world(alice).case


def broken(case: Case) -> list[BrokenSeal]:
    """Return what does not hold in the case's timeline."""
    return states_of_timelines([case.pk])[case.pk].broken


def test_every_entry_of_a_timeline_has_a_seal_that_holds(case: Case) -> None:
    assert EntrySeal.objects.filter(case=case).count() == case.entries.count() >= 4
    assert broken(case) == []


def test_a_case_without_entries_holds(alice: Person) -> None:
    new = open_case(department=alice.department, author=alice.user, title="Quiet", kind="other")
    assert broken(new) == []


def test_a_seal_covers_every_column() -> None:
    columns = {field.attname for field in TimelineEntry._meta.concrete_fields}
    assert columns == {*SEALED, "id"} == {*OTHER, "id"}, (
        "A new column of the timeline: seal it (a migration that replaces zenrei_seal_text), or say here why not."
    )


@pytest.mark.parametrize("column", OTHER)
def test_a_changed_column_shows_with_its_entry(case: Case, alice: Person, column: str) -> None:
    add_entry(case=case, author=alice.user, kind="state", happened_at=MOMENT, text="parked")
    seal = EntrySeal.objects.filter(case=case).last() if column == "state" else EntrySeal.objects.get(sequence=2)
    assert seal is not None
    tamper(f"UPDATE tickets_timelineentry SET {column} = %s WHERE id = %s", [OTHER[column], seal.entry_id])
    found = broken(case)
    assert [one.sequence for one in found] == [seal.sequence]
    assert "is not what was sealed" in found[0].what


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_database_and_program_read_every_text_alike(case: Case, text: str) -> None:
    entry = TimelineEntry.objects.create(case=case, kind="note", happened_at=MOMENT, text=text)
    assert broken(case) == []
    tamper("UPDATE tickets_timelineentry SET text = text || '.' WHERE id = %s", [entry.pk])
    assert [one.entry for one in broken(case)] == [str(entry.public_id)]
    tamper("UPDATE tickets_timelineentry SET text = %s WHERE id = %s", [text, entry.pk])


def test_another_id_shows_for_it_is_the_order_of_recording(case: Case) -> None:
    seal = EntrySeal.objects.get(case=case, sequence=2)
    tamper("UPDATE tickets_timelineentry SET id = 1000000 WHERE id = %s", [seal.entry_id])
    tamper("UPDATE tickets_entryseal SET entry_id = 1000000 WHERE id = %s", [seal.pk])
    assert [(one.sequence, one.what) for one in broken(case)] == [(2, "the entry is not what was sealed")]


def test_a_seal_from_before_ids_were_covered_holds(case: Case) -> None:
    """Its columns are covered as before; only its id is not."""
    previous = ""
    for seal in EntrySeal.objects.filter(case=case).order_by("sequence"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT replace(zenrei_seal_text(entry), zenrei_netstring(entry.id::text), '') || zenrei_netstring(%s)"
                " FROM tickets_timelineentry AS entry WHERE id = %s",
                [previous, seal.entry_id],
            )
            (text,) = cursor.fetchone()
        digest = hashlib.sha256(text.encode()).hexdigest()
        tamper("UPDATE tickets_entryseal SET previous_hash = %s, hash = %s WHERE id = %s", [previous, digest, seal.pk])
        previous = digest
    assert broken(case) == []
    tamper("UPDATE tickets_timelineentry SET text = 'x' WHERE id = %s", [seal.entry_id])
    assert [one.sequence for one in broken(case)] == [seal.sequence]


def test_an_entry_taken_out_shows(case: Case) -> None:
    seal = EntrySeal.objects.get(case=case, sequence=3)
    tamper("DELETE FROM tickets_timelineentry WHERE id = %s", [seal.entry_id])
    assert [(one.sequence, one.what) for one in broken(case)] == [(3, "the entry is gone, its seal is there")]


def test_an_entry_taken_out_with_its_seal_shows(case: Case) -> None:
    seal = EntrySeal.objects.get(case=case, sequence=3)
    tamper("DELETE FROM tickets_timelineentry WHERE id = %s", [seal.entry_id])
    tamper("DELETE FROM tickets_entryseal WHERE id = %s", [seal.pk])
    assert {one.sequence for one in broken(case)} == {4}


def test_an_entry_put_in_past_the_product_shows(case: Case) -> None:
    tamper(
        "INSERT INTO tickets_timelineentry (public_id, case_id, kind, happened_at, precision, recorded_at, text, state)"
        " VALUES (gen_random_uuid(), %s, 'note', now(), 'minute', now(), 'always said so', '')",
        [case.pk],
    )
    assert [one.what for one in broken(case)] == ["the entry has no seal: it was put in past the product"]


def test_two_entries_that_change_places_show(case: Case) -> None:
    first, second = EntrySeal.objects.filter(case=case, sequence__in=[1, 2])
    tamper("UPDATE tickets_entryseal SET entry_id = entry_id + 1000000 WHERE id = %s", [first.pk])
    tamper("UPDATE tickets_entryseal SET entry_id = %s WHERE id = %s", [first.entry_id, second.pk])
    tamper("UPDATE tickets_entryseal SET entry_id = %s WHERE id = %s", [second.entry_id, first.pk])
    assert [one.sequence for one in broken(case)] == [1, 2]


def test_an_entry_moved_to_another_case_shows(case: Case, alice: Person) -> None:
    other = open_case(department=alice.department, author=alice.user, title="Quiet", kind="other")
    seal = EntrySeal.objects.get(case=case, sequence=1)
    tamper("UPDATE tickets_timelineentry SET case_id = %s WHERE id = %s", [other.pk, seal.entry_id])
    assert [one.sequence for one in broken(case)] == [1]
    assert broken(other)[0].what.startswith("the entry has no seal")


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_once_are_sealed_one_after_the_other(alice: Person) -> None:
    case = open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")
    start, errors = threading.Barrier(6), list[Exception]()

    def write() -> None:
        try:
            start.wait()
            add_entry(case=case, author=alice.user, kind="note", happened_at=MOMENT, text="x")
        except Exception as error:  # noqa: BLE001  (the test shows it)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(EntrySeal.objects.filter(case=case).values_list("sequence", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert broken(case) == []
