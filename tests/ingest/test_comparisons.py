"""Two logs of a case side by side: asked over the API, compared by the real child, kept as a file."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.jobs.models import Job, JobState
from common.storage import evidence_store
from ingest.engine.comparison.compare import Days
from ingest.kinds import COMPARE_LOGS
from ingest.services.comparisons import ask_comparison
from kb.models import Device
from kb.services.devices import create_device, record_firmware
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.comparisons import FIRST, LAST, after, before, done, two_logs
from tickets.models import Case, Evidence, ReadingState
from tickets.services.cases import open_case
from tickets.services.readings import record_reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")


@pytest.fixture
def mx1(alice: Person) -> Device:
    """A device that was upgraded on 19 May 2021, as the story's was."""
    product = create_product(name="FortiMail", vendor=create_party(name="Fortinet", kind="vendor"))
    device = create_device(department=alice.department, product=product, name="mx1", zone="Asia/Tokyo")
    for version, day in (("6.2.5", 1), ("6.4.3", 19)):
        at = datetime(2021, 5, day, 3, 0, tzinfo=UTC)
        record_firmware(device=device, author=alice.user, version=version, installed_at=at)
    return device


def body(pieces: list[Evidence], **more: Any) -> dict[str, Any]:
    """Return what asks for a comparison of the first piece with the second."""
    return {"before": [str(pieces[0].public_id)], "after": [str(pieces[-1].public_id)]} | more


def asked(person: Person, case: Case, question: dict[str, Any]) -> Job:
    """Ask over the API, and run the job."""
    answer = person.api.post(f"cases/{case.ref}/comparisons/", question)
    assert answer.status_code == 202, answer.content
    assert answer.json()["id"] == answer.json()["job"]
    return done(Job.objects.get(public_id=answer.json()["job"]))


def test_the_answer_names_what_moved_the_samples_and_the_firmware(case: Case, alice: Person, mx1: Device) -> None:
    pieces = two_logs(case, alice, mx1)
    job = asked(alice, case, body(pieces))
    told = alice.api.get(f"cases/{case.ref}/comparisons/{job.public_id}/").json()

    assert (job.state, told["state"], told["significant"]) == (JobState.DONE, "done", 2)
    answer = told["answer"]
    assert [(row["told"], row["done"], row["verdict_code"], row["before"], row["after"]) for row in answer["rows"]] == [
        ("accepted", "delivered", "0x07", 30, 95),
        ("refused", None, "0x31", 70, 5),
    ]
    assert all(row["significant"] and row["p"] < 0.01 for row in answer["rows"])
    assert [answer[side]["messages"] for side in ("before", "after")] == [100, 100]
    assert [answer[side]["pieces"][0]["versions"] for side in ("before", "after")] == [["6.2.5"], ["6.4.3"]]
    assert answer["not_compared"] == []
    assert alice.api.get(f"jobs/{job.public_id}/").json()["detail"] == "2 of 2 rows differ by more than chance"


def test_days_of_one_piece_are_two_sides(case: Case, alice: Person, mx1: Device) -> None:
    piece = give(case, alice, (before() + after()).encode())
    Evidence.objects.filter(pk=piece.pk).update(device=mx1)
    job = asked(alice, case, body([piece], before_days={"last": FIRST}, after_days={"first": LAST}))
    answer = alice.api.get(f"cases/{case.ref}/comparisons/{job.public_id}/").json()["answer"]
    assert [(answer[side]["messages"], answer[side]["elsewhere"]) for side in ("before", "after")] == [(100, 100)] * 2
    assert [answer[side]["pieces"][0]["versions"] for side in ("before", "after")] == [["6.2.5"], ["6.4.3"]]
    assert answer["after"]["days"] == {"first": LAST, "last": None}


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({}, "after"),
        ({"before_days": {"last": LAST}, "after_days": {"first": LAST}}, "after"),
        ({"before_days": {"last": FIRST}}, "after"),
        ({"before_days": {"first": LAST, "last": FIRST}}, "before_days"),
    ],
)
def test_a_log_is_not_compared_with_itself(case: Case, alice: Person, days: dict[str, Any], field: str) -> None:
    answer = alice.api.post(f"cases/{case.ref}/comparisons/", body([give(case, alice, before().encode())], **days))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_a_side_without_evidence_of_this_case_is_refused(case: Case, alice: Person) -> None:
    pieces = two_logs(case, alice)
    other = open_case(department=alice.department, author=alice.user, title="Other", kind="defect")
    elsewhere = give(other, alice, b"a log of another case\n")
    no_log = give(case, alice, b"notes\n", "notes.txt")
    record_reading(evidence=no_log, state=ReadingState.NOT_A_LOG, reason="Nothing in it is a known log.", files=[])
    for ids in ([], [str(elsewhere.public_id)], [str(uuid.uuid4())], ["x"], [str(no_log.public_id)]):
        answer = alice.api.post(f"cases/{case.ref}/comparisons/", body(pieces) | {"before": ids})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "before"), ids
    assert not Job.objects.filter(kind=COMPARE_LOGS).exists()


def test_too_few_messages_are_not_tested_and_that_is_said(case: Case, alice: Person) -> None:
    small = give(case, alice, "\n".join(before().splitlines()[:9]).encode(), "small.log")
    job = asked(alice, case, body([small, give(case, alice, after().encode(), "after.log")]))
    told = alice.api.get(f"cases/{case.ref}/comparisons/{job.public_id}/").json()
    assert (told["answer"]["distance"], {row["p"] for row in told["answer"]["rows"]}) == (None, {None})
    assert any("nothing was tested" in reason for reason in told["answer"]["not_compared"])
    page = alice.client.get(f"/cases/{case.ref}/comparisons/{job.public_id}/").content.decode()
    assert "Nothing was tested: that is not “no change”." in page
    assert "it takes at least 20 on each side" in page


def test_a_log_that_cannot_be_read_is_no_answer_of_sameness(case: Case, alice: Person) -> None:
    garbage = give(case, alice, b"garbage\n" * 40, "garbage.log")
    job = asked(alice, case, body([garbage, give(case, alice, after().encode(), "after.log")]))
    told = alice.api.get(f"cases/{case.ref}/comparisons/{job.public_id}/").json()
    assert told["answer"]["before"]["pieces"][0]["unread_lines"] == 40
    assert told["answer"]["distance"] is None
    assert any(why.startswith("of the log before some lines") for why in told["answer"]["not_compared"])


def test_bytes_that_are_gone_fail_in_the_open(case: Case, alice: Person) -> None:
    pieces = two_logs(case, alice)
    evidence_store().path(pieces[0].blob_id).unlink()
    job = asked(alice, case, body(pieces))
    told = alice.api.get(f"cases/{case.ref}/comparisons/{job.public_id}/").json()
    assert (job.state, told["state"], told["answer"]) == (JobState.FAILED, "failed", None)
    assert "before.log are missing in the store" in told["detail"]
    listed = alice.client.get(f"/cases/{case.ref}/comparisons/").content.decode()
    assert "It could not be compared" in listed
    page = alice.client.get(f"/cases/{case.ref}/comparisons/{job.public_id}/").content.decode()
    assert "It could not be compared: that is not “no change”." in page


def test_limits_end_the_child_and_not_the_worker(case: Case, alice: Person, settings: Any) -> None:
    settings.SCAN_MEMORY_BYTES = 2 * 1024**2
    job = asked(alice, case, body(two_logs(case, alice)))
    assert job.state == JobState.FAILED
    assert job.detail


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b'{"rows')])
def test_an_answer_that_is_lost_is_told_as_lost(case: Case, alice: Person, data_dir: Path, damage: Any) -> None:
    job = asked(alice, case, body(two_logs(case, alice)))
    damage(data_dir / "answers" / COMPARE_LOGS / str(case.pk) / f"{job.public_id}.json")
    told = alice.api.get(f"cases/{case.ref}/comparisons/{job.public_id}/").json()
    assert (told["answer"], told["detail"]) == (None, "Its answer is not kept any more: compare again.")


def test_what_is_kept_and_what_is_on_its_way_is_listed(case: Case, alice: Person) -> None:
    pieces = two_logs(case, alice)
    kept = asked(alice, case, body(pieces))
    waiting = ask_comparison(
        case=case, author=alice.user, before=[str(pieces[0].public_id)], after=[str(pieces[1].public_id)],
        before_days=Days(FIRST, FIRST),
    )  # fmt: skip
    listed = alice.api.get(f"cases/{case.ref}/comparisons/").json()
    assert [(row["id"], row["state"]) for row in listed["results"]] == [
        (str(waiting.public_id), "queued"),
        (str(kept.public_id), "done"),
    ]
    page = alice.client.get(f"/cases/{case.ref}/comparisons/").content.decode()
    assert "2 differences beyond chance" in page
    assert "Being compared" in page


def test_a_retry_with_the_same_key_asks_once(case: Case, alice: Person) -> None:
    question = body(two_logs(case, alice))
    answers = [alice.api.post(f"cases/{case.ref}/comparisons/", question, Idempotency_Key="k").json() for _ in "ab"]
    assert answers[0] == answers[1]
    assert Job.objects.filter(kind=COMPARE_LOGS).count() == 1


def test_another_department_sees_nothing_and_a_reader_asks_nothing(
    case: Case, alice: Person, bob: Person, charlie: Person
) -> None:
    question = body(two_logs(case, alice))
    job = asked(alice, case, question)
    below = f"cases/{case.ref}/comparisons/"
    for path in (below, f"{below}{job.public_id}/", f"jobs/{job.public_id}/"):
        assert charlie.api.get(path).status_code == 404
        assert bob.api.get(path).status_code == 200
    assert charlie.api.post(below, question).status_code == 404
    assert bob.api.post(below, question).status_code == 403
    for path in (f"/{below}", f"/{below}{job.public_id}/"):
        assert charlie.client.get(path).status_code == 404
        assert bob.client.get(path).status_code == 200
    assert charlie.client.post(f"/{below}", question).status_code == 404
    assert bob.client.post(f"/{below}", question).status_code == 403
    assert '<form class="stack compare"' not in bob.client.get(f"/{below}").content.decode()


def test_a_comparison_is_found_only_below_its_own_case(case: Case, alice: Person) -> None:
    job = asked(alice, case, body(two_logs(case, alice)))
    other = open_case(department=alice.department, author=alice.user, title="Other", kind="defect")
    assert alice.api.get(f"cases/{other.ref}/comparisons/{job.public_id}/").status_code == 404
    assert alice.api.get(f"cases/{other.ref}/comparisons/").json()["count"] == 0
    reading = two_logs(other, alice)[0].job
    assert reading is not None
    assert alice.api.get(f"cases/{other.ref}/comparisons/{reading.public_id}/").status_code == 404


def test_the_answer_is_written_before_the_job_says_done(case: Case, alice: Person, data_dir: Path) -> None:
    job = asked(alice, case, body(two_logs(case, alice)))
    kept = json.loads((data_dir / "answers" / COMPARE_LOGS / str(case.pk) / f"{job.public_id}.json").read_bytes())
    assert kept["rows_in_all"] == 2
    assert "path" not in json.dumps(kept)
    assert not list((data_dir / "scratch").iterdir())
