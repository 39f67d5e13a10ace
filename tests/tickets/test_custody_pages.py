"""What pages and API say of whether all is what was given: yes only where all was looked at, lately, and is whole."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from common.heads import NAME
from common.jobs.models import Job
from common.jobs.tasks import run_job
from tests.conftest import Person
from tests.pages.story import read
from tests.support.store import Store, make_store
from tests.support.tampering import tamper
from tests.tickets.test_rechecks import recheck, rot
from tickets.kinds import CHECK_EVIDENCE
from tickets.models import IntegrityCheck, Verification
from tickets.queries.case_page import ENTRIES_A_PAGE
from tickets.services.entries import add_entry
from tickets.services.heads import publish_heads
from tickets.services.verification import verify_everything

YES = "Yes: every piece was read again, and is what was given."


@pytest.fixture
def store(alice: Person) -> Store:
    """A store whose heads are published."""
    made = make_store(alice)
    publish_heads()
    return made


def page(person: Person, path: str) -> str:
    """Return a page's text."""
    answer = person.client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def pages_of(store: Store) -> list[str]:
    """Return the pages on which a break must be seen."""
    return [
        "/",
        f"/cases/{store.case.ref}/",
        f"/cases/{store.case.ref}/evidence/{store.pieces[2].public_id}/",
        "/custody/",
    ]


def test_a_break_is_seen_where_people_look(store: Store, bob: Person) -> None:
    rot(store.pieces[2])
    assert not any("Evidence is not what was given" in page(bob, path) for path in pages_of(store))
    recheck()
    for path in pages_of(store):
        assert "Evidence is not what was given" in page(bob, path), path
        assert "the bytes are not what was stored" in page(bob, path), path
    assert "Evidence is not what was given" not in page(bob, f"/cases/{store.other.ref}/")


def test_a_broken_piece_is_nowhere_shown_as_whole(store: Store, bob: Person) -> None:
    rot(store.pieces[2])
    read(store.pieces[2])
    assert "whole: 6 lines" in page(bob, f"/cases/{store.case.ref}/")
    recheck()
    text = page(bob, f"/cases/{store.case.ref}/")
    assert "whole: 6 lines" not in text
    for words in ("6 lines were read", "1 piece is not what was given", "download what is there now<"):
        assert words in text, words
    assert "Download what is there now" in page(bob, f"/cases/{store.case.ref}/evidence/{store.pieces[2].public_id}/")
    assert "Evidence is not what was given" in page(bob, f"/cases/{store.case.ref}/packs/")
    assert "Evidence is not what was given" not in page(bob, f"/cases/{store.other.ref}/packs/")


def test_the_note_of_a_break_leads_to_the_changed_entry(store: Store, alice: Person) -> None:
    then = timezone.now() - timedelta(days=9)
    entry = add_entry(case=store.case, author=alice.user, kind="note", happened_at=then, text="Asked.")
    for number in range(ENTRIES_A_PAGE):
        add_entry(case=store.case, author=alice.user, kind="note", happened_at=timezone.now(), text=f"Note {number}.")
    tamper("UPDATE tickets_timelineentry SET text = 'Never asked.' WHERE id = %s", [entry.pk])
    recheck()
    address, anchor = f"/cases/{store.case.ref}/?entry={entry.public_id}", f"entry-{entry.public_id}"
    assert f'<a href="{address}#{anchor}">' in page(alice, "/")
    assert f'id="{anchor}"' not in page(alice, f"/cases/{store.case.ref}/")
    assert f'id="{anchor}"' in page(alice, address)
    assert f'id="{anchor}"' not in page(alice, f"{address}&page=1")
    assert page(alice, f"/cases/{store.case.ref}/?entry=none")


def test_a_break_of_others_is_not_seen(store: Store, charlie: Person) -> None:
    rot(store.pieces[2])
    recheck()
    assert "dump.bin" not in page(charlie, "/") + page(charlie, "/custody/")
    assert "There is no evidence that you may see." in page(charlie, "/custody/")


def test_nothing_read_again_is_not_said_to_be_whole(store: Store, bob: Person) -> None:
    assert "3 pieces were not read again yet." in page(bob, "/custody/")
    assert "published <time" in page(bob, "/custody/")  # on the reader's clock, as all times are
    assert "not read again yet" in page(bob, f"/cases/{store.case.ref}/")
    recheck()
    assert "Yes: every piece was read again, and is what was given." in page(bob, "/custody/")
    assert "all read again" in page(bob, f"/cases/{store.case.ref}/")


def test_a_piece_is_checked_from_its_page(store: Store, alice: Person, bob: Person) -> None:
    path = pages_of(store)[2]
    assert "Check it now" in page(alice, path)
    assert "Check it now" not in page(bob, path)
    assert alice.client.post(f"{path}check/").status_code == 302
    run_job(Job.objects.get(kind=CHECK_EVIDENCE).pk)
    assert "what was given, byte for byte" in page(bob, path)
    assert bob.client.post(f"{path}check/").status_code == 403


def months_ago(table: str) -> Callable[[Path], object]:
    """Return what makes checks old."""
    then = timezone.now() - timedelta(days=31)
    if table == "pieces":
        return lambda _path: IntegrityCheck.objects.exclude(evidence=None).update(checked_at=then)
    if table == "timelines":
        return lambda _path: IntegrityCheck.objects.filter(evidence=None).update(checked_at=then)
    return lambda _path: Verification.objects.update(finished_at=then)


def ahead(_path: Path) -> None:
    """Date checks ahead."""
    IntegrityCheck.objects.update(checked_at=timezone.now() + timedelta(days=1))


def cut(path: Path) -> None:
    """Take the last line off the heads."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def put_folder(path: Path) -> None:
    """Put a folder in the place of the heads."""
    path.unlink()
    path.mkdir()


OLD = "Not known: of pieces and timelines, %d were not read again within 30 days."
DOUBTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "old checks of pieces": (months_ago("pieces"), OLD % 3),
    "old checks of timelines": (months_ago("timelines"), OLD % 2),
    "checks dated ahead": (ahead, OLD % 5),
    "heads nobody looked at": (
        months_ago("heads"),
        "Not known: the published heads were not looked at within 30 days.",
    ),
    "no heads": (Path.unlink, f"{NAME} is gone or empty, and there are chains"),
    "empty heads": (lambda path: path.write_bytes(b""), f"{NAME} is gone or empty, and there are chains"),
    "heads that were cut": (cut, "lines when last verified, and has"),
    "a folder of heads": (put_folder, "what lies in its place is no file"),
}


def test_the_page_says_yes_only_where_all_was_looked_at_and_is_whole(store: Store, bob: Person, data_dir: Path) -> None:
    verify_everything()
    whole = (data_dir / NAME).read_bytes()
    checks, looks = list(IntegrityCheck.objects.all()), list(Verification.objects.all())
    for what, (change, words) in DOUBTS.items():
        assert YES in page(bob, "/custody/"), what
        change(data_dir / NAME)
        text = page(bob, "/custody/")
        assert (words in text, YES in text) == (True, False), what
        assert bool(bob.api.get("custody/").json()["broken"]) == (not words.startswith("Not known")), what
        if (data_dir / NAME).is_dir():
            (data_dir / NAME).rmdir()
        (data_dir / NAME).write_bytes(whole)
        IntegrityCheck.objects.bulk_update(checks, ["checked_at"])
        Verification.objects.bulk_update(looks, ["finished_at"])


def test_what_belongs_to_no_case_is_told_to_all_and_named_to_administrators(
    store: Store, bob: Person, alice: Person
) -> None:
    piece = store.pieces[1]
    verify_everything()
    for table, column in (("integritycheck", "evidence_id"), ("custodyentry", "evidence_id"), ("evidence", "id")):
        tamper(f"DELETE FROM tickets_{table} WHERE {column} = %s", [piece.pk])
    tamper("UPDATE tickets_timelineentry SET evidence_id = NULL WHERE evidence_id = %s", [piece.pk])
    verify_everything()
    alice.user.is_superuser = True
    alice.user.save()
    text = page(bob, "/custody/")
    assert "something that belongs to no case: ask the administrator" in text
    assert str(piece.public_id) not in text
    assert f"{piece.public_id}: it is gone with its whole chain" in page(alice, "/custody/")
    told = bob.api.get("custody/").json()["broken"]
    assert ("custody", None) in {(one["part"], one["evidence"]) for one in told}
    IntegrityCheck.objects.update(is_broken=False, breaks=[])
    assert "No: something is broken." in page(bob, "/custody/")


def test_a_chain_is_not_said_to_be_whole_by_itself(store: Store, bob: Person) -> None:
    """Its end may have been cut off: only the published heads tell."""
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence > 1", [store.pieces[2].pk])
    text = page(bob, pages_of(store)[2])
    assert "1 entry, and it covers the piece: checked now" in text
    assert "only a check against the published heads tells: not yet since it was received" in " ".join(text.split())
    assert "unbroken" not in text
