"""The job row is the truth: claimed by one worker, done once, given up in the open, whatever happens to messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Department
from common.jobs.claims import Claim, GivenUp, LeaseLost, Postponed, claim_job
from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from common.jobs.tasks import RESEND_AFTER, run_job, sweep
from tests.common.conftest import MakeKind, make_job

ENDED = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


def expire(job: Job) -> None:
    """Let the lease of a running job run out, as when its worker died."""
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - ENDED)


def fresh(job: Job) -> Job:
    """Return the row as it is now."""
    return Job.objects.get(pk=job.pk)


def write_department(name: str) -> str:
    """Have an effect that can be seen."""
    Department.objects.create(name=name, slug=name, code=name.upper())
    return "written"


def claimed(job: Job) -> Claim:
    """Take a job, which must be free."""
    claim = claim_job(job.pk)
    assert claim is not None
    return claim


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_it(in_threads: Callable[..., list[Any]]) -> None:
    job = make_job()
    claims = in_threads(lambda: claim_job(job.pk), number=8)
    assert sum(claim is not None for claim in claims) == 1
    assert (fresh(job).claims, fresh(job).deaths) == (1, 0)


def test_it_cannot_be_taken_twice() -> None:
    job = make_job()
    claimed(job)
    assert claim_job(job.pk) is None


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_what_has_ended_is_never_taken(state: str) -> None:
    assert claim_job(make_job(state=state, due_at=timezone.now() - ENDED).pk) is None


def test_what_is_not_due_is_not_taken() -> None:
    assert claim_job(make_job(due_at=timezone.now() + ENDED).pk) is None


def test_a_job_that_is_not_there_is_nobodys() -> None:
    assert claim_job(4711) is None
    run_job(4711)


def test_a_lease_that_ran_out_is_taken_over_and_the_first_worker_writes_nothing() -> None:
    job = make_job()
    first = claimed(job)
    expire(job)
    second = claimed(job)
    with pytest.raises(LeaseLost):
        first.finish(lambda: write_department("first"))
    with pytest.raises(LeaseLost):
        first.tell(0.5, "half")
    first.postpone(seconds=1, detail="never mind")
    first.failed(reason="broken", give_up=lambda job, reason: None, final=True)
    assert fresh(job).state == JobState.RUNNING
    second.finish(lambda: write_department("second"))
    assert list(Department.objects.values_list("name", flat=True)) == ["second"]
    assert (fresh(job).state, fresh(job).deaths, fresh(job).failures) == (JobState.DONE, 1, 0)


def test_a_finished_job_is_not_finished_again() -> None:
    claim = claimed(make_job())
    claim.finish(lambda: "done")
    with pytest.raises(LeaseLost):
        claim.finish(lambda: write_department("again"))
    assert not Department.objects.exists()


def test_effect_and_done_are_one() -> None:
    job = make_job()
    claim = claimed(job)

    def half() -> str:
        write_department("half")
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        claim.finish(half)
    assert not Department.objects.exists()
    assert fresh(job).state == JobState.RUNNING


@pytest.mark.django_db(transaction=True)
def test_a_finish_keeps_rivals_out_without_making_them_wait(in_threads: Callable[..., list[Any]]) -> None:
    job = make_job()
    claim = claimed(job)
    seen = []

    def effect() -> str:
        expire_from_outside = in_threads(lambda: claim_job(job.pk), number=2)
        seen.extend(expire_from_outside)
        return "done"

    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - ENDED)
    claim.finish(effect)
    assert seen == [None, None]
    assert fresh(job).state == JobState.DONE


def test_failures_wait_longer_each_time_and_end(make_kind: MakeKind, settings: Settings) -> None:
    told = []

    def fall(handle: Handle) -> None:
        raise ValueError("no such luck")

    make_kind("test", fall, lambda job, reason: told.append((job.pk, reason)))
    job, waits = make_job(), []
    for _ in range(settings.JOB_FAILURES_ALLOWED):
        run_job(job.pk)
        waits.append(round((fresh(job).due_at - timezone.now()).total_seconds()))
        Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(due_at=timezone.now())
    ended = fresh(job)
    assert waits[:2] == [2, 4]
    assert (ended.state, ended.failures, ended.deaths) == (JobState.FAILED, 3, 0)
    assert ended.detail == "ValueError: no such luck"
    assert told == [(job.pk, "ValueError: no such luck")]


def test_giving_up_and_saying_so_are_one(make_kind: MakeKind) -> None:
    def end(handle: Handle) -> None:
        raise GivenUp("never")

    def say(job: Job, reason: str) -> None:
        write_department("said")
        raise RuntimeError("the power went")

    make_kind("test", end, say)
    job = make_job()
    with pytest.raises(RuntimeError):
        run_job(job.pk)
    assert not Department.objects.exists()
    assert fresh(job).state == JobState.RUNNING


def test_what_can_never_succeed_is_given_up_at_once(make_kind: MakeKind) -> None:
    def end(handle: Handle) -> None:
        raise GivenUp("The bytes are gone.")

    make_kind("test", end)
    job = make_job()
    run_job(job.pk)
    assert (fresh(job).state, fresh(job).detail) == (JobState.FAILED, "The bytes are gone.")


def test_a_reason_that_no_text_can_hold_still_ends_it(make_kind: MakeKind) -> None:
    def end(handle: Handle) -> None:
        raise GivenUp("a\x00b\udcff" + "x" * 5000)

    make_kind("test", end)
    job = make_job()
    run_job(job.pk)
    assert fresh(job).state == JobState.FAILED
    assert fresh(job).detail.startswith("a�b�x")
    assert len(fresh(job).detail) == 2000


def test_a_postponed_job_did_not_fail(make_kind: MakeKind) -> None:
    def later(handle: Handle) -> None:
        raise Postponed(30, "Another one is at it.")

    make_kind("test", later)
    job = make_job()
    run_job(job.pk)
    waiting = fresh(job)
    assert (waiting.state, waiting.failures, waiting.deaths, waiting.detail) == (
        "queued",
        0,
        0,
        "Another one is at it.",
    )
    assert 25 < (waiting.due_at - timezone.now()).total_seconds() <= 30


def test_workers_that_die_are_counted_and_end_it(make_kind: MakeKind, settings: Settings) -> None:
    settings.JOB_DEATHS_ALLOWED = 2
    told: list[str] = []
    make_kind("test", lambda handle: pytest.fail("it ran once more"), lambda job, reason: told.append(reason))
    job = make_job()
    for _ in range(3):
        claimed(job)
        expire(job)
    run_job(job.pk)
    assert (fresh(job).state, fresh(job).deaths) == (JobState.FAILED, 3)
    assert told == ["Given up: 2 workers took this job and died at it."]


def test_a_kind_that_this_worker_does_not_know_is_left_to_others() -> None:
    job = make_job(kind="of-the-future")
    run_job(job.pk)
    assert (fresh(job).state, fresh(job).failures) == (JobState.QUEUED, 0)
    assert "of-the-future" in fresh(job).detail


def test_a_message_that_comes_twice_or_late_changes_nothing(make_kind: MakeKind) -> None:
    runs: list[int] = []

    def work(handle: Handle) -> None:
        runs.append(1)
        handle.finish(lambda: "done")

    make_kind("test", work)
    job = make_job()
    for _ in range(3):
        run_job(job.pk)
    assert (runs, fresh(job).state, fresh(job).progress) == ([1], JobState.DONE, 1.0)


def test_a_handler_that_forgets_to_finish_is_found_out_by_its_lease(make_kind: MakeKind) -> None:
    make_kind("test", lambda handle: None)
    job = make_job()
    run_job(job.pk)
    assert fresh(job).state == JobState.RUNNING


@pytest.mark.parametrize(
    ("told", "kept"), [(0.5, 0.5), (-1.0, 0.0), (7.0, 1.0), (float("nan"), 0.0), (float("inf"), 0.0)]
)
def test_progress_is_a_share(told: float, kept: float) -> None:
    job = make_job()
    claimed(job).tell(told, "x" * 600 + "\x00")
    assert (fresh(job).progress, len(fresh(job).detail)) == (kept, 500)


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_its_worker_lives(settings: Settings) -> None:
    settings.JOB_LEASE_SECONDS = 2
    job = make_job()
    claim = claimed(job)
    before = fresh(job).due_at
    with claim:
        for _ in range(100):
            if fresh(job).due_at > before:
                break
            claim._stop.wait(0.05)
    assert fresh(job).due_at > before


def sent_by_sweep(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Catch what the sweep sends."""
    sent: list[int] = []
    monkeypatch.setattr("common.jobs.tasks.send", sent.append)
    return sent


def test_the_sweep_sends_what_is_overdue_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, old = sent_by_sweep(monkeypatch), timezone.now() - timedelta(seconds=2)
    overdue = make_job(due_at=old)
    dead = make_job(due_at=old, state=JobState.RUNNING)
    for due_at in (timezone.now(), timezone.now() + ENDED):
        make_job(due_at=due_at)
    for state in (JobState.DONE, JobState.FAILED):
        make_job(due_at=old, state=state)
    assert sweep() == 2
    assert sorted(sent) == [overdue.pk, dead.pk]


def test_the_sweep_sends_one_again_only_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = sent_by_sweep(monkeypatch)
    job = make_job(due_at=timezone.now() - timedelta(seconds=2))
    sweep()
    sweep()
    assert sent == [job.pk]
    Job.objects.filter(pk=job.pk).update(swept_at=timezone.now() - RESEND_AFTER - ENDED)
    sweep()
    assert sent == [job.pk, job.pk]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_share_the_work(monkeypatch: pytest.MonkeyPatch, in_threads: Callable[..., list[Any]]) -> None:
    sent = sent_by_sweep(monkeypatch)
    held = make_job(due_at=timezone.now() - timedelta(seconds=2))
    free = make_job(due_at=timezone.now() - timedelta(seconds=2))
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=held.pk)
        assert in_threads(sweep, number=1) == [1]
    assert sent == [free.pk]


def test_a_broker_that_is_away_does_not_lose_the_sweeps_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(job_id: int) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("common.jobs.tasks.send", refuse)
    job = make_job(due_at=timezone.now() - timedelta(seconds=2))
    with pytest.raises(ConnectionError):
        sweep()
    assert fresh(job).state == JobState.QUEUED


def test_submitting_wakes_only_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[int] = []
    monkeypatch.setattr("common.jobs.outbox.wake", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        job = submit_job(kind="test", args={})
        assert woken == []
    assert woken == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_transaction_that_failed_was_never_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr("common.jobs.outbox.wake", woken.append)

    def submit_and_fall() -> None:
        with transaction.atomic():
            submit_job(kind="test", args={})
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        submit_and_fall()
    assert (woken, Job.objects.count()) == ([], 0)


def test_a_kind_cannot_be_registered_twice(make_kind: MakeKind) -> None:
    from common.jobs.kinds import register

    with pytest.raises(RuntimeError, match="twice"):
        register(make_kind("test", lambda handle: None))


def test_the_database_knows_only_whole_jobs() -> None:
    from django.db import IntegrityError

    for wrong in ({"progress": 1.5}, {"state": "lost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_job(**wrong)
    assert connection.is_usable()
