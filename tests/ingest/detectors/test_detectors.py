"""Detectors on the server: checked, kept, run over all stored evidence, and told in the owning cases alone."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.jobs.models import Job, JobState
from common.jobs.tasks import run_job
from common.storage import evidence_store
from ingest.services import detecting
from ingest.services.detectors import change_detector
from ingest.services.event_tables import table_of
from kb.models import Detector, DetectorRevision, IssueEvent, KnownIssue, Product
from tests.cli.test_detectors import example
from tests.conftest import Person
from tests.ingest.answers import give
from tests.ingest.detectors.world import ID, RULE, add, case_of, held, run
from tests.ingest.test_read_evidence import read
from tests.support.fortimail_log import make_log
from tickets.models import Case, DetectorRun, Evidence, Finding, TimelineEntry
from tickets.services.evidence import EvidenceFacts, store_evidence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


def test_a_new_detector_runs_over_all_stored_evidence(case: Case, alice: Person, issue: KnownIssue) -> None:
    answer = add(alice)

    job = run(answer)

    assert answer.status_code == 201
    told = answer.json()
    assert (told["id"], told["name"], told["severity"], told["revision"]) == (ID, RULE, "high", 1)
    assert (job.state, job.progress) == (JobState.DONE, 1.0)
    assert alice.api.get(f"jobs/{told['job']}/").json()["state"] == "done"
    assert len(held(case)) == 5
    listed = alice.api.get(f"findings/?rule={RULE}").json()["results"]
    assert {(row["detector"], row["issue"], row["link"]) for row in listed} == {(ID, issue.slug, "proposed")}
    own = alice.api.get("findings/?rule=rejected-and-delivered").json()["results"]
    assert {(row["detector"], row["issue"]) for row in own} == {(None, None)}
    log = make_log(50)
    for row in listed:
        for line in row["evidence"]:
            assert log[line["offset"] :].startswith(line["text"].encode())
            assert line["evidence"] == str(Evidence.objects.get(case=case).public_id)


def test_it_says_what_it_did_in_a_case(case: Case, alice: Person, issue: KnownIssue) -> None:
    answer = add(alice)
    (before,) = alice.api.get(f"cases/{case.ref}/detectors/").json()["results"]

    run(answer)

    (after,) = alice.api.get(f"cases/{case.ref}/detectors/").json()["results"]
    assert (before["current"], before["judged"], before["hits"]) == (False, False, None)
    assert (after["current"], after["judged"], after["hits"], after["not_judged"]) == (True, True, 5, [])
    assert TimelineEntry.objects.filter(case=case, text=f"{RULE}: 5").count() == 1


def test_run_twice_it_adds_nothing(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    before = (Finding.objects.count(), TimelineEntry.objects.count(), DetectorRun.objects.count())
    detector = Detector.objects.get()

    detecting.detect_in_case(case, [detector], lambda _: None)

    assert (Finding.objects.count(), TimelineEntry.objects.count(), DetectorRun.objects.count()) == before
    assert len(held(case)) == 5


def test_what_is_uploaded_later_is_matched_by_all_detectors(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    read(give(case, alice, make_log(20, seed=1), "other.log"))
    assert len(held(case)) == 5  # a scan leaves what detectors found as it is
    (row,) = alice.api.get(f"cases/{case.ref}/detectors/").json()["results"]
    assert row["current"] is False

    job = Job.objects.get(kind="detect-in-case")
    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.detail) == (JobState.DONE, "1 detectors run")
    assert len(held(case)) == 7
    assert alice.api.get(f"jobs/{job.public_id}/").status_code == 200
    assert alice.api.get(f"cases/{case.ref}/detectors/").json()["results"][0]["current"] is True


def test_without_a_detector_a_reading_promises_none(case: Case) -> None:
    assert not Job.objects.filter(kind="detect-in-case").exists()


def test_results_go_into_the_owning_cases_alone(
    case: Case, alice: Person, charlie: Person, product: Product, issue: KnownIssue
) -> None:
    other = case_of(charlie, product)
    read(give(other, charlie, make_log(20, seed=3)))

    answer = add(alice)
    job = run(answer)

    assert (len(held(case)), len(held(other))) == (5, 2)
    assert Finding.objects.filter(case=other, rule=RULE, device="FE-TEST-0003").count() == 2
    assert alice.api.get(f"findings/?rule={RULE}").json()["count"] == 5
    assert charlie.api.get(f"findings/?rule={RULE}").json()["count"] == 2
    assert charlie.api.get(f"cases/{case.ref}/detectors/").status_code == 404
    assert "2" not in job.detail.replace("revision 1", "")
    sightings = alice.api.get(f"issues/{issue.slug}/sightings/").json()
    assert [(row["version"], row["findings"], row["cases"]) for row in sightings] == [(None, 5, 1)]


def test_a_hit_is_a_sighting_with_the_firmware(alice: Person, product: Product, issue: KnownIssue) -> None:
    case = case_of(alice, product)
    give(case, alice, make_log(20))
    with evidence_store().writer() as writer:
        writer.write(make_log(20, seed=2))
        blob = writer.commit()
    facts = EvidenceFacts(firmware="7.0.2", zone="Asia/Tokyo")
    known, _ = store_evidence(case=case, giver=alice.user, blob=blob, name="b.log", facts=facts)
    read(known)

    run(add(alice))

    seen = {row["version"]: row["findings"] for row in alice.api.get(f"issues/{issue.slug}/sightings/").json()}
    assert seen == {None: 2, "7.0.2": 2}
    finding = Finding.objects.filter(case=case, rule=RULE, firmware="7.0.2").first()
    assert finding is not None
    assert finding.happened_at is not None
    linked = alice.api.patch(f"findings/{finding.public_id}/", {"link": "confirmed"})
    assert (linked.status_code, linked.json()["link"]) == (200, "confirmed")
    assert issue.confirmations.filter(version="7.0.2", sees_it=True).count() == 1


def test_a_changed_detector_runs_again_and_its_old_text_is_kept(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    narrower = (
        example().replace("told: refused\n", "told: refused\n    kind: dsn\n").replace("level: high", "level: low")
    )
    refused = alice.api.patch(f"detectors/{ID}/", {"text": narrower})
    changed = example().replace("level: high", "level: low")

    answer = alice.api.patch(f"detectors/{ID}/", {"text": changed})
    run(answer)

    assert refused.status_code == 400  # it fails its own logs
    assert answer.json()["revision"] == 2
    assert [one["number"] for one in answer.json()["revisions"]] == [2, 1]
    assert answer.json()["revisions"][1]["text"] == example()
    assert set(Finding.objects.filter(case=case, rule=RULE).values_list("severity", flat=True)) == {"low"}
    assert len(held(case)) == 5
    assert [event.kind for event in IssueEvent.objects.filter(issue=issue).order_by("pk")] == [
        "created",
        "detector_added",
        "detector_changed",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        DetectorRevision.objects.update(text="")


def test_the_job_of_an_older_revision_leaves_it_to_the_newer(case: Case, alice: Person, issue: KnownIssue) -> None:
    first = add(alice)
    alice.api.patch(f"detectors/{ID}/", {"text": example().replace("level: high", "level: low")})

    job = run(first)

    assert job.detail == f"revision 2 of {RULE} runs instead"
    assert held(case) == []


def test_what_changes_nothing_is_no_revision(case: Case, alice: Person, issue: KnownIssue) -> None:
    add(alice)

    answer = alice.api.patch(f"detectors/{ID}/", {"text": example(), "enabled": True})

    assert (answer.status_code, answer.json()["job"], answer.json()["revision"]) == (200, None, 1)


def test_switched_off_what_it_found_no_longer_holds(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))

    run(alice.api.patch(f"detectors/{ID}/", {"enabled": False}))

    assert held(case) == []
    assert Finding.objects.filter(case=case, rule=RULE).count() == 5
    assert alice.api.get(f"cases/{case.ref}/detectors/").json()["results"] == []
    run(alice.api.patch(f"detectors/{ID}/", {"enabled": True}))
    assert len(held(case)) == 5


def test_what_cannot_be_judged_is_not_clear(alice: Person, product: Product, issue: KnownIssue) -> None:
    case = case_of(alice, product)
    read(give(case, alice, b"".join(line for line in make_log(5).splitlines(True) if b"type=statistics" in line)))

    run(add(alice))

    (row,) = alice.api.get(f"cases/{case.ref}/detectors/").json()["results"]
    assert (row["current"], row["judged"], row["hits"]) == (True, False, None)
    assert "there is no line of the kind fortimail/event" in row["not_judged"][0]["reason"]


def test_bytes_that_are_gone_are_told_and_what_was_found_stays(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    piece = Evidence.objects.get(case=case)
    table_of(piece.blob_id).unlink()
    evidence_store().path(piece.blob_id).unlink()

    run(alice.api.patch(f"detectors/{ID}/", {"text": example().replace("level: high", "level: low")}))

    (row,) = alice.api.get(f"cases/{case.ref}/detectors/").json()["results"]
    assert (row["current"], row["judged"], len(held(case))) == (False, False, 5)
    assert "missing in the store" in row["not_judged"][0]["reason"]


def test_a_log_is_read_into_its_table_once(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    table = table_of(Evidence.objects.get(case=case).blob_id)
    made = table.stat()

    run(alice.api.patch(f"detectors/{ID}/", {"text": example().replace("level: high", "level: low")}))

    assert (table.stat().st_ino, table.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)
    assert oct(made.st_mode)[-3:] == "440"
    assert [path.name for path in table.parent.iterdir()] == [table.name]


def test_a_run_over_less_evidence_is_not_written_over_a_fuller_one(
    case: Case, alice: Person, issue: KnownIssue
) -> None:
    run(add(alice))
    detector = Detector.objects.get()
    before = DetectorRun.objects.get()

    detecting.record_run(case, detector, detecting.Logs([], [], []), detecting.NOTHING, [], reasons=[detecting.NO_LOGS])

    run_ = DetectorRun.objects.get()
    assert (run_.number, run_.hits, len(held(case))) == (before.number, 5, 5)


def test_one_detector_that_gives_no_answer_keeps_no_other_from_its(
    case: Case, alice: Person, issue: KnownIssue
) -> None:
    run(add(alice))
    other = example().replace(ID, "00000000-0000-4000-8000-000000000001").replace(f"name: {RULE}", "name: other")
    add(alice, other)
    Detector.objects.filter(name="other").update(text="no detector")
    read(give(case, alice, make_log(20, seed=1), "other.log"))

    run_job(Job.objects.get(kind="detect-in-case").pk)

    assert len(held(case)) == 7
    broken = DetectorRun.objects.get(detector__name="other")
    assert (broken.judged, broken.hits) == (False, 0)
    assert "no mapping" in broken.not_judged[0]["reason"]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (lambda text: text.replace("level: high", "level: worst"), 400, "not a valid Sigma rule level"),
        (lambda text: text.replace("told: refused", "told: accepted"), 400, "zenrei, matches, log 1: nothing is found"),
        (lambda text: text.replace("multi-action-duplicate-relay", "other-issue"), 400, "it says other-issue"),
        (lambda text: "a: [", 400, "it is no YAML"),
        (lambda text: " ", 400, "It is empty."),
        (lambda text: "x" * 300_000, 400, ""),
    ],
)
def test_a_detector_that_cannot_be_used_is_refused_with_its_place(
    alice: Person, issue: KnownIssue, change: Any, status: int, said: str
) -> None:
    answer = add(alice, change(example()))

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert [one["field"] for one in answer.json()["errors"]] == ["text"]
    assert not Detector.objects.exists()


def test_names_and_ids_are_there_once_and_stay(alice: Person, issue: KnownIssue) -> None:
    add(alice)

    assert add(alice).status_code == 409
    renamed = alice.api.patch(f"detectors/{ID}/", {"text": example().replace(f"name: {RULE}", "name: other-name")})
    assert renamed.status_code == 400
    assert "findings are known by them" in renamed.content.decode()


def test_rights_are_those_of_the_issue(alice: Person, bob: Person, charlie: Person, issue: KnownIssue) -> None:
    assert add(bob).status_code == 403
    assert add(charlie).status_code == 403
    assert add(alice, issue="none").status_code == 404
    assert add(alice).status_code == 201
    assert bob.api.get(f"detectors/{ID}/").json()["text"] == example()
    assert [row["name"] for row in charlie.api.get("detectors/?product=fortimail").json()["results"]] == [RULE]
    assert charlie.api.patch(f"detectors/{ID}/", {"enabled": False}).status_code == 403
    assert bob.api.patch(f"detectors/{ID}/", {"enabled": False}).status_code == 403


def test_an_issue_that_is_kept_to_a_department_has_no_detector(alice: Person, issue: KnownIssue) -> None:
    alice.api.patch(f"issues/{issue.slug}/", {"audience": "department"})
    slug = KnownIssue.objects.get().slug
    assert add(alice, issue=slug).status_code == 400

    alice.api.patch(f"issues/{slug}/", {"audience": "everyone"})
    assert add(alice, issue=slug).status_code == 201
    assert alice.api.patch(f"issues/{slug}/", {"audience": "department"}).status_code == 409


def test_what_the_child_leaves_behind_is_nothing(case: Case, alice: Person, issue: KnownIssue, data_dir: Path) -> None:
    run(add(alice))

    assert list((data_dir / "scratch").iterdir()) == []


def test_who_switches_one_off_does_not_bring_an_older_text_back(case: Case, alice: Person, issue: KnownIssue) -> None:
    run(add(alice))
    read_before = Detector.objects.get()
    newer = example().replace("level: high", "level: low")
    change_detector(detector=Detector.objects.get(), author=alice.user, changes={"text": newer})
    changed, _ = change_detector(detector=read_before, author=alice.user, changes={"enabled": False})
    assert (changed.text, changed.severity, changed.enabled) == (newer, "low", False)


def test_an_older_text_is_checked_also_where_somebody_else_changed_it_meanwhile(
    case: Case, alice: Person, issue: KnownIssue
) -> None:
    run(add(alice))
    stale = Detector.objects.get()
    low = example().replace("level: high", "level: low")
    change_detector(detector=Detector.objects.get(), author=alice.user, changes={"text": low})

    change_detector(detector=stale, author=alice.user, changes={"text": example()})

    stored = Detector.objects.get()
    assert (stored.text, stored.severity, stored.revision) == (example(), "high", 3)
