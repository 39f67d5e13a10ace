"""From the bytes to the case with the real engine: read, read in part, no log at all, or given up, and never silent."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from common.jobs.models import Job, JobState
from common.jobs.tasks import run_job
from common.storage import evidence_store
from tests.conftest import Person
from tests.ingest.answers import give
from tests.support.fortimail_log import make_log
from tickets.models import Case, CaseScan, Evidence, Finding, Reading, TimelineEntry
from tickets.services.cases import open_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scratch(settings: object, data_dir: Path) -> None:
    """Let attempts work in the test's own data folder."""
    settings.SCRATCH_DIR = data_dir / "scratch"  # type: ignore[attr-defined]


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")


def read(evidence: Evidence) -> Job:
    """Run the job that reads a piece, as a worker would, and return it."""
    job = Evidence.objects.select_related("job").get(pk=evidence.pk).job
    assert job is not None
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def state(evidence: Evidence) -> str:
    """Return the state of a piece's reading."""
    return Reading.objects.values_list("state", flat=True).get(evidence=evidence)


def test_a_log_is_read_and_its_findings_stand_in_the_case(case: Case, alice: Person) -> None:
    piece = give(case, alice, make_log(50))
    job = read(piece)
    assert (job.state, state(piece)) == (JobState.DONE, "read")
    assert CaseScan.objects.get().finding_counts == {
        "rejected-and-delivered": 5,
        "delivered-twice": 0,
        "accepted-and-lost": 0,
    }
    assert Finding.objects.filter(holds=True).count() == 5
    assert "verdict-drift" in job.detail


def test_each_cited_line_stands_where_it_is_said_to(case: Case, alice: Person) -> None:
    log = make_log(50)
    read(give(case, alice, log))
    for finding in Finding.objects.all():
        for line in finding.lines:
            start = line["offset"]
            assert log[start : log.index(b"\n", start)].decode() == line["text"]
            assert log[:start].count(b"\n") + 1 == line["line"]


def test_two_halves_of_a_log_are_joined(case: Case, alice: Person) -> None:
    lines = make_log(40).splitlines(keepends=True)
    middle = len(lines) // 2 + 1  # within a message
    first, second = give(case, alice, b"".join(lines[:middle])), give(case, alice, b"".join(lines[middle:]), "b.log")
    read(first)
    assert sorted(CaseScan.objects.get().evidence) == sorted([str(first.public_id), str(second.public_id)])
    whole = len(lines) - middle
    assert read(second).detail == f"Read together with another piece of this case: {whole} of {whole} lines read"
    assert Finding.objects.filter(holds=True).count() == 4


def test_a_piece_that_came_along_says_how_much_of_it_was_read(case: Case, alice: Person) -> None:
    log = make_log(20)
    first, second = give(case, alice, make_log(20, seed=1)), give(case, alice, log + b"what is this?\n" * 3, "b.log")
    read(first)
    whole = log.count(b"\n")
    assert read(second).detail.endswith(f": {whole} of {whole + 3} lines read")


def test_what_comes_later_is_read_with_what_was_there(case: Case, alice: Person) -> None:
    read(give(case, alice, make_log(20)))
    read(give(case, alice, make_log(20, seed=1), "other.log"))
    scan = CaseScan.objects.get()
    counts = {"rejected-and-delivered": 4, "delivered-twice": 0, "accepted-and-lost": 0}
    assert (len(scan.evidence), scan.finding_counts) == (2, counts)


@pytest.mark.parametrize(
    ("name", "make", "expected"),
    [
        ("mixed.log", lambda log: log + b"what is this?\n" * 3, "partly"),
        ("elog.log.gz", gzip.compress, "read"),
        ("cut.log.gz", lambda log: gzip.compress(log)[:-30], "partly"),
        ("picture.png", lambda log: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not_a_log"),
        ("notes.txt", lambda log: b"hello\n" * 100, "not_a_log"),
    ],
)
def test_a_reading_tells_what_it_is_worth(
    case: Case, alice: Person, name: str, make: Callable[[bytes], bytes], expected: str
) -> None:
    piece = give(case, alice, make(make_log(50)), name)
    job = read(piece)
    assert (job.state, state(piece)) == (JobState.DONE, expected)
    told = TimelineEntry.objects.filter(case=case, evidence=piece, kind="evidence").order_by("-pk").first()
    assert told is not None
    if expected == "not_a_log":
        assert "not judged" in told.text
        assert not Finding.objects.exists()


def test_bytes_that_are_gone_are_given_up_in_the_open(case: Case, alice: Person) -> None:
    piece = give(case, alice, make_log(10))
    evidence_store().path(piece.blob_id).unlink()
    job = read(piece)
    assert (job.state, state(piece)) == (JobState.FAILED, "failed")
    assert "missing in the store" in job.detail
    assert not CaseScan.objects.exists()


def test_a_scan_that_its_limits_end_is_given_up_in_the_open(
    case: Case, alice: Person, settings: object, data_dir: Path
) -> None:
    settings.SCAN_WALL_SECONDS = 0.05  # type: ignore[attr-defined]
    piece = give(case, alice, make_log(50))
    assert (read(piece).state, state(piece)) == (JobState.FAILED, "failed")
    assert not CaseScan.objects.exists()
    assert list((data_dir / "scratch").iterdir()) == []


def test_one_that_failed_is_read_again_when_asked(case: Case, alice: Person, settings: object) -> None:
    settings.SCAN_WALL_SECONDS = 0.05  # type: ignore[attr-defined]
    piece = give(case, alice, make_log(50))
    read(piece)
    settings.SCAN_WALL_SECONDS = 600  # type: ignore[attr-defined]
    path = f"cases/{case.ref}/evidence/{piece.public_id}/read-again/"
    answer = alice.api.post(path)
    assert answer.status_code == 202
    assert alice.api.post(path).status_code == 409
    assert (read(piece).state, state(piece)) == (JobState.DONE, "read")


def test_a_message_that_comes_twice_reads_once(case: Case, alice: Person) -> None:
    piece = give(case, alice, make_log(10))
    read(piece)
    read(piece)
    assert CaseScan.objects.get().number == 1


def test_an_older_piece_that_is_being_read_is_waited_for(case: Case, alice: Person) -> None:
    from common.jobs.claims import claim_job

    first, second = give(case, alice, make_log(10)), give(case, alice, make_log(10, seed=1), "b.log")
    assert first.job is not None
    assert claim_job(first.job.pk) is not None
    job = read(second)
    assert (job.state, job.failures, job.detail) == ("queued", 0, "Waiting for another piece of this case to be read.")


def test_bytes_of_an_older_piece_that_are_gone_take_back_nothing_that_they_proved(case: Case, alice: Person) -> None:
    first = give(case, alice, make_log(50))
    read(first)
    path = evidence_store().path(first.blob_id)
    path.unlink()
    job = read(give(case, alice, make_log(20, seed=1), "other.log"))
    assert job.state == JobState.FAILED
    assert "elog.log are missing" in job.detail or f"{first.name} are missing" in job.detail
    assert Finding.objects.filter(holds=True).count() == 5
    assert state(first) == "read"
