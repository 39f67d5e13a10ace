"""`verify` finds whatever was changed in evidence, custody, timeline or published heads, and says where."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.heads import NAME
from common.storage import evidence_store
from tests.conftest import Person
from tests.support.store import LINKS, Store, give, make_store
from tests.support.tampering import tamper
from tickets.models import (
    CustodyAction,
    CustodyEntry,
    EntrySeal,
    Evidence,
    IntegrityCheck,
    TimelineEntry,
    UnpublishedHead,
    Verification,
)
from tickets.services.custody import entry_hash, record_custody
from tickets.services.heads import publish_heads
from tickets.services.integrity import Break, check_blob
from tickets.services.verification import verify_everything

OFTEN = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20
)


@pytest.fixture
def store(alice: Person) -> Store:
    """A store whose heads are published."""
    made = make_store(alice)
    publish_heads()
    return made


def broken() -> list[Break]:
    """Verify, and return what is broken."""
    return verify_everything().broken


def make_pipe(path: Path) -> None:
    """Put a pipe, which would make a reader wait, in place of a file."""
    path.unlink()
    os.mkfifo(path)


def path_of(piece: Evidence) -> Path:
    """Return where the bytes of a piece lie, open to changes."""
    path = evidence_store().path(piece.blob_id)
    path.chmod(0o640)
    return path


def test_a_whole_store_is_whole(store: Store) -> None:
    found = verify_everything()
    assert (found.row()["checked"], found.row()["broken"]) == (3, [])
    assert (len(found.blobs), found.cases, found.size) == (2, 2, 30 + 768)


def test_an_empty_store_is_whole(alice: Person) -> None:
    assert verify_everything().row() == {"checked": 0, "broken": [], "cases": 0, "blobs": 0, "bytes": 0, "head": None}


def test_it_stays_whole_while_it_grows(store: Store, alice: Person) -> None:
    give(store.case, alice, b"more")
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    assert broken() == []
    publish_heads()
    assert broken() == []


# --- bytes -----------------------------------------------------------------------------------------------------------


@given(place=st.integers(0, 767), bits=st.integers(1, 255))
@OFTEN
def test_any_changed_byte_of_a_blob_is_found(store: Store, place: int, bits: int) -> None:
    piece = store.pieces[2]
    path = path_of(piece)
    content = bytearray(path.read_bytes())
    content[place] ^= bits
    path.write_bytes(content)
    try:
        found = broken()
    finally:
        content[place] ^= bits
        path.write_bytes(content)
    assert [(one.part, one.evidence, one.entry, one.case) for one in found] == [
        ("blob", str(piece.public_id), None, store.case.ref)
    ]
    assert "are not what was stored: their SHA-256 is" in found[0].what


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "there are 767, and there were 768"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\0"), "there are 769, and there were 768"),
        (lambda path: path.unlink(), "are missing in the store"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read from byte 0 on: Is a directory"),
        (make_pipe, "what lies in their place is no file"),
        (lambda path: (path.unlink(), path.symlink_to(path)), "cannot be read from byte 0 on: Too many levels"),
    ],
)
def test_a_blob_that_cannot_be_read_whole_is_broken_and_never_skipped(store: Store, change: Any, words: str) -> None:
    change(path_of(store.pieces[2]))
    found = verify_everything()
    assert [one.part for one in found.broken] == ["blob"]
    assert words in found.broken[0].what
    assert found.checked == 3


def test_a_disk_that_fails_in_the_middle_says_where(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = store.pieces[2]
    monkeypatch.setattr("tickets.services.integrity.PIECE_BYTES", 100)

    def fail(size: int) -> None:
        raise OSError(5, "Input/output error")

    state = check_blob(evidence_store(), piece.blob_id, piece.blob.size, fail)
    assert (state.read, state.trouble) == (100, "the bytes cannot be read from byte 100 on: Input/output error")


def test_a_blob_of_two_pieces_breaks_both(store: Store) -> None:
    path_of(store.pieces[0]).write_bytes(b"other")
    assert [one.evidence for one in broken()] == [str(piece.public_id) for piece in store.pieces[:2]]


def test_a_blob_that_no_piece_names_is_read_too(store: Store) -> None:
    tamper("INSERT INTO tickets_blob (sha256, size, stored_at) VALUES (%s, 1, now())", ["ab" * 32])
    assert [one.what for one in broken()] == [
        f"blob {'ab' * 32}, which no piece names: the bytes are missing in the store"
    ]


def test_giving_the_bytes_again_heals(store: Store, alice: Person) -> None:
    path_of(store.pieces[2]).write_bytes(b"rotten")
    assert len(broken()) == 1
    give(store.case, alice, bytes(range(256)) * 3, "dump.bin")
    assert broken() == []


# --- chains ----------------------------------------------------------------------------------------------------------


@given(piece=st.integers(0, 2), sequence=st.integers(1, LINKS), place=st.integers(0, 63), digit=st.sampled_from("0a"))
@OFTEN
def test_any_changed_digit_of_a_chain_is_found(store: Store, piece: int, sequence: int, place: int, digit: str) -> None:
    link = CustodyEntry.objects.get(evidence=store.pieces[piece], sequence=sequence)
    changed = link.hash[:place] + digit + link.hash[place + 1 :]
    if changed == link.hash:
        return
    tamper("UPDATE tickets_custodyentry SET hash = %s WHERE id = %s", [changed, link.pk])
    found = {(one.evidence, one.entry) for one in broken()}
    tamper("UPDATE tickets_custodyentry SET hash = %s WHERE id = %s", [link.hash, link.pk])
    assert (str(store.pieces[piece].public_id), sequence) in found


@given(sequence=st.integers(1, LINKS), details=st.dictionaries(st.text("abc", max_size=2), st.integers(), max_size=2))
@OFTEN
def test_any_other_details_are_found(store: Store, sequence: int, details: dict[str, int]) -> None:
    link = CustodyEntry.objects.get(evidence=store.pieces[0], sequence=sequence)
    if details == link.details:
        return
    tamper("UPDATE tickets_custodyentry SET details = %s WHERE id = %s", [json.dumps(details), link.pk])
    found = broken()
    tamper("UPDATE tickets_custodyentry SET details = %s WHERE id = %s", [json.dumps(link.details), link.pk])
    assert {(one.part, one.evidence, one.entry) for one in found} == {
        ("custody", str(store.pieces[0].public_id), sequence)
    }


SPOILT = {
    "a time without end": ("tickets_custodyentry", "happened_at = 'infinity'", 1),
    "JSON without bottom": ("tickets_custodyentry", f"details = '{'[' * 5000}{']' * 5000}'", 1),
    "JSON of another kind": ("tickets_custodyentry", "details = '7'", 1),
    "a receipt without time": ("tickets_evidence", "received_at = 'infinity'", 1),
    "an entry before all time": ("tickets_timelineentry", "happened_at = '-infinity'", None),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_row_that_cannot_be_read_is_broken_and_stops_nothing(store: Store, what: str) -> None:
    table, change, entry = SPOILT[what]
    tamper("UPDATE tickets_blob SET stored_at = 'infinity'", [])
    tamper(f"UPDATE {table} SET {change} WHERE id = (SELECT max(id) - 1 FROM {table})", [])
    path_of(store.pieces[2]).unlink()
    found = verify_everything()
    assert found.checked == 3
    assert {one.part for one in found.broken} == {"blob", "custody" if entry else "timeline"}


def cut(piece: Evidence, sequence: int) -> None:
    """Take the entries from this number on off a chain."""
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence >= %s", [piece.pk, sequence])


@pytest.mark.parametrize("sequence", range(2, LINKS + 1))
def test_a_tail_that_was_cut_off_is_found(store: Store, sequence: int) -> None:
    cut(store.pieces[0], sequence)
    found = broken()
    assert [(one.evidence, one.entry) for one in found] == [(str(store.pieces[0].public_id), sequence)]
    assert f"it ends with entry {sequence - 1}" in found[0].what
    assert f"names entry {LINKS}" in found[0].what


def test_a_tail_cut_off_before_its_head_is_published_is_found(store: Store, alice: Person) -> None:
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    cut(store.pieces[0], LINKS + 1)
    assert [(one.entry, "waits to be published" in one.what) for one in broken()] == [(LINKS + 1, True)]


def test_a_tail_that_was_cut_off_and_grew_again_is_found(store: Store, alice: Person) -> None:
    cut(store.pieces[0], LINKS)
    record_custody(evidence=store.pieces[0], actor=None, action=CustodyAction.CHECKED)
    record_custody(evidence=store.pieces[0], actor=None, action=CustodyAction.CHECKED)
    publish_heads()
    assert [(one.evidence, one.entry) for one in broken()] == [(str(store.pieces[0].public_id), LINKS)]


def test_a_chain_that_was_made_anew_is_found(store: Store) -> None:
    """Somebody who knows how it is hashed rewrites an entry and all that follow."""
    piece, previous = store.pieces[0], ""
    for link in piece.custody.order_by("sequence"):
        details = link.details | ({"name": "forged.log"} if link.sequence == 1 else {})
        values: dict[str, Any] = {"sequence": link.sequence, "happened_at": link.happened_at, "action": link.action}
        digest = entry_hash(evidence=piece, actor_id=link.actor_id, details=details, previous_hash=previous, **values)
        tamper(
            "UPDATE tickets_custodyentry SET details = %s, previous_hash = %s, hash = %s WHERE id = %s",
            [json.dumps(details), previous, digest, link.pk],
        )
        previous = digest
    tamper("UPDATE tickets_evidence SET name = 'forged.log' WHERE id = %s", [piece.pk])
    found = broken()
    assert {one.evidence for one in found} == {str(piece.public_id)}
    assert LINKS in {one.entry for one in found}


# --- timeline --------------------------------------------------------------------------------------------------------


def test_a_changed_entry_of_a_timeline_is_found(store: Store) -> None:
    entry = TimelineEntry.objects.filter(case=store.case).latest("pk")
    tamper("UPDATE tickets_timelineentry SET text = 'x' WHERE id = %s", [entry.pk])
    found = broken()
    assert [(one.part, one.case, one.entry, one.timeline_entry) for one in found] == [
        ("timeline", store.case.ref, 2, str(entry.public_id))
    ]


def test_a_timeline_that_was_cut_off_is_found(store: Store) -> None:
    last = EntrySeal.objects.filter(case=store.case).latest("sequence")
    tamper("DELETE FROM tickets_entryseal WHERE id = %s", [last.pk])
    tamper("DELETE FROM tickets_timelineentry WHERE id = %s", [last.entry_id])
    assert [(one.part, one.case, one.entry) for one in broken()] == [("timeline", store.case.ref, last.sequence)]


# --- published heads -------------------------------------------------------------------------------------------------


@given(data=st.data())
@OFTEN
def test_any_changed_byte_of_the_published_heads_is_found(store: Store, data_dir: Path, data: st.DataObject) -> None:
    path = data_dir / NAME
    Verification.objects.all().delete()
    assert broken() == []  # it notes the newest line
    content = path.read_bytes()
    place, bits = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    changed = bytearray(content)
    changed[place] ^= bits
    path.write_bytes(changed)
    try:
        found = broken()
    finally:
        path.write_bytes(content)
    assert found


def test_a_head_kept_elsewhere_is_looked_for(store: Store, alice: Person) -> None:
    kept = verify_everything().heads.newest
    assert kept is not None
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    publish_heads()
    assert verify_everything(kept_head=kept.hash).broken == []
    assert [one.part for one in verify_everything(kept_head="0" * 64).broken] == ["heads"]


def test_heads_are_published_once_and_in_order(store: Store, data_dir: Path) -> None:
    lines = [json.loads(line) for line in (data_dir / NAME).read_text().splitlines()]
    assert [line["line"] for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) == 3 * LINKS + EntrySeal.objects.count()
    assert not UnpublishedHead.objects.exists()
    assert publish_heads() == 0


def test_a_line_that_a_power_cut_left_half_is_none(store: Store, alice: Person, data_dir: Path) -> None:
    with (data_dir / NAME).open("ab") as file:
        file.write(b'{"line":99,"ti')
    assert broken() == []
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    assert publish_heads() == 1
    assert broken() == []


# --- what is kept, and the command -----------------------------------------------------------------------------------


def test_what_was_found_is_kept_of_each_piece_and_each_case(store: Store) -> None:
    cut(store.pieces[1], LINKS)
    verify_everything()
    kept = {check.evidence_id: check.is_broken for check in IntegrityCheck.objects.filter(evidence__isnull=False)}
    assert kept == {store.pieces[0].pk: False, store.pieces[1].pk: True, store.pieces[2].pk: False}
    assert IntegrityCheck.objects.filter(evidence=None, is_broken=False).count() == 2
    assert IntegrityCheck.objects.get(evidence=store.pieces[1]).breaks[0]["entry"] == LINKS
    verify_everything()
    assert (IntegrityCheck.objects.count(), Verification.objects.count()) == (5, 2)


def test_the_command_prints_and_exits_as_the_contract_says(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify")
    told = json.loads(capsys.readouterr().out)
    assert (told["checked"], told["broken"]) == (3, [])
    cut(store.pieces[0], LINKS)
    with pytest.raises(SystemExit) as stop:
        call_command("verify")
    told = json.loads(capsys.readouterr().out)
    assert stop.value.code == 1
    assert {name: told["broken"][0][name] for name in ("evidence", "entry", "case", "name")} == {
        "evidence": str(store.pieces[0].public_id),
        "entry": LINKS,
        "case": store.case.ref,
        "name": "mail.log",
    }


def test_it_asks_as_often_for_many_pieces_as_for_few(store: Store, alice: Person) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        verify_everything()
    for number in range(20):
        give(store.case, alice, b"x%d" % number)
    with CaptureQueriesContext(connection) as many:
        verify_everything()
    assert len(many) == len(few)
