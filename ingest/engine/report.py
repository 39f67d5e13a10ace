"""A scan's answer as the JSON object of the contract (`zenrei.scan/1`)."""

from typing import Any, Final

from ingest.engine.judge import NotJudged
from ingest.engine.result import DetectorReport, Evidence, FileReport, Finding, ScanResult

SCHEMA: Final = "zenrei.scan/1"


def to_json(result: ScanResult, seconds: float) -> dict[str, Any]:
    """The object; ``seconds`` is the time the caller measured."""
    return {
        "schema": SCHEMA,
        "rule_set": result.rule_set,
        "files": [file_json(file) for file in result.files],
        "lines": result.lines,
        "transactions": result.transactions,
        "messages": result.messages,
        "unfinished": result.unfinished,
        "not_judged": [not_judged_json(row) for row in result.not_judged],
        "findings": [finding_json(finding) for finding in result.findings],
        "finding_counts": result.finding_counts,
        "severity_counts": result.severity_counts,
        "judged": result.judged,
        "by_day": [
            {
                "day": row.day,
                "verdict": row.verdict,
                "verdict_code": row.verdict_code,
                "messages": row.messages,
            }
            for row in result.by_day
        ],
        "detectors": [detector_json(one) for one in result.detectors],
        "seconds": seconds,
    }


def file_json(file: FileReport) -> dict[str, Any]:
    """A file as the contract has it."""
    return {
        "path": file.path,
        "format": file.format,
        "encoding": file.encoding,
        "bytes": file.bytes,
        "lines": file.lines,
        "blank_lines": file.blank_lines,
        "unread_lines": file.unread_lines,
        "unread_examples": [{"line": one.line, "text": one.text, "reason": one.reason} for one in file.unread_examples],
        "unread_reasons": file.unread_reasons,
        "warnings": list(file.warnings),
        "first_time": file.first_time,
        "last_time": file.last_time,
        "device": file.device,
        "named_devices": list(file.named_devices),
        "complete": file.complete,
    }


def not_judged_json(row: NotJudged) -> dict[str, Any]:
    """What a rule could not judge."""
    return {"rule": row.rule, "transactions": row.transactions, "reason": row.reason}


def detector_json(one: DetectorReport) -> dict[str, Any]:
    """What a detector did. ``hits`` is null where it could not judge: that is not none."""
    return {
        "id": one.id,
        "rule": one.rule,
        "title": one.title,
        "issue": one.issue,
        "judged": one.judged,
        "lines": one.lines,
        "hits": one.hits if one.judged else None,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as the contract has it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "transaction": finding.transaction,
        "recipient": finding.recipient,
        "summary": finding.summary,
        "detector": finding.detector,
        "device": finding.device,
        "firmware": finding.firmware,
        "children": list(finding.children),
        "copies": list(finding.copies),
        "explained": finding.explained,
        "first_time": finding.first_time,
        "rule_set": finding.rule_set,
        "evidence": [_evidence(one) for one in finding.evidence],
        "evidence_left_out": finding.evidence_left_out,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "file": one.file,
        "line": one.line,
        "offset": one.offset,
        "says": one.says,
        "text": one.text,
        "truncated": one.truncated,
        "spans": [list(span) for span in one.spans],
        "transaction": one.transaction,
        "time": one.time,
        "log": one.log,
    }
