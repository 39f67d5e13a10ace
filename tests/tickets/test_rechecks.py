"""Evidence is read again from time to time, the oldest check first; a break is shown where people look."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from common.heads import NAME
from common.jobs.kinds import repeated_kinds
from common.jobs.models import Job, JobState
from common.jobs.tasks import repeat, run_job
from common.storage import evidence_store
from tests.conftest import Person
from tests.support.store import Store, give, make_store
from tests.support.tampering import tamper
from tickets.kinds import CHECK_EVIDENCE, RECHECK
from tickets.models import Blob, BlobCheck, CustodyAction, Evidence, IntegrityCheck, Verification
from tickets.services.custody import broken_links
from tickets.services.heads import known_heads, publish_heads
from tickets.services.rechecks import _is_broken
from tickets.services.verification import pieces_to_check, record_pieces, verify_everything
from tickets.tasks import publish


@pytest.fixture
def store(alice: Person) -> Store:
    """A store whose heads are published."""
    made = make_store(alice)
    publish_heads()
    return made


def recheck() -> str:
    """Do what beat asks for, and return what the job says at its end."""
    Job.objects.filter(kind=RECHECK).delete()
    repeat()
    job = Job.objects.get(kind=RECHECK)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.detail
    return job.detail


def rot(piece: Evidence) -> None:
    """Change a byte of a piece."""
    path = evidence_store().path(piece.blob_id)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def checked() -> list[int]:
    """Return the pieces that were read again, the oldest check first."""
    checks = IntegrityCheck.objects.filter(evidence__isnull=False).order_by("checked_at", "pk")
    return [check.evidence_id for check in checks if check.evidence_id]


def test_beat_asks_for_it(store: Store) -> None:
    assert repeated_kinds()[RECHECK] == timedelta(minutes=10)


def test_everything_that_was_never_read_again_is(store: Store) -> None:
    assert recheck() == "3 pieces and 2 timelines read again, 0 broken"
    assert checked() == [piece.pk for piece in store.pieces]
    assert recheck() == "nothing is due"


def test_each_check_stands_in_the_custody_log(store: Store) -> None:
    rot(store.pieces[2])
    recheck()
    entries = [piece.custody.latest("sequence") for piece in store.pieces]
    assert [(entry.action, entry.actor, entry.details) for entry in entries] == [
        (CustodyAction.CHECKED, None, {"whole": True, "breaks": 0}),
        (CustodyAction.CHECKED, None, {"whole": True, "breaks": 0}),
        (CustodyAction.CHECKED, None, {"whole": False, "breaks": 1}),
    ]
    assert broken_links(store.pieces[0]) == []


@pytest.mark.parametrize(("allowed", "pieces"), [(1, 1), (30, 1), (60, 2), (59, 1), (827, 2), (828, 3)])
def test_a_run_reads_so_many_bytes_and_one_piece_at_least(
    store: Store, settings: Settings, allowed: int, pieces: int
) -> None:
    settings.RECHECK_BYTES = allowed
    recheck()
    assert checked() == [piece.pk for piece in store.pieces[:pieces]]


def test_the_oldest_check_comes_first(store: Store, settings: Settings) -> None:
    recheck()
    for days, piece in ((31, store.pieces[1]), (40, store.pieces[2]), (29, store.pieces[0])):
        IntegrityCheck.objects.filter(evidence=piece).update(checked_at=timezone.now() - timedelta(days=days))
    settings.RECHECK_BYTES = 1
    recheck()
    assert checked() == [store.pieces[1].pk, store.pieces[0].pk, store.pieces[2].pk]
    recheck()
    assert recheck() == "nothing is due"


def test_what_was_broken_is_looked_at_again_after_a_day(store: Store, alice: Person) -> None:
    rot(store.pieces[2])
    assert recheck().endswith("1 broken")
    give(store.case, alice, bytes(range(256)) * 3, "dump.bin")
    assert recheck() == "nothing is due"
    IntegrityCheck.objects.filter(evidence=store.pieces[2]).update(checked_at=timezone.now() - timedelta(days=1))
    assert recheck() == "1 pieces and 0 timelines read again, 0 broken"
    assert not IntegrityCheck.objects.filter(is_broken=True).exists()


def test_a_chain_that_was_cut_off_is_found_and_stays_found(store: Store) -> None:
    piece = store.pieces[0]
    tamper("DELETE FROM tickets_custodyentry WHERE evidence_id = %s AND sequence = 4", [piece.pk])
    assert recheck().endswith("1 broken")
    assert IntegrityCheck.objects.get(evidence=piece).breaks[0]["entry"] == 4
    publish()  # the check itself is the fourth entry now
    assert {one.evidence for one in verify_everything().broken} == {str(piece.public_id)}


def test_a_changed_timeline_is_found(store: Store) -> None:
    tamper("UPDATE tickets_timelineentry SET text = 'x' WHERE case_id = %s", [store.other.pk])
    assert recheck().endswith("1 broken")
    check = IntegrityCheck.objects.get(case=store.other, evidence=None)
    assert (check.is_broken, check.breaks[0]["entry"]) == (True, 1)


def test_a_check_dated_ahead_is_due(store: Store) -> None:
    recheck()
    IntegrityCheck.objects.update(checked_at=timezone.now() + timedelta(days=365))
    rot(store.pieces[2])
    assert recheck() == "3 pieces and 2 timelines read again, 1 broken"


def test_nothing_is_read_where_nothing_is_due(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    recheck()
    monkeypatch.setattr("tickets.services.rechecks.known_heads", None)
    assert recheck() == "nothing is due"


def a_day_later() -> None:
    """Let it be a day since the store was looked at as a whole."""
    Verification.objects.update(finished_at=timezone.now() - timedelta(days=1, minutes=1))


def test_damaged_heads_and_chains_that_are_gone_are_found(store: Store, data_dir: Path) -> None:
    recheck()
    piece = store.pieces[1]
    for table, column in (
        ("custodyentry", "evidence_id"),
        ("integritycheck", "evidence_id"),
        ("timelineentry", "evidence_id"),
        ("evidence", "id"),
    ):
        tamper(f"DELETE FROM tickets_{table} WHERE {column} = %s", [piece.pk])
    path = data_dir / NAME
    path.write_bytes(path.read_bytes().replace(b'"line":3,', b'"line":4,', 1))
    a_day_later()
    recheck()
    kept = Verification.objects.all()[0]
    assert kept.of_everything is False
    assert {(one["part"], one["evidence"], one["entry"]) for one in kept.breaks} == {
        ("heads", None, 3),
        ("heads", None, 4),
        ("custody", str(piece.public_id), 1),
    }
    a_day_later()
    assert recheck().endswith("3 broken")


def test_a_blob_that_no_piece_names_is_read_again(store: Store) -> None:
    with evidence_store().writer() as writer:
        writer.write(b"the source of a mail")
        blob = writer.commit()
    Blob.objects.create(sha256=blob.sha256, size=blob.size)
    recheck()
    assert BlobCheck.objects.get().trouble == ""
    BlobCheck.objects.update(checked_at=timezone.now() - timedelta(days=31))
    path = evidence_store().path(blob.sha256)
    path.chmod(0o640)
    path.write_bytes(b"another")
    assert recheck() == "0 pieces and 0 timelines read again, 1 blobs without a piece, 1 broken"
    assert [one["part"] for one in Verification.objects.all()[0].breaks] == ["blob"]
    assert recheck() == "nothing is due"


@pytest.mark.parametrize(
    "change", ["received_at = 'infinity'", "case_id = (SELECT max(id) FROM tickets_case)", "case_id = 1000000"]
)
def test_one_spoilt_piece_ends_no_run(store: Store, change: str) -> None:
    recheck()
    tamper(f"UPDATE tickets_evidence SET {change} WHERE id = %s", [store.pieces[2].pk])
    IntegrityCheck.objects.update(checked_at=timezone.now() - timedelta(days=31))
    a_day_later()
    rot(store.pieces[0])  # and with it its copy
    assert recheck().endswith("3 broken")
    assert IntegrityCheck.objects.filter(evidence__in=store.pieces[:2], is_broken=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_check_and_an_upload_of_the_same_bytes_wait_for_each_other(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check holds what it locks while the upload comes; with the piece locked first, each would wait for ever."""
    store = make_store(alice)
    checking, uploading, errors = Event(), Event(), list[Exception]()

    def record_later(*words: Any) -> None:
        checking.set()
        uploading.wait(10)
        for _ in range(200):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone() != (0,):
                    break
        record_pieces(*words)

    monkeypatch.setattr("tickets.services.rechecks.record_pieces", record_later)

    def check() -> None:
        piece = pieces_to_check().get(pk=store.pieces[2].pk)
        _is_broken(piece, known_heads(), lambda _size: None, {}, asker=None)  # type: ignore[arg-type]

    def upload() -> None:
        checking.wait(10)
        uploading.set()
        give(store.case, alice, bytes(range(256)) * 3, "dump.bin")

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  (the test shows it)
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in (check, upload)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert errors == []


def test_a_job_taken_over_in_the_middle_is_done_again_without_harm(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from common.jobs.claims import Claim, LeaseLost

    def lost(self: Claim, effect: Callable[[], str]) -> None:
        raise LeaseLost("taken over")

    with monkeypatch.context() as patch:
        patch.setattr(Claim, "finish", lost)
        repeat()
        run_job(Job.objects.get(kind=RECHECK).pk)
    assert recheck() == "nothing is due"


# --- asked for -------------------------------------------------------------------------------------------------------


def path_of(store: Store, end: str = "") -> str:
    """Return the API's address of the last piece."""
    return f"cases/{store.case.ref}/evidence/{store.pieces[2].public_id}/{end}"


def test_somebody_has_a_piece_read_again_and_is_told(store: Store, alice: Person) -> None:
    assert alice.api.get(path_of(store)).json()["check"] is None
    answer = alice.api.post(path_of(store, "check/"))
    assert answer.status_code == 202
    assert alice.api.post(path_of(store, "check/")).json()["id"] == answer.json()["id"]
    run_job(Job.objects.get(kind=CHECK_EVIDENCE).pk)
    told = alice.api.get(f"jobs/{answer.json()['id']}/").json()
    assert (told["state"], told["detail"]) == ("done", "whole")
    assert alice.api.get(path_of(store)).json()["check"]["broken"] == []
    entry = store.pieces[2].custody.latest("sequence")
    assert (entry.action, entry.actor) == (CustodyAction.CHECKED, alice.user)


def test_a_break_is_told_with_its_place(store: Store, alice: Person) -> None:
    rot(store.pieces[2])
    job = alice.api.post(path_of(store, "check/")).json()
    run_job(Job.objects.get(public_id=job["id"]).pk)
    broken = alice.api.get(path_of(store)).json()["check"]["broken"]
    assert [(one["part"], one["entry"], one["name"]) for one in broken] == [("blob", None, "dump.bin")]
    assert alice.api.get("custody/").json()["broken"] == broken


def test_readers_and_strangers_ask_for_no_check(store: Store, bob: Person, charlie: Person) -> None:
    assert bob.api.post(path_of(store, "check/")).status_code == 403
    assert charlie.api.post(path_of(store, "check/")).status_code == 404
    assert not Job.objects.filter(kind=CHECK_EVIDENCE).exists()


def test_the_state_of_the_store_is_of_what_one_may_see(store: Store, alice: Person, charlie: Person) -> None:
    rot(store.pieces[2])
    verify_everything()
    told = alice.api.get("custody/").json()
    assert (told["pieces"], told["checked"], len(told["broken"])) == (3, 3, 1)
    assert told["verification"]["whole"] is False
    assert len(told["head"]["hash"]) == 64
    hidden: dict[str, Any] = charlie.api.get("custody/").json()
    assert (hidden["pieces"], hidden["checked"], hidden["oldest_check"], hidden["broken"]) == (0, 0, None, [])
    assert hidden["head"] == told["head"]


def test_the_head_of_the_api_is_one_that_verify_looks_for(store: Store, alice: Person) -> None:
    kept = alice.api.get("custody/").json()["head"]["hash"]
    assert verify_everything(kept_head=kept).broken == []
