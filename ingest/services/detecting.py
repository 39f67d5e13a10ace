"""Running detectors over the logs of cases, and writing what they found into each case by itself.

A run is written whole or not at all, and never over one that covered more evidence. Run twice, it adds nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from ingest.services.detect_child import DetectFailed, detect_in
from ingest.services.event_tables import make_missing_table
from ingest.services.firmware import with_firmware
from ingest.services.record_scan import BrokenAnswer
from ingest.services.scan_result import ScanFiles, read_findings
from kb.models import Detector
from tickets.models import Case, DetectorRun, EntryKind, Evidence, Finding
from tickets.queries.detectors import LOGS
from tickets.services.entries import add_machine_entry
from tickets.services.findings import FoundFinding, record_findings

NO_LOGS = "the case has no log that could be read"
SWITCHED_OFF = "the detector is switched off"
NOTHING: dict[str, Any] = {"judged": False, "lines": 0, "hits": 0, "not_judged": []}
Tell = Callable[[dict[str, Any]], None]


def logs_of(case: Case) -> list[Evidence]:
    """Return the pieces of a case that are logs, oldest first."""
    pieces = Evidence.objects.filter(case=case, reading__state__in=LOGS).order_by("pk")
    return list(pieces.select_related("device", "blob", "reading"))


def is_current(case: Case, detector: Detector) -> bool:
    """Whether the newest revision of a detector ran over all logs that a case has."""
    run = DetectorRun.objects.filter(case=case, detector=detector, revision=detector.revision).first()
    return run is not None and set(run.evidence) == {str(piece.public_id) for piece in logs_of(case)}


def detect_in_case(case: Case, detectors: Sequence[Detector], tell: Tell) -> None:
    """Run detectors over the logs of a case, and record what each found.

    Where all of them together gave no answer, each runs by itself: one must not keep the others from theirs.
    """
    logs = _read(case, tell)
    enabled = [detector for detector in detectors if detector.enabled]
    for detector in detectors:
        if not detector.enabled:
            record_run(case, detector, logs, NOTHING, [], reasons=[SWITCHED_OFF], all_of_it=True)
    if not logs.there:
        for detector in enabled:
            record_run(case, detector, logs, NOTHING, [], reasons=[] if logs.reasons else [NO_LOGS])
    elif enabled:
        try:
            _run(case, logs, enabled)
        except DetectFailed as failure:
            if len(enabled) == 1:
                record_run(case, enabled[0], logs, NOTHING, None, reasons=[str(failure)])
                return
            for detector in enabled:
                detect_in_case(case, [detector], tell)


@dataclass(frozen=True, slots=True)
class Logs:
    """The logs of a case: those whose events are there as tables, those whose are not, and why."""

    there: Sequence[Evidence]
    lacking: Sequence[Evidence]
    reasons: Sequence[str]


def _read(case: Case, tell: Tell) -> Logs:
    """Make the tables that are missing; one that cannot be made keeps no other from its place."""
    pieces = logs_of(case)
    lacking = {piece.pk: reason for piece in pieces if (reason := make_missing_table(piece, tell))}
    return Logs(
        there=[piece for piece in pieces if piece.pk not in lacking],
        lacking=[piece for piece in pieces if piece.pk in lacking],
        reasons=[f"{piece.name}: {lacking[piece.pk]}" for piece in pieces if piece.pk in lacking],
    )


def _run(case: Case, logs: Logs, detectors: Sequence[Detector]) -> None:
    with detect_in(logs.there, detectors) as (summary, files):
        for detector in detectors:
            found = with_firmware(_of(files, detector), logs.there)
            record_run(case, detector, logs, _about(summary, detector), found, reasons=[])


def _of(files: ScanFiles, detector: Detector) -> Iterable[FoundFinding]:
    return (finding for finding in read_findings(files) if finding.rule == detector.name)


def _about(summary: dict[str, Any], detector: Detector) -> dict[str, Any]:
    """Return what an answer says of one detector."""
    (told,) = [row for row in summary["detectors"] if row["rule"] == detector.name]
    return {**told, "not_judged": [row for row in summary["not_judged"] if row["rule"] == detector.name]}


@transaction.atomic
def record_run(
    case: Case,
    detector: Detector,
    logs: Logs,
    told: dict[str, Any],
    found: Iterable[FoundFinding] | None,
    *,
    reasons: Sequence[str],
    all_of_it: bool = False,
) -> None:
    """Make this run the newest of its detector in a case. `found` None is a run that failed: what was found stays.

    So does what was found in logs that are not at hand now, unless `all_of_it` is to go. Nothing is written where the
    detector has another revision by now, or somebody ran it over more evidence.
    """
    Case.objects.select_for_update().get(pk=case.pk)
    current = Detector.objects.get(pk=detector.pk)
    before = DetectorRun.objects.filter(case=case, detector=detector).first()
    covered = sorted(str(piece.public_id) for piece in logs.there)
    known = {*covered, *(str(piece.public_id) for piece in logs.lacking)}
    if current.revision != detector.revision:
        return
    if before is not None and before.revision == detector.revision and not set(before.evidence) <= known:
        return
    if found is not None:
        counted = Counter[str]()
        scope = Q(pk__in=[]) if logs.lacking and not all_of_it else Q(rule=detector.name)
        record_findings(case=case, found=_counted(found, counted), scope=scope)
        if counted[detector.name] != (told["hits"] or 0):
            raise BrokenAnswer(f"{detector.name} counted {told['hits']} hits, but wrote {counted[detector.name]}.")
    hits = Finding.objects.filter(case=case, rule=detector.name, holds=True).count()
    run, _ = DetectorRun.objects.update_or_create(
        case=case,
        detector=detector,
        defaults={
            "revision": detector.revision,
            "evidence": covered,
            "judged": told["judged"] and bool(hits or not logs.lacking),  # none in a part is not known to be none
            "lines": told["lines"],
            "hits": hits,
            "not_judged": [
                *told["not_judged"],
                *({"rule": detector.name, "transactions": 0, "reason": one} for one in (*reasons, *logs.reasons)),
            ],
            "number": before.number + 1 if before else 1,
            "finished_at": timezone.now(),
        },
    )
    _tell(case, run, before.hits if before else 0)


def _counted(found: Iterable[FoundFinding], counted: Counter[str]) -> Iterable[FoundFinding]:
    for finding in found:
        counted[finding.rule] += 1
        yield finding


def _tell(case: Case, run: DetectorRun, before: int) -> None:
    """Hang the findings into the timeline where their number changed, at the time of the first of them."""
    if run.hits == before:
        return
    rule = run.detector.name
    first = Finding.objects.filter(case=case, rule=rule, holds=True).aggregate(first=Min("happened_at"))["first"]
    add_machine_entry(
        case=case,
        kind=EntryKind.FINDING,
        happened_at=first or timezone.now(),
        text=f"{rule}: {run.hits:,}" + (f" ({before:,} before)" if before else ""),
        key=f"detector:{rule}:{run.number}",
    )
