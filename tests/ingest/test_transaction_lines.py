"""Every line of a finding's transaction: searched for by the real child, read by frames, never silently incomplete."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from common.jobs.models import Job, JobState
from common.jobs.tasks import run_job
from common.storage import evidence_store
from ingest.engine import context as engine
from ingest.kinds import FIND_LINES
from ingest.services.frames import frames_of
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.comparisons import done
from tests.support.fortimail_log import make_log
from tickets.models import Case, Evidence, Finding
from tickets.services.cases import open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")


def with_log(case: Case, person: Person, log: bytes, name: str = "elog.log") -> Evidence:
    """Attach a log and let a worker read it."""
    piece = Evidence.objects.select_related("job").get(pk=give(case, person, log, name).pk)
    assert piece.job is not None
    assert done(piece.job).state == JobState.DONE
    return piece


def searched(person: Person, finding: Finding) -> dict[str, Any]:
    """Ask for the lines over the API, run the search, and return what is told of them."""
    answer = person.api.post(f"findings/{finding.public_id}/lines/")
    assert answer.status_code == 202
    done(Job.objects.get(public_id=answer.json()["job"]))
    told: dict[str, Any] = person.api.get(f"findings/{finding.public_id}/lines/").json()
    return told


def own_lines(log: bytes, finding: Finding) -> list[tuple[int, str]]:
    """Return the lines of a log that name a finding's transaction, as anybody would find them."""
    return [(number, line) for number, line in enumerate(log.decode().splitlines(), 1) if finding.transaction in line]


def test_parent_and_children_are_told_with_their_numbers_also_what_is_not_cited(case: Case, alice: Person) -> None:
    log = make_log(50)
    with_log(case, alice, log)
    finding = Finding.objects.earliest("pk")
    told = searched(alice, finding)
    assert (told["state"], told["count"]) == ("found", 4)
    assert [(row["line"], row["text"]) for row in told["results"]] == own_lines(log, finding)
    assert [row["child"] for row in told["results"]] == ["", "", "0000", ""]
    assert {row["line"] for row in told["results"] if row["cited"]} == {line["line"] for line in finding.lines}
    assert not all(row["cited"] for row in told["results"])
    for row in told["results"]:
        assert log[row["offset"] :].decode().startswith(row["text"])


def test_a_packed_log_is_read_by_its_frames_and_not_by_a_child(
    case: Case, alice: Person, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    log = make_log(4000)
    with_log(case, alice, gzip.compress(log), "elog.log.gz")
    finding = Finding.objects.order_by("pk")[200]
    searched(alice, finding)
    kept = (data_dir / "answers" / FIND_LINES / str(case.pk) / f"{finding.public_id}.json").read_bytes()
    assert b"Milter" not in kept  # the text is in the evidence and its frames alone
    calls = []
    monkeypatch.setattr("ingest.services.transaction_lines.run_limited", lambda *a, **k: calls.append(a))
    told = alice.api.get(f"findings/{finding.public_id}/lines/").json()
    assert [(row["line"], row["text"]) for row in told["results"]] == own_lines(log, finding)
    assert calls == []


def test_frames_that_are_gone_leave_the_numbers_and_say_so(case: Case, alice: Person) -> None:
    piece = with_log(case, alice, gzip.compress(make_log(500)), "elog.log.gz")
    finding = Finding.objects.earliest("pk")
    searched(alice, finding)
    for path in frames_of(piece.blob_id).folder.iterdir():
        path.unlink()
    told = alice.api.get(f"findings/{finding.public_id}/lines/").json()
    assert [(row["text"], row["unread"]) for row in told["results"]] == [(None, "none were made")] * 4
    page = alice.client.get(f"/cases/{case.ref}/findings/{finding.public_id}/lines/").content.decode()
    assert page.count("its text is not at hand") == 4


def test_lines_that_take_long_to_decode_are_left_to_a_child(
    case: Case, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_log(case, alice, gzip.compress(make_log(500)), "elog.log.gz")
    finding = Finding.objects.earliest("pk")
    searched(alice, finding)
    monkeypatch.setattr(engine, "_guesses", lambda *_: engine.COSTLY)
    told = alice.api.get(f"findings/{finding.public_id}/lines/").json()
    assert {row["text"] for row in told["results"]} == {None}
    assert "encoding" in told["results"][0]["unread"]


def test_before_it_was_searched_for_nothing_is_said_about_the_lines(case: Case, alice: Person) -> None:
    with_log(case, alice, make_log(50))
    finding = Finding.objects.earliest("pk")
    address = f"/cases/{case.ref}/findings/{finding.public_id}/"
    assert f'href="{address}lines/"' in alice.client.get(address).content.decode()
    told = alice.api.get(f"findings/{finding.public_id}/lines/").json()
    assert (told["state"], told["count"], told["results"]) == ("absent", None, [])
    assert "Search for its lines" in alice.client.get(f"{address}lines/").content.decode()
    assert alice.client.post(f"{address}lines/")["Location"] == f"{address}lines/"
    assert "waits for a worker" in alice.client.get(f"{address}lines/").content.decode()
    run_job(Job.objects.get(kind=FIND_LINES).pk)
    page = alice.client.get(f"{address}lines/").content.decode()
    assert "4 lines name the transaction" in page
    assert page.count('<li class="cited">') == 3


def test_two_who_ask_ask_once(case: Case, alice: Person, bob: Person) -> None:
    with_log(case, alice, make_log(50))
    finding = Finding.objects.earliest("pk")
    jobs = {person.api.post(f"findings/{finding.public_id}/lines/").json()["job"] for person in (alice, bob)}
    assert len(jobs) == 1
    assert bob.api.get(f"findings/{finding.public_id}/lines/").json()["state"] == "searching"


def test_more_evidence_makes_the_search_old(case: Case, alice: Person) -> None:
    with_log(case, alice, make_log(50))
    finding = Finding.objects.earliest("pk")
    assert searched(alice, finding)["state"] == "found"
    with_log(case, alice, make_log(20, seed=1), "b.log")
    assert alice.api.get(f"findings/{finding.public_id}/lines/").json()["state"] == "absent"
    assert searched(alice, finding)["count"] == 4


def test_a_log_that_breaks_off_is_told_beside_what_was_found(case: Case, alice: Person) -> None:
    with_log(case, alice, gzip.compress(make_log(2000))[:-60], "cut.log.gz")
    finding = Finding.objects.earliest("pk")
    told = searched(alice, finding)
    assert (told["count"], len(told["broken"])) == (4, 1)
    page = alice.client.get(f"/cases/{case.ref}/findings/{finding.public_id}/lines/").content.decode()
    assert "Not read to its end: lines of it may be missing." in page


def test_bytes_that_are_gone_fail_in_the_open(case: Case, alice: Person) -> None:
    piece = with_log(case, alice, make_log(50))
    finding = Finding.objects.earliest("pk")
    evidence_store().path(piece.blob_id).unlink()
    told = searched(alice, finding)
    assert (told["state"], told["count"]) == ("failed", None)
    assert "missing in the store" in told["detail"]
    page = alice.client.get(f"/cases/{case.ref}/findings/{finding.public_id}/lines/").content.decode()
    assert "The lines could not be searched for." in page


def test_an_id_that_looks_like_a_flag_is_searched_for_all_the_same(case: Case, alice: Person) -> None:
    with_log(case, alice, make_log(50) + b"--help 554\n")
    finding = Finding.objects.earliest("pk")
    Finding.objects.filter(pk=finding.pk).update(transaction="--help", lines=[])
    told = searched(alice, Finding.objects.get(pk=finding.pk))
    assert [row["text"] for row in told["results"]] == ["--help 554"]


def test_pages_of_lines_follow_one_another(case: Case, alice: Person) -> None:
    with_log(case, alice, make_log(200, every=1))
    finding = Finding.objects.earliest("pk")
    log = evidence_store().path(case.evidence.get().blob_id).read_text().splitlines()
    Finding.objects.filter(pk=finding.pk).update(transaction="example.com", lines=[])
    finding.refresh_from_db()
    told = searched(alice, finding)
    wanted = [number for number, line in enumerate(log, 1) if "example.com" in line]
    seen = [row["line"] for row in told["results"]]
    while told["next"]:
        told = alice.api.get(told["next"].removeprefix("http://testserver")).json()
        seen += [row["line"] for row in told["results"]]
    assert seen == wanted
    assert alice.api.get(f"findings/{finding.public_id}/lines/?page=999").status_code == 400
    page = alice.client.get(f"/cases/{case.ref}/findings/{finding.public_id}/lines/?page=2").content.decode()
    assert f"?line={wanted[50]}&amp;" in page


def test_a_finding_about_the_whole_log_has_no_lines_of_its_own(case: Case, alice: Person) -> None:
    with_log(case, alice, make_log(50))
    finding = Finding.objects.earliest("pk")
    Finding.objects.filter(pk=finding.pk).update(transaction="")
    assert alice.api.post(f"findings/{finding.public_id}/lines/").status_code == 400
    address = f"/cases/{case.ref}/findings/{finding.public_id}/"
    assert alice.client.get(f"{address}lines/").status_code == 404
    assert "lines/" not in alice.client.get(address).content.decode().replace("/lines/?line", "")


def test_another_department_sees_nothing(case: Case, alice: Person, charlie: Person) -> None:
    with_log(case, alice, make_log(50))
    finding = Finding.objects.earliest("pk")
    searched(alice, finding)
    job = Job.objects.get(kind=FIND_LINES)
    for path in (f"findings/{finding.public_id}/lines/", f"jobs/{job.public_id}/"):
        assert charlie.api.get(path).status_code == 404
        assert alice.api.get(path).status_code == 200
    assert charlie.api.post(f"findings/{finding.public_id}/lines/").status_code == 404
    page = f"/cases/{case.ref}/findings/{finding.public_id}/lines/"
    assert (charlie.client.get(page).status_code, charlie.client.post(page).status_code) == (404, 404)
