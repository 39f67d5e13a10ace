"""The jobs of detectors: a new or changed one over all stored evidence, all of them over a case that was read."""

import logging
import uuid
from typing import Any

from common.jobs.claims import LeaseLost
from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from ingest.kinds import DETECT_IN_CASE
from ingest.services.detect_child import DetectFailed
from ingest.services.detecting import detect_in_case, is_current
from kb.models import Detector
from tickets.models import Case
from tickets.queries.detectors import LOGS

log = logging.getLogger(__name__)
ON_ITS_WAY = 0.5


def promise_detection(case: Case) -> None:
    """Promise that all detectors run over a case; called in the transaction that records its reading."""
    if not Detector.objects.filter(enabled=True).exists():
        return
    waiting = Job.objects.filter(kind=DETECT_IN_CASE, state=JobState.QUEUED, claims=0, args__case=case.ref)
    # One that nobody took yet sees what this reading brought: locked, nobody takes it before the reading is there.
    if waiting.select_for_update().first() is None:
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

    How many cases there are, and what went wrong in one, is nobody's business who may not see it. A case in which it
    fails keeps it from no other; those are tried again with the next attempt.
    """
    detector = Detector.objects.get(public_id=uuid.UUID(handle.job.args["detector"]))
    if detector.revision != handle.job.args["revision"]:
        handle.finish(lambda: f"revision {detector.revision} of {detector.name} runs instead")
        return
    cases = list(Case.objects.filter(evidence__reading__state__in=LOGS).distinct().order_by("pk").values_list("pk"))
    words = f"{detector.name}, revision {detector.revision}"
    failed = 0
    for (pk,) in cases:
        handle.tell(ON_ITS_WAY, words)
        case = Case.objects.get(pk=pk)
        if is_current(case, detector):
            continue
        try:
            # A log's table can take long: each word of the child's progress renews the hold on the job.
            detect_in_case(case, [detector], lambda _: handle.tell(ON_ITS_WAY, words))
        except LeaseLost:
            raise
        except Exception:
            log.exception("detector %s failed in case %s", detector.name, case.ref)
            failed += 1
    if failed:
        raise DetectFailed("It could not be run over all stored evidence. The server's log says why.")
    handle.finish(lambda: f"{words}: run over all stored evidence")


def give_up_detecting(_job: Job, _reason: str) -> None:
    """Nothing more is to be told: a case without a run of a detector's newest revision says so itself."""
