"""Each entry of a chain is named by a published head: a file gone, cut or made anew is told, and stays told."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from common.heads import NAME
from tests.conftest import Person
from tests.support.store import LINKS, Store, give, make_store
from tests.support.tampering import tamper
from tickets.models import CustodyAction, CustodyEntry, Evidence, UnpublishedHead
from tickets.services.custody import entry_hash, record_custody
from tickets.services.heads import KnownHeads, heads_of, known_heads, publish_heads
from tickets.services.integrity import Break
from tickets.services.verification import verify_everything


@pytest.fixture
def store(alice: Person) -> Store:
    """A store whose heads are published, and which nobody verified."""
    made = make_store(alice)
    publish_heads()
    return made


@pytest.fixture
def path(store: Store, data_dir: Path) -> Path:
    """Where the heads of the store are published."""
    return data_dir / NAME


def broken() -> list[Break]:
    """Verify, and return what is broken."""
    return verify_everything().broken


def places(found: list[Break]) -> set[tuple[str | None, int | None]]:
    """Return the pieces or cases that are broken, and at which entries of their chains."""
    return {(one.evidence or one.case, one.entry) for one in found if one.part in {"custody", "timeline"}}


def link_past_the_product(piece: Evidence, sequence: int) -> None:
    """Append a link with a right hash to a chain, past the triggers."""
    last = piece.custody.latest("sequence")
    now = timezone.now()
    digest = entry_hash(
        evidence=piece,
        sequence=sequence,
        happened_at=now,
        actor_id=last.actor_id,
        action="downloaded",
        details={},
        previous_hash=last.hash,
    )
    tamper(
        "INSERT INTO tickets_custodyentry (evidence_id, sequence, happened_at, actor_id, action, details,"
        " previous_hash, hash) VALUES (%s, %s, %s, %s, 'downloaded', '{}', %s, %s)",
        [piece.pk, sequence, now, last.actor_id, last.hash, digest],
    )


@pytest.mark.parametrize("empty", [True, False])
def test_heads_that_are_gone_before_any_verification_are_found(store: Store, path: Path, empty: bool) -> None:
    path.unlink()
    if empty:
        path.touch()
    assert {(str(piece.public_id), LINKS) for piece in store.pieces} <= places(broken())


def test_heads_cut_together_with_a_chain_are_found(store: Store, path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) - 3]))
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence = %s", [store.pieces[2].pk, LINKS])
    assert places(broken()) == {(str(store.pieces[2].public_id), 2)}


def test_a_chain_made_anew_beside_heads_that_are_gone_is_found(store: Store, path: Path) -> None:
    piece, previous = store.pieces[0], ""
    for link in piece.custody.order_by("sequence"):
        details = link.details | {"forged": 1}
        digest = entry_hash(
            evidence=piece,
            sequence=link.sequence,
            happened_at=link.happened_at,
            actor_id=link.actor_id,
            action=link.action,
            details=details,
            previous_hash=previous,
        )
        tamper(
            "UPDATE tickets_custodyentry SET details = %s, previous_hash = %s, hash = %s WHERE id = %s",
            [json.dumps(details), previous, digest, link.pk],
        )
        previous = digest
    path.unlink()
    assert (str(piece.public_id), LINKS) in places(broken())


def test_a_link_put_in_past_the_product_is_found_and_stays_found(store: Store, alice: Person) -> None:
    piece = store.pieces[0]
    link_past_the_product(piece, LINKS + 1)
    assert places(broken()) == {(str(piece.public_id), LINKS + 1)}
    record_custody(evidence=piece, actor=alice.user, action=CustodyAction.DOWNLOADED)
    publish_heads()
    assert places(broken()) == {(str(piece.public_id), LINKS + 1)}


def test_a_sealed_entry_put_in_past_the_product_is_found(store: Store, alice: Person) -> None:
    tamper(
        """
        WITH entry AS (
            INSERT INTO tickets_timelineentry
                (public_id, case_id, kind, happened_at, precision, recorded_at, text, state, author_id)
                VALUES (gen_random_uuid(), %s, 'promise', now(), 'minute', now(), 'forged', '', %s) RETURNING *),
        last AS (SELECT sequence, hash FROM tickets_entryseal WHERE case_id = %s ORDER BY sequence DESC LIMIT 1)
        INSERT INTO tickets_entryseal (entry_id, case_id, sequence, previous_hash, hash)
            SELECT entry.id, entry.case_id, last.sequence + 1, last.hash, encode(sha256(convert_to(zenrei_seal_text(
                ROW(entry.*)::tickets_timelineentry) || zenrei_netstring(last.hash), 'UTF8')), 'hex') FROM entry, last
        """,
        [store.case.pk, alice.user.pk, store.case.pk],
    )
    assert places(broken()) == {(store.case.ref, 3)}


def test_what_is_written_and_published_meanwhile_is_no_gap(store: Store, alice: Person) -> None:
    """Between the heads and the chains a piece comes, others grow, and some of that is published."""
    heads = known_heads()
    new = give(store.case, alice, b"meanwhile")
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    publish_heads()
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    assert UnpublishedHead.objects.count() == 1
    one = heads_of(f"evidence:{store.pieces[0].public_id}")
    ends = {f"evidence:{new.public_id}": 1, f"evidence:{store.pieces[0].public_id}": LINKS + 2}

    def entries(known: KnownHeads) -> list[set[int]]:
        known.catch_up(ends)
        return [{head.entries for head in known.of(chain)} for chain in ends]

    assert entries(heads) == [{1}, set(range(1, LINKS + 3))]
    assert entries(one)[1] == set(range(1, LINKS + 3))


def test_a_chain_from_before_there_were_heads_was_named_once(store: Store, path: Path) -> None:
    piece = str(store.pieces[2].public_id)
    lines = [line for line in path.read_bytes().splitlines() if piece.encode() in line]
    for line in lines[:-1]:
        path.write_bytes(path.read_bytes().replace(line + b"\n", b""))
    assert places(broken()) == set()


def make_pipe(path: Path) -> None:
    """Put a pipe, which would make a reader wait, in place of a file."""
    os.mkfifo(path)


def make_link(path: Path) -> None:
    """Put a link to the heads as they were in their place."""
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("put", "why"), [(Path.mkdir, "no file"), (make_pipe, "no file"), (make_link, "Too many levels")]
)
def test_heads_that_cannot_be_read_are_broken_and_stop_nothing(
    store: Store, path: Path, put: Callable[[Path], None], why: str
) -> None:
    path.rename(path.with_name("elsewhere"))
    put(path)
    found = verify_everything()
    assert found.checked == 3
    assert [why in one.what for one in found.broken if one.part == "heads"] == [True]


def test_a_head_with_words_that_no_database_keeps_is_none(store: Store, path: Path) -> None:
    with path.open("ab") as file:
        for name in (r"case:\u0000", r"case:\ud800"):
            line = f'{{"line":99,"time":"x","chain":"{name}","entries":{"9" * 40},"hash":"x","previous":"y"}}\n'
            file.write(line.encode())
    assert [one.what.split(": ")[1] for one in broken() if one.part == "heads"] == ["it is no published head"] * 2
    assert CustodyEntry.objects.count() == 3 * LINKS


# --- told once, told for ever ----------------------------------------------------------------------------------------


def of_heads() -> list[str]:
    """Verify, and return what is told of the file of heads itself."""
    return [one.what for one in broken() if one.part == "heads"]


def test_heads_that_were_cut_are_told_again_and_again(store: Store, path: Path, alice: Person) -> None:
    assert broken() == []
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]))
    words = f"{NAME} had {len(lines)} lines when last verified, and has {len(lines) - 2}"
    assert [of_heads(), of_heads()] == [[words]] * 2
    for _ in range(3):
        record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    publish_heads()
    words = f"line {len(lines)} of {NAME} is not what it was when last verified"
    assert [of_heads(), of_heads()] == [[words]] * 2
    path.write_bytes(whole)
    assert of_heads() == [words]  # nobody accepted it


def test_heads_that_are_gone_are_told_again_and_again(store: Store, path: Path, alice: Person) -> None:
    path.unlink()
    words = f"{NAME} is gone or empty, and there are chains"
    assert [of_heads(), of_heads()] == [[words]] * 2
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    publish_heads()
    assert of_heads() == [words]


def test_a_head_that_is_none_of_the_file_is_told_once(store: Store) -> None:
    assert verify_everything(kept_head="0" * 64).broken != []
    assert broken() == []


def test_a_damaged_line_holds_no_newer_head_back(store: Store, path: Path, alice: Person) -> None:
    path.write_bytes(path.read_bytes().replace(b'"line":3,', b'"line":4,', 1))
    assert len(of_heads()) == 2
    record_custody(evidence=store.pieces[0], actor=alice.user, action=CustodyAction.DOWNLOADED)
    publish_heads()
    assert len(of_heads()) == 2
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert f"{NAME} had {len(lines)} lines when last verified, and has {len(lines) - 1}" in of_heads()
