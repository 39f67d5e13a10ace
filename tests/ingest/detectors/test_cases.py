"""What a case is told of detectors that could not judge it, and what one case keeps from another."""

import threading
from typing import Any

import pytest
from django.db import connection

from common.jobs.claims import Claim
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from common.jobs.tasks import run_job
from ingest.services import detect_jobs, detecting, event_tables, read_evidence
from ingest.services.detect_child import DetectFailed
from kb.models import Detector, KnownIssue, Product
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.detectors.world import ID, RULE, add, case_of, held, run
from tests.ingest.test_read_evidence import read
from tests.support.fortimail_log import make_log, message_lines
from tickets.models import Case, Finding, FindingStatus, ReadingState
from tickets.queries.links import issues_of_case
from tickets.services.readings import record_reading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
CLEAN = b"".join(f"{line}\n".encode() for n in range(1, 10) for line in message_lines(n, contradictory=False))


def row_of(person: Person, case: Case) -> dict[str, Any]:
    """What the one detector said of a case."""
    (row,) = person.api.get(f"cases/{case.ref}/detectors/").json()["results"]
    return dict(row)


@pytest.fixture
def clean(alice: Person, product: Product) -> Case:
    """A case with a log in which nothing is found."""
    clean = case_of(alice, product)
    read(give(clean, alice, CLEAN))
    return clean


def test_none_in_one_log_is_no_answer_while_another_was_not_read(clean: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    whole = row_of(alice, clean)
    assert (whole["current"], whole["judged"], whole["hits"]) == (True, True, 0)
    bad = give(clean, alice, make_log(60), "bad.log")
    waits = row_of(alice, clean)
    assert (waits["current"], waits["judged"], waits["hits"]) == (False, False, None)
    assert waits["not_judged"][-1]["reason"] == "bad.log: it is not read yet"
    assert bad.job_id is not None
    Job.objects.filter(pk=bad.job_id).update(state=JobState.FAILED)
    record_reading(evidence=bad, state=ReadingState.FAILED, reason="CPU limit")
    failed = row_of(alice, clean)
    assert (failed["current"], failed["judged"], failed["hits"]) == (False, False, None)
    assert failed["not_judged"][-1]["reason"] == "bad.log: it could not be read"


def test_none_in_one_log_is_no_answer_where_another_has_no_table(
    clean: Case, alice: Person, issue: KnownIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = give(clean, alice, make_log(60), "bad.log")
    read(second)
    make = event_tables.make_missing_table
    monkeypatch.setattr(
        detecting, "make_missing_table", lambda piece, tell: "no table" if piece.pk == second.pk else make(piece, tell)
    )
    run(add(alice))
    row = row_of(alice, clean)
    assert (row["current"], row["judged"], row["hits"]) == (False, False, None)


def test_the_answer_on_top_of_a_case_tells_of_a_detector_that_failed(
    clean: Case, alice: Person, issue: KnownIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(add(alice))
    assert "detector could not judge" not in alice.client.get(f"/cases/{clean.ref}/").content.decode()

    def fail(*_: Any) -> None:
        raise DetectFailed("memory limit")

    monkeypatch.setattr(detecting, "detect_in", fail)
    run(alice.api.patch(f"detectors/{ID}/", {"enabled": False}))
    run(alice.api.patch(f"detectors/{ID}/", {"enabled": True}))
    page = alice.client.get(f"/cases/{clean.ref}/").content.decode()
    assert "1 detector could not judge it." in page
    assert "memory limit" in page


def test_a_detector_of_another_product_is_no_doubt(clean: Case, alice: Person, issue: KnownIssue) -> None:
    add(alice)
    assert "1 detector could not judge it." in alice.client.get(f"/cases/{clean.ref}/").content.decode()
    clean.product = Product.objects.create(slug="other", name="Other", vendor=issue.product.vendor)
    clean.save(update_fields=["product"])
    assert "could not judge it" not in alice.client.get(f"/cases/{clean.ref}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_log_that_comes_while_a_worker_takes_the_job_is_looked_at(
    alice: Person, product: Product, issue: KnownIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading leaves its detection to a job that waits; a worker takes that before the reading is there."""
    case = case_of(alice, product)
    read(give(case, alice, make_log(20)))
    run(add(alice))
    new = give(case, alice, make_log(50), "new.log")
    Job.objects.filter(kind="detect-in-case").delete()
    waiting = submit_job(kind="detect-in-case", args={"case": case.ref})
    Job.objects.filter(pk=waiting.pk).update(due_at="2020-01-01T00:00:00Z")
    promise, done = detect_jobs.promise_detection, threading.Event()

    def work() -> None:
        try:
            run_job(waiting.pk)
        finally:
            connection.close()
            done.set()

    worker = threading.Thread(target=work)

    def promised(case: Case) -> None:
        promise(case)
        worker.start()
        done.wait(1)  # with the job held, the worker waits for this reading

    monkeypatch.setattr(read_evidence, "promise_detection", promised)
    read(new)
    worker.join()
    for job in Job.objects.filter(kind="detect-in-case", state=JobState.QUEUED):
        run_job(job.pk)
    assert row_of(alice, case)["current"]


def test_a_case_that_fails_keeps_no_other_from_its_run_and_tells_nobody(
    case: Case, alice: Person, charlie: Person, issue: KnownIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = case_of(charlie, issue.product)
    read(give(theirs, charlie, make_log(20), "secret.log"))
    detect, order = detecting.detect_in_case, list[int]()

    def failing(one: Case, *more: Any) -> None:
        order.append(one.pk)
        if one.pk == theirs.pk:
            raise RuntimeError("cannot take in secret.log")
        detect(one, *more)

    monkeypatch.setattr(detect_jobs, "detect_in_case", failing)
    Case.objects.filter(pk=case.pk).update(title="Later")
    told = run(add(alice))
    assert set(order) == {case.pk, theirs.pk}
    assert row_of(alice, case)["current"]
    assert told.state != JobState.DONE
    assert "secret" not in str(alice.api.get(f"jobs/{told.public_id}/").json())


def test_how_many_cases_there_are_is_not_told(
    case: Case, alice: Person, product: Product, issue: KnownIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(give(case_of(alice, product), alice, make_log(20)))
    read(give(case_of(alice, product), alice, make_log(20)))
    shares: set[float] = set()
    tell = Claim.tell

    def noted(handle: Any, share: float, words: str = "") -> None:
        shares.add(share)
        tell(handle, share, words)

    monkeypatch.setattr(Claim, "tell", noted)
    run(add(alice))
    assert shares == {detect_jobs.ON_ITS_WAY}


def test_an_issue_stays_while_another_of_its_findings_stands(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    findings = list(Finding.objects.filter(case=case, rule=RULE, holds=True).order_by("pk"))
    alice.api.patch(f"findings/{findings[0].public_id}/", {"issue": issue.slug, "link": "refused"})
    assert [link.issue.slug for link in issues_of_case(alice.principal, case)] == [issue.slug]
    for finding in findings[1:]:
        alice.api.patch(f"findings/{finding.public_id}/", {"status": FindingStatus.DISMISSED})
    assert issues_of_case(alice.principal, case) == []


def test_one_that_is_switched_off_finds_nothing_though_the_bytes_are_gone(
    case: Case, alice: Person, issue: KnownIssue, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(add(alice))
    assert held(case)
    monkeypatch.setattr(detecting, "make_missing_table", lambda *_: "the bytes are gone")
    run(alice.api.patch(f"detectors/{ID}/", {"enabled": False}))
    assert held(case) == []


def test_a_detector_of_a_hidden_issue_counts_as_a_doubt_and_is_not_named(
    clean: Case, alice: Person, charlie: Person, issue: KnownIssue
) -> None:
    add(alice)  # it has not run yet
    page = alice.client.get(f"/cases/{clean.ref}/").content.decode()
    assert f'href="/issues/{issue.slug}/"' in page
    title = Detector.objects.get().title
    assert title in page
    # The doors refuse both ways to get there: an issue with detectors is not hidden, a hidden one has none.
    KnownIssue.objects.filter(pk=issue.pk).update(audience="department", department=charlie.department)
    page = alice.client.get(f"/cases/{clean.ref}/").content.decode()
    assert "1 detector could not judge it." in page
    assert "A detector of an issue that its department keeps to itself could not judge this case." in page
    assert issue.slug not in page
    assert title not in page
