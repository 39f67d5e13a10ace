"""The jobs of detectors: a new or changed one over all stored evidence, all of them over a case that was read."""

import uuid
from typing import Any

from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from ingest.kinds import DETECT_IN_CASE
from ingest.services.detecting import LOGS, detect_in_case, is_current
from kb.models import Detector
from tickets.models import Case


def promise_detection(case: Case) -> None:
    """Promise that all detectors run over a case; called in the transaction that records its reading."""
    if not Detector.objects.filter(enabled=True).exists():
        return
    waiting = Job.objects.filter(kind=DETECT_IN_CASE, state=JobState.QUEUED, claims=0, args__case=case.ref)
    if not waiting.exists():  # one that nobody took yet sees what this reading brought
        submit_job(kind=DETECT_IN_CASE, args={"case": case.ref})


def detect_case(handle: Handle) -> None:
    """The handler of `detect-in-case`: every detector that has not seen all logs of the case."""
    case = Case.objects.get(ref=handle.job.args["case"])
    detectors = [one for one in Detector.objects.filter(enabled=True) if not is_current(case, one)]

    def tell(progress: dict[str, Any]) -> None:
        handle.tell(float(progress.get("progress") or 0.0) * 0.9, f"{progress.get('lines', 0):,} lines read")

    if detectors:
        detect_in_case(case, detectors, tell)
    handle.finish(lambda: f"{len(detectors):,} detectors run")


def run_detector(handle: Handle) -> None:
    """The handler of `run-detector`: one detector over each case that has logs, and into that case alone.

    What it says of its progress is a share: how many cases there are is nobody's business.
    """
    detector = Detector.objects.get(public_id=uuid.UUID(handle.job.args["detector"]))
    if detector.revision != handle.job.args["revision"]:
        handle.finish(lambda: f"revision {detector.revision} of {detector.name} runs instead")
        return
    cases = list(Case.objects.filter(evidence__reading__state__in=LOGS).distinct().order_by("pk").values_list("pk"))
    words = f"{detector.name}, revision {detector.revision}"
    for number, (pk,) in enumerate(cases):
        share = number / len(cases) * 0.99
        handle.tell(share, words)
        case = Case.objects.get(pk=pk)
        if not is_current(case, detector):
            # A log's table can take long: each word of the child's progress renews the hold on the job.
            detect_in_case(case, [detector], lambda _, at=share: handle.tell(at, words))  # type: ignore[misc]
    handle.finish(lambda: f"{words}: run over all stored evidence")


def give_up_detecting(_job: Job, _reason: str) -> None:
    """Nothing more is to be told: a case without a run of a detector's newest revision says so itself."""
