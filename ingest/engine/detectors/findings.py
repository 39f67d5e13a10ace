"""What detectors found as findings like those of the program's own rules, with the text of their lines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ingest.engine.detectors.events import Events, open_table
from ingest.engine.detectors.model import Detector
from ingest.engine.detectors.running import Answer, Hit, run_detector
from ingest.engine.findings.hit import SEVERITIES
from ingest.engine.judge import NotJudged
from ingest.engine.result import DetectorReport, Evidence, Finding, ScanResult
from ingest.engine.scan import ENDED_EARLY, TEXT_LENGTH
from ingest.engine.tally import show

TITLE_LENGTH = 200


def findings_of(events: Events, answers: Sequence[Answer], most: int | None) -> list[Finding]:
    """The findings, worst first, as many as are to be listed (None is all)."""
    found = [(answer.detector, hit) for answer in answers for hit in answer.hits]
    found.sort(key=lambda one: -SEVERITIES.index(one[0].severity))
    listed = list(islice(found, most))
    texts = events.texts([(line.place, line.line) for _, hit in listed for line in hit.lines])
    return [_finding(detector, hit, texts) for detector, hit in listed]


def _finding(detector: Detector, hit: Hit, texts: dict[tuple[int, int], str]) -> Finding:
    firmware = {line.firmware for line in hit.lines}
    evidence = []
    for line in hit.lines:
        text = texts.get((line.place, line.line), "")
        evidence.append(
            Evidence(
                file=line.file,
                line=line.line,
                offset=line.offset,
                says=line.says,
                text=show(text, TEXT_LENGTH),
                truncated=len(text) > TEXT_LENGTH,
                spans=(),
                transaction=line.session,
                time=line.time,
                log=line.log,
            )
        )
    return Finding(
        rule=detector.name,
        severity=detector.severity,
        transaction=hit.transaction,
        recipient=hit.recipient,
        summary=_summary(detector, hit),
        evidence=tuple(evidence),
        evidence_left_out=hit.left_out,
        device=hit.device,
        firmware=firmware.pop() if len(firmware) == 1 else None,
        children=(),
        copies=(),
        explained=None,
        first_time=hit.first_time,
        rule_set=detector.date,
        detector=detector.id,
    )


def _summary(detector: Detector, hit: Hit) -> str:
    title = detector.title[:TITLE_LENGTH].rstrip(".")
    lines = len(hit.lines) + hit.left_out
    again = f"; so it is {hit.times} times, and the first is cited" if hit.times > 1 else ""
    return f"{title}: {lines} {'line' if lines == 1 else 'lines'} of the log{again}."


def reports_of(answers: Sequence[Answer], *, complete: bool) -> tuple[DetectorReport, ...]:
    """What each detector did, in the order of their names; ``complete`` is whether every line was read."""
    return tuple(
        DetectorReport(
            id=answer.detector.id,
            rule=answer.detector.name,
            title=answer.detector.title,
            issue=answer.detector.issue,
            judged=has_judged(answer, complete=complete),
            lines=answer.lines,
            hits=len(answer.hits),
        )
        for answer in sorted(answers, key=lambda one: one.detector.name)
    )


def has_judged(answer: Answer, *, complete: bool) -> bool:
    """Whether a detector's number of hits can be told: none, where lines were not read, is not known to be none."""
    return answer.judged and (complete or bool(answer.hits))


def not_judged_of(answers: Sequence[Answer], *, complete: bool) -> list[NotJudged]:
    """What detectors could not judge; ``complete`` is whether every line of every file was read."""
    rows = [row for answer in answers for row in answer.doubts]
    if not complete:
        rows += [NotJudged(answer.detector.name, 0, ENDED_EARLY) for answer in answers if answer.judged]
    return rows


def detect(result: ScanResult, path: Path, detectors: Sequence[Detector], most: int) -> ScanResult:
    """Run detectors over the table of a scan's events, and add what they found to the scan's answer."""
    events = Events([open_table(path)])
    return with_detectors(result, events, [run_detector(events, detector) for detector in detectors], most)


def with_detectors(result: ScanResult, events: Events, answers: Sequence[Answer], most: int) -> ScanResult:
    """A scan's answer with what detectors found in it; ``most`` findings are listed in all, 0 are all of them."""
    own = findings_of(events, answers, most or None)
    together = sorted([*result.findings, *own], key=lambda one: -SEVERITIES.index(one.severity))
    severities = Counter(result.severity_counts)
    told = [answer for answer in answers if has_judged(answer, complete=result.complete)]
    for answer in answers:
        severities[answer.detector.severity] += len(answer.hits)
    return replace(
        result,
        findings=tuple(together[: most or None]),
        finding_counts=result.finding_counts | {one.detector.name: len(one.hits) for one in told},
        severity_counts={name: severities[name] for name in SEVERITIES if severities[name]},
        not_judged=(*result.not_judged, *not_judged_of(answers, complete=result.complete)),
        detectors=reports_of(answers, complete=result.complete),
    )
