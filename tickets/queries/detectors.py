"""What detectors said of a case, and which of them could say nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from accounts.principal import Principal
from kb.access import may_see, visible_issues
from kb.models import Detector
from tickets.access import visible_cases
from tickets.models import Case, DetectorRun, Evidence, ReadingState
from tickets.queries.reading import WAITING, reading_of, state_of
from tickets.words import RULES

CASES_SHOWN = 50
LOGS = (ReadingState.READ, ReadingState.PARTLY)
UNREAD = {
    WAITING: "it is not read yet",
    ReadingState.FAILED: "it could not be read",
    ReadingState.HELD: "it came by mail, and nobody has let it be read yet",
}

HIDDEN: dict[str, Any] = {"detector": None, "title": "", "issue": "", "not_judged": []}


def titles_of(principal: Principal, rules: Iterable[str]) -> dict[str, str]:
    """Return the titles of detectors by the rule that their findings name, of issues that the reader may see."""
    asked = {rule for rule in rules if rule not in RULES}
    if not asked:
        return {}
    found = Detector.objects.filter(name__in=asked, issue__in=visible_issues(principal))
    return dict(found.values_list("name", "title"))


def run_rows(case: Case, detectors: Sequence[Detector], pieces: Collection[Evidence]) -> list[dict[str, Any]]:
    """Return what each detector said of a case. `pieces` are all of its evidence, with reading and job.

    One that did not look at all of its logs is `current` false; so are all while a piece was not read.
    """
    rows = DetectorRun.objects.filter(case=case, detector__in=[detector.pk for detector in detectors])
    runs = {run.detector_id: run for run in rows}
    logs, unread = _looked_into(pieces)
    return [_run_row(detector, runs.get(detector.pk), logs, unread) for detector in detectors]


def cases_of_detector(principal: Principal, detector: Detector) -> list[dict[str, Any]]:
    """Return the cases in which a detector looked last, the newest first, each with what it said there.

    Only cases that the reader may see. Three queries, whatever their number.
    """
    runs = list(
        DetectorRun.objects.filter(detector=detector, case__in=visible_cases(principal))
        .select_related("case")
        .order_by("-finished_at", "-pk")[:CASES_SHOWN]
    )
    pieces: dict[int, list[Evidence]] = defaultdict(list)
    evidence = Evidence.objects.filter(case__in=[run.case_id for run in runs])
    for piece in evidence.select_related("reading", "job").defer("reading__files"):
        pieces[piece.case_id].append(piece)
    return [
        _run_row(detector, run, *_looked_into(pieces[run.case_id])) | {"case": run.case, "at": run.finished_at}
        for run in runs
    ]


def _looked_into(pieces: Collection[Evidence]) -> tuple[set[str], list[str]]:
    """Return the logs among pieces, and what was not read of them."""
    logs = {str(piece.public_id) for piece in pieces if (read := reading_of(piece)) and read.state in LOGS}
    unread = [f"{piece.name}: {UNREAD[state]}" for piece in pieces if (state := state_of(piece)) in UNREAD]
    return logs, unread


def _run_row(detector: Detector, run: DetectorRun | None, logs: set[str], unread: Sequence[str]) -> dict[str, Any]:
    """Return a row; hits is null where they say nothing: 0 is only told of all that the case has."""
    current = run is not None and run.revision == detector.revision and set(run.evidence) == logs and not unread
    not_judged = [{"rule": detector.name, "transactions": 0, "reason": reason} for reason in unread]
    return {
        "detector": detector.public_id,
        "name": detector.name,
        "title": detector.title,
        "issue": detector.issue.slug,
        "current": current,
        "revision": run.revision if run else None,
        "judged": bool(run and run.judged and (run.hits or not unread)),
        "lines": run.lines if run else None,
        "hits": run.hits if run and (run.hits or (run.judged and current)) else None,
        "not_judged": [*(run.not_judged if run else []), *not_judged],
        "finished_at": run.finished_at if run else None,
    }


def doubts_of(principal: Principal, case: Case, pieces: Collection[Evidence]) -> list[dict[str, Any]]:
    """Return the detectors of the case's product whose silence says nothing: of them no finding is no answer.

    One of an issue that is hidden from the reader counts as well, and is not named: its row is `HIDDEN`.
    """
    detectors = Detector.objects.filter(enabled=True).select_related("issue").order_by("name")
    if case.product_id is not None:
        detectors = detectors.filter(issue__product=case.product_id)
    found = list(detectors)
    if not found:
        return []
    seen = {detector.public_id for detector in found if may_see(principal, detector.issue)}
    doubts = [row for row in run_rows(case, found, pieces) if row["hits"] is None]
    return [row if row["detector"] in seen else HIDDEN for row in doubts]
