"""`verify` finds rows that were changed, moved, put in or left without their parent, whatever their ids are."""

import pytest

from tests.conftest import Person
from tests.support.store import Store, make_store
from tests.support.tampering import tamper
from tickets.models import IntegrityCheck
from tickets.services.heads import publish_heads
from tickets.services.integrity import Break
from tickets.services.verification import verify_everything


@pytest.fixture
def store(alice: Person) -> Store:
    """A store whose heads are published."""
    made = make_store(alice)
    publish_heads()
    return made


def broken() -> list[Break]:
    """Verify, and return what is broken."""
    return verify_everything().broken


ROWS = {
    "the name": ("tickets_evidence", "name = 'other.log'"),
    "the case": ("tickets_evidence", "case_id = (SELECT max(id) FROM tickets_case)"),
    "the time": ("tickets_evidence", "received_at = received_at - interval '1 microsecond'"),
    "the giver": ("tickets_evidence", "received_by_id = received_by_id + 1"),
    "the bytes": ("tickets_evidence", "blob_id = (SELECT blob_id FROM tickets_evidence ORDER BY id DESC LIMIT 1)"),
    "the size": ("tickets_blob", "size = size + 1"),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_changed_row_of_a_piece_is_found(store: Store, row: str) -> None:
    table, change = ROWS[row]
    piece = store.pieces[1 if row == "the bytes" else 2]
    key, value = ("sha256", piece.blob_id) if table == "tickets_blob" else ("id", piece.pk)
    tamper(f"UPDATE {table} SET {change} WHERE {key} = %s", [value])
    assert (str(piece.public_id), 1) in {(one.evidence, one.entry) for one in broken()}


def test_another_id_of_a_piece_is_found(store: Store) -> None:
    gone = str(store.pieces[0].public_id)
    tamper("UPDATE tickets_evidence SET public_id = gen_random_uuid() WHERE id = %s", [store.pieces[0].pk])
    found = broken()
    assert gone in {one.evidence for one in found}
    assert [one.entry for one in found if one.evidence != gone] == [1, 2, 3, 4]


def test_a_piece_that_is_gone_with_its_chain_is_found(store: Store) -> None:
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s", [store.pieces[1].pk])
    tamper("DELETE FROM tickets_evidence WHERE id = %s", [store.pieces[1].pk])
    found = [one for one in broken() if one.part == "custody"]
    assert [(one.evidence, one.entry) for one in found] == [(str(store.pieces[1].public_id), 1)]
    assert "gone with its whole chain" in found[0].what


PIECE_PAST_ALL = (
    "INSERT INTO tickets_evidence (id, public_id, case_id, blob_id, name, received_at, received_by_id, firmware, zone,"
    " note) SELECT %s, gen_random_uuid(), %s, blob_id, 'forged.log', received_at, received_by_id, '', '', ''"
    " FROM tickets_evidence WHERE id = %s RETURNING public_id"
)


@pytest.mark.parametrize("key", [0, -5])
def test_a_piece_or_case_with_an_id_below_all_others_is_read_too(store: Store, key: int) -> None:
    tamper(PIECE_PAST_ALL, [key, store.other.pk, store.pieces[2].pk])
    for table in ("timelineentry", "entryseal", "evidence", "integritycheck"):
        tamper(f"UPDATE tickets_{table} SET case_id = %s WHERE case_id = %s", [key, store.case.pk])
    tamper("UPDATE tickets_case SET id = %s WHERE id = %s", [key, store.case.pk])
    found = verify_everything()
    assert (found.checked, found.cases) == (4, 2)
    assert {(one.name, one.entry) for one in found.broken if one.part == "custody"} == {("forged.log", 1)}
    assert {(one.case, one.entry) for one in found.broken if one.part == "timeline"} >= {(store.case.ref, 1)}


ORPHANS = {
    "a piece": ("evidence", "case_id", "its case or its blob is gone"),
    "a piece without its blob": ("evidence", "blob_id", "its case or its blob is gone"),
    "a link": ("custodyentry", "evidence_id", "an entry of the custody of a piece that is gone (1000000)"),
    "an entry": ("timelineentry", "case_id", "of a case that is gone (1000000)"),
    "a seal": ("entryseal", "case_id", "a seal of a case that is gone (1000000)"),
}


@pytest.mark.parametrize("what", ORPHANS)
def test_a_row_without_its_parent_is_found(store: Store, what: str) -> None:
    table, column, words = ORPHANS[what]
    last = f"(SELECT max(id) FROM tickets_{table})"
    tamper(f"UPDATE tickets_{table} SET {column} = '1000000' WHERE id = {last}", [])
    assert [words in one.what for one in broken()].count(True) == 1


def test_a_piece_moved_to_another_case_after_it_was_checked_is_found(store: Store) -> None:
    assert broken() == []
    tamper("UPDATE tickets_evidence SET case_id = %s WHERE id = %s", [store.other.pk, store.pieces[2].pk])
    assert {(one.evidence, one.entry) for one in broken()} == {(str(store.pieces[2].public_id), 1)}
    check = IntegrityCheck.objects.get(evidence=store.pieces[2])
    assert (check.case_id, check.is_broken) == (store.other.pk, True)
