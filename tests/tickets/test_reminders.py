"""Reminders and escalations: made by a repeated job, once each, whatever dies or runs twice; over when they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Role
from accounts.services.departments import set_membership
from common.jobs.claims import claim_job
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_repeated
from common.jobs.tasks import repeat, run_job
from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.kinds import REMIND
from tickets.models import Case, Contract, Reminder, TimelineEntry
from tickets.queries.reminders import Looked, waiting_for, wanted_reminders
from tickets.queries.standing import told_of_cases
from tickets.services.cases import change_case, open_case
from tickets.services.contracts import create_contract
from tickets.services.entries import add_entry, correct_entry
from tickets.services.reminders import note_reminder, record_reminders
from tickets.services.tasks import add_task, tick_task, watch_case

Told = list[tuple[str, str]]


@pytest.fixture
def case(alice: Person) -> Case:
    """A case with a reseller in it."""
    reseller = create_party(name="Reseller S", kind="reseller")
    return open_case(
        department=alice.department, author=alice.user, title="Quotation", kind="quotation", parties=[reseller],
        opened_at=timezone.now() - timedelta(days=200),
    )  # fmt: skip


def say(case: Case, alice: Person, kind: str, *, days: float, due: float | None = None, ours: bool = False) -> Any:
    """Record what the reseller (or we) said so many days ago."""
    us, reseller, now = Party.objects.get(slug="us"), Party.objects.get(slug="reseller-s"), timezone.now()
    return add_entry(
        case=case, author=alice.user, kind=kind, happened_at=now - timedelta(days=days), text=f"{kind} it",
        from_party=us if ours else reseller, to_party=reseller if ours else us,
        due_at=now + timedelta(days=due) if due is not None else None,
    )  # fmt: skip


def beat() -> Job:
    """Let beat ask, and a worker work."""
    Job.objects.filter(kind=REMIND).update(created_at=timezone.now() - timedelta(days=1))
    repeat()
    job = Job.objects.filter(kind=REMIND).latest("pk")
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.detail
    return job


def rows() -> Told:
    """Return the reminders that hold."""
    return sorted(Reminder.objects.filter(over_at=None).values_list("kind", "level"))


def test_beat_reminds_once_however_often_it_comes(case: Case, alice: Person) -> None:
    say(case, alice, "promise", days=20)
    beat()
    made = list(Reminder.objects.values_list("pk", flat=True))
    assert rows() == [("promise_overdue", "escalation"), ("promise_overdue", "reminder")]
    beat()
    assert list(Reminder.objects.values_list("pk", flat=True)) == made


def test_a_worker_that_dies_before_the_end_has_reminded_nobody_and_the_next_one_does(
    case: Case, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(case, alice, "promise", days=8)
    repeat()
    job = Job.objects.get(kind=REMIND)
    with monkeypatch.context() as broken:
        broken.setattr("tickets.services.reminders.Reminder.objects.bulk_create", _die)
        run_job(job.pk)
    assert not Reminder.objects.exists()
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    run_job(job.pk)
    assert rows() == [("promise_overdue", "reminder")]


def _die(*_: Any, **__: Any) -> None:
    """Fail as a lost connection does."""
    raise ConnectionError("gone")


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_remind_once(case: Case, alice: Person, in_threads: Callable[..., list[Any]]) -> None:
    say(case, alice, "promise", days=20)
    wanted = wanted_reminders([case.pk])
    in_threads(lambda: record_reminders(wanted), number=4)
    assert rows() == [("promise_overdue", "escalation"), ("promise_overdue", "reminder")]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_ask_for_one_job(in_threads: Callable[..., list[Any]]) -> None:
    asked = in_threads(lambda: submit_repeated(kind=REMIND, every=timedelta(minutes=10)), number=4)
    assert Job.objects.filter(kind=REMIND).count() == 1
    assert sum(job is not None for job in asked) == 1


def asked() -> int:
    """Let beat ask, and return how many jobs of the kind are new."""
    before = set(Job.objects.filter(kind=REMIND).values_list("pk", flat=True))
    repeat()
    return Job.objects.filter(kind=REMIND).exclude(pk__in=before).count()


def test_a_job_that_is_open_or_young_is_not_asked_for_again(db: None) -> None:
    assert asked() == 1
    job = Job.objects.get(kind=REMIND)
    Job.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert asked() == 0  # still open
    run_job(job.pk)
    assert asked() == 1
    assert asked() == 0
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=2))
    Job.objects.update(created_at=timezone.now() - timedelta(hours=1), state=JobState.DONE)
    assert asked() == 1
    assert not Job.objects.filter(pk=job.pk).exists()  # what ended long ago is forgotten
    assert claim_job(job.pk) is None


def test_a_correction_of_the_text_reminds_nobody_again_and_another_day_does(case: Case, alice: Person) -> None:
    promise = say(case, alice, "promise", days=5, due=-1)
    beat()
    worded = correct_entry(entry=promise, author=alice.user, changes={"text": "A quotation by Friday"})
    beat()
    assert Reminder.objects.count() == 1
    correct_entry(entry=worded, author=alice.user, changes={"due_at": timezone.now() - timedelta(days=3)})
    beat()
    assert Reminder.objects.count() == 2
    assert [row.entry for row in Reminder.objects.filter(over_at=None)] == [promise]


def test_what_is_kept_is_over_and_comes_back_when_the_answer_is_corrected_away(case: Case, alice: Person) -> None:
    say(case, alice, "promise", days=8)
    beat()
    answer = say(case, alice, "answer", days=0)
    assert waiting_for(alice.principal) == []  # at once, not at the next beat
    beat()
    assert rows() == []
    correct_entry(entry=answer, author=alice.user, changes={"kind": "note"})
    beat()
    assert rows() == [("promise_overdue", "reminder")]
    assert Reminder.objects.count() == 1


def test_what_was_noted_waits_anew_when_it_holds_again(case: Case, alice: Person) -> None:
    say(case, alice, "promise", days=8)
    beat()
    note_reminder(reminder=Reminder.objects.get(), reader=alice.user)
    answer = say(case, alice, "answer", days=0)
    beat()
    correct_entry(entry=answer, author=alice.user, changes={"kind": "note"})
    assert waiting_for(alice.principal) == []  # the next look finds it
    beat()
    ((reminder, _),) = waiting_for(alice.principal)
    assert (reminder.seen_at, reminder.seen_by) == (None, None)


def test_the_start_page_says_what_the_newest_revision_says(case: Case, alice: Person) -> None:
    entry = say(case, alice, "promise", days=8)
    beat()
    for text in ("They withdrew this", "A quotation by Friday"):
        entry = correct_entry(entry=entry, author=alice.user, changes={"text": text})
    assert [text for _, text in waiting_for(alice.principal)] == ["A quotation by Friday"]
    shown = alice.client.get("/").content.decode()
    waiting = shown[shown.index('id="waiting"') :].split("</section>")[0]
    assert "A quotation by Friday" in waiting
    assert "promise it" not in waiting


def test_a_case_that_cannot_be_judged_keeps_nobody_else_from_reminders(
    case: Case, alice: Person, charlie: Person, caplog: pytest.LogCaptureFixture
) -> None:
    vendor = create_party(name="Vendor V", kind="vendor")
    broken = open_case(department=charlie.department, author=charlie.user, title="x", kind="other", parties=[vendor])
    us, now = Party.objects.get(slug="us"), timezone.now()
    add_entry(
        case=broken, author=charlie.user, kind="promise", happened_at=now - timedelta(days=8), text="soon",
        from_party=vendor, to_party=us,
    )  # fmt: skip
    beat()
    contract = create_contract(department=charlie.department, party=vendor, number="1", response_hours={"any": 4})
    Contract.objects.filter(pk=contract.pk).update(zone="Nowhere/Land")  # a zone that went
    say(case, alice, "promise", days=8)
    assert beat().detail == "1 reminders; 1 cases cannot be judged (see the log)"
    assert f"case {broken.pk} cannot be judged" in caplog.text
    assert [one.reminder.case for one in waiting_for(alice.principal)] == [case]
    assert [one.text for one in waiting_for(charlie.principal)] == ["soon"]  # as it was found last


def test_what_holds_no_more_hides_nothing_that_does(case: Case, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    reseller = Party.objects.get(slug="reseller-s")
    monkeypatch.setattr("tickets.queries.reminders.LOOKED_AT", 2)
    for number in range(3):
        other = open_case(
            department=alice.department, author=alice.user, title=f"{number}", kind="other", parties=[reseller]
        )
        say(other, alice, "promise", days=12)
    say(case, alice, "promise", days=8)
    beat()
    for other in Case.objects.exclude(pk=case.pk):
        say(other, alice, "answer", days=0)
    assert [one.reminder.case for one in waiting_for(alice.principal)] == [case]


def test_rows_are_written_in_the_order_in_which_others_lock_cases(case: Case, alice: Person) -> None:
    later = open_case(
        department=alice.department, author=alice.user, title="x", kind="other",
        parties=[Party.objects.get(slug="reseller-s")],
    )  # fmt: skip
    for one in (later, case):
        say(one, alice, "promise", days=8)
    Case.objects.filter(pk=case.pk).update(title="moved to the end of its table")
    told = [one.facts.id for one in told_of_cases([later.pk, case.pk])]
    looked = wanted_reminders([later.pk, case.pk])
    record_reminders(Looked(dict(reversed(looked.wanted.items())), set()))
    written = list(Reminder.objects.order_by("pk").values_list("case", flat=True))
    assert told == written == [case.pk, later.pk]


def test_a_contract_says_when_an_ask_is_overdue(case: Case, alice: Person) -> None:
    say(case, alice, "ask", days=2, ours=True)
    beat()
    assert rows() == []
    reseller = Party.objects.get(slug="reseller-s")
    create_contract(
        department=alice.department, party=reseller, number="1", response_hours={"any": 4}, clock="calendar"
    )
    beat()
    assert rows() == [("turn_overdue", "reminder")]
    assert Reminder.objects.get().party == reseller


def test_a_reminder_of_ours_is_none_to_the_party(case: Case, alice: Person) -> None:
    say(case, alice, "promise", days=200)
    beat()
    assert Reminder.objects.count() == 2
    (promise,) = alice.api.get(f"cases/{case.ref}/turns/").json()["promises"]
    assert promise["reminders"] == 0
    assert "no reminder sent" in alice.client.get(f"/cases/{case.ref}/").content.decode()
    assert not TimelineEntry.objects.filter(case=case, author=None).exists()


def test_a_day_to_look_again_comes_once_even_in_a_parked_case(case: Case, alice: Person) -> None:
    task = add_task(case=case, author=alice.user, kind="follow_up", text="Fixed build?", due_on=timezone.localdate())
    change_case(case=case, author=alice.user, changes={"state": "parked"})
    beat()
    assert rows() == [("follow_up", "reminder")]
    tick_task(task=task, author=alice.user)
    beat()
    assert rows() == []


def test_it_waits_for_the_assignee_and_watchers_or_for_all_and_an_escalation_for_managers(
    case: Case, alice: Person, bob: Person, charlie: Person
) -> None:
    say(case, alice, "promise", days=20)
    beat()
    levels: Callable[[Person], list[str]] = lambda person: [one.reminder.level for one in waiting_for(person.principal)]  # noqa: E731
    assert (levels(alice), levels(bob), levels(charlie)) == (["reminder"], ["reminder"], [])
    change_case(case=case, author=alice.user, changes={"assignee": alice.user})
    assert (levels(alice), levels(bob)) == (["reminder"], [])
    alice.user.is_active = False
    alice.user.save()
    assert levels(bob) == ["reminder"]  # who cannot log in works on nothing
    alice.user.is_active = True
    alice.user.save()
    alice.user.memberships.all().delete()
    assert levels(bob) == ["reminder"]  # who left works on it no longer
    set_membership(user=alice.user, department=alice.department, role=Role.OPERATOR)
    assert levels(bob) == []
    watch_case(case=case, user=bob.user)
    assert levels(bob) == ["reminder"]
    watch_case(case=case, user=bob.user, watch=False)
    set_membership(user=bob.user, department=bob.department, role=Role.MANAGER)
    assert levels(bob) == ["escalation"]
    change_case(case=case, author=alice.user, changes={"state": "closed"})
    assert (levels(alice), levels(bob)) == ([], [])


def test_what_somebody_noted_waits_no_more(case: Case, alice: Person, bob: Person) -> None:
    say(case, alice, "promise", days=8)
    beat()
    ((reminder, _),) = waiting_for(alice.principal)
    note_reminder(reminder=reminder, reader=alice.user)
    assert waiting_for(alice.principal) == []
    note_reminder(reminder=reminder, reader=bob.user)
    assert reminder.seen_by == alice.user
    beat()
    assert waiting_for(alice.principal) == []


def test_the_start_page_asks_as_often_whatever_waits(
    case: Case, alice: Person, django_assert_max_num_queries: Any
) -> None:
    say(case, alice, "promise", days=8)
    for number in range(12):
        other = open_case(
            department=alice.department, author=alice.user, title=f"Case {number}", kind="other",
            parties=[Party.objects.get(slug="reseller-s")],
        )  # fmt: skip
        say(other, alice, "promise", days=9)
    beat()
    principal = alice.principal
    with django_assert_max_num_queries(6):
        assert len(waiting_for(principal)) == 10


@pytest.mark.parametrize("table", ["tickets_reminder", "tickets_entryseal"])
def test_no_index_is_the_beginning_of_another(db: None, table: str) -> None:
    whole = "indexprs IS NULL AND indpred IS NULL AND indrelid = %s::regclass"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT indexrelid::regclass::text, indkey::text FROM pg_index WHERE {whole}", [table])
        columns = dict(cursor.fetchall())
    assert len(columns) > 1
    assert [
        (short, long) for short, keys in columns.items() for long, more in columns.items()
        if short != long and f"{more} ".startswith(f"{keys} ")
    ] == []  # fmt: skip
