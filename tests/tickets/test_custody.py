"""The custody log is a chain: whatever is changed, taken out or put in, it shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.world import World, make_world
from tests.conftest import Person
from tests.support.tampering import tamper
from tickets.models import CustodyAction, CustodyEntry, Evidence
from tickets.services.custody import broken_links, record_custody

LINKS = 5


@pytest.fixture
def evidence(alice: Person, bob: Person) -> Evidence:
    """A piece with a chain of five links."""
    world: World = make_world(alice)
    for number in range(LINKS - world.evidence.custody.count()):
        record_custody(
            evidence=world.evidence,
            actor=(None, bob.user)[number % 2],
            action=CustodyAction.CHECKED,
            details={"sha256": "ab" * 32, "größe": number, "deep": {"b": [1, 2.5, None], "a": "ログ"}},
        )
    return world.evidence


def change(evidence: Evidence, sequence: int, column: str, value: Any) -> None:
    """Change one column of one link."""
    tamper(
        f"UPDATE tickets_custodyentry SET {column} = %s WHERE evidence_id = %s AND sequence = %s",
        [value, evidence.pk, sequence],
    )


def test_a_whole_chain_holds_after_its_way_through_the_database(evidence: Evidence) -> None:
    assert evidence.custody.count() == LINKS
    assert broken_links(Evidence.objects.get(pk=evidence.pk)) == []


@pytest.mark.parametrize("sequence", range(1, LINKS + 1))
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "downloaded"),
        ("details", '{"name": "another.log"}'),
        ("previous_hash", "0" * 64),
        ("hash", "0" * 64),
        ("happened_at", "2020-01-01T00:00:00Z"),
    ],
)
def test_a_changed_field_shows(evidence: Evidence, sequence: int, column: str, value: Any) -> None:
    change(evidence, sequence, column, value)
    assert sequence in broken_links(evidence)


@pytest.mark.parametrize("sequence", range(1, LINKS + 1))
def test_another_actor_shows(evidence: Evidence, charlie: Person, sequence: int) -> None:
    change(evidence, sequence, "actor_id", charlie.user.pk)
    assert broken_links(evidence) == [sequence]


def test_a_microsecond_shows(evidence: Evidence) -> None:
    link = CustodyEntry.objects.get(evidence=evidence, sequence=3)
    change(evidence, 3, "happened_at", link.happened_at + timedelta(microseconds=1))
    assert broken_links(evidence) == [3]


@pytest.mark.parametrize("sequence", range(1, LINKS))
def test_a_link_taken_out_shows(evidence: Evidence, sequence: int) -> None:
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence = %s", [evidence.pk, sequence])
    assert broken_links(evidence) == [sequence + 1]


@pytest.mark.parametrize("sequence", range(1, LINKS))
def test_a_link_taken_out_and_the_rest_numbered_anew_shows(evidence: Evidence, sequence: int) -> None:
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence = %s", [evidence.pk, sequence])
    for later in range(sequence + 1, LINKS + 1):
        change(evidence, later, "sequence", later - 1)
    assert sequence in broken_links(evidence)


def test_a_link_put_in_shows(evidence: Evidence) -> None:
    for later in range(LINKS, 2, -1):
        change(evidence, later, "sequence", later + 1)
    tamper(
        "INSERT INTO tickets_custodyentry (evidence_id, sequence, happened_at, action, details, previous_hash, hash)"
        " SELECT evidence_id, 3, happened_at, 'downloaded', details, hash, previous_hash FROM tickets_custodyentry"
        " WHERE evidence_id = %s AND sequence = 2",
        [evidence.pk],
    )
    assert {3, 4} <= set(broken_links(evidence))


def test_a_chain_that_is_gone_is_not_whole(evidence: Evidence) -> None:
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s", [evidence.pk])
    assert broken_links(evidence) == [1]


def test_the_chain_of_one_piece_is_none_of_anothers(evidence: Evidence) -> None:
    tamper("UPDATE tickets_evidence SET blob_id = blob_id, public_id = gen_random_uuid() WHERE id = %s", [evidence.pk])
    assert broken_links(Evidence.objects.get(pk=evidence.pk)) == list(range(1, LINKS + 1))


@given(place=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"), sequence=st.integers(1, LINKS))
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_digit_of_any_hash_shows(evidence: Evidence, place: int, digit: str, sequence: int) -> None:
    link = CustodyEntry.objects.get(evidence=evidence, sequence=sequence)
    changed = link.hash[:place] + digit + link.hash[place + 1 :]
    change(evidence, sequence, "hash", changed)
    assert (broken_links(evidence) == []) == (changed == link.hash)
    change(evidence, sequence, "hash", link.hash)


@given(details=st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.none(), max_size=3))
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_details_show(evidence: Evidence, details: dict[str, Any]) -> None:
    import orjson

    link = CustodyEntry.objects.get(evidence=evidence, sequence=2)
    try:
        document = orjson.dumps(details).decode()
    except TypeError:
        return
    if "\\u0000" in document:
        return
    change(evidence, 2, "details", document)
    assert broken_links(evidence) == ([] if details == link.details else [2])
    change(evidence, 2, "details", orjson.dumps(link.details).decode())


@pytest.mark.django_db(transaction=True)
def test_links_written_at_once_wait_for_each_other(alice: Person) -> None:
    import threading

    evidence = make_world(alice).evidence
    before = evidence.custody.count()

    def note() -> None:
        try:
            record_custody(evidence=evidence, actor=alice.user, action=CustodyAction.DOWNLOADED)
        finally:
            connection.close()

    threads = [threading.Thread(target=note) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert evidence.custody.count() == before + 6
    assert broken_links(evidence) == []
