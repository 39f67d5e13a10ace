"""Answers of `zenrei scan` made by hand, as files in the shape in which the worker takes them in."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from common.storage import evidence_store
from ingest.services.scan_result import ScanFiles
from tests.api.world import file_row
from tests.conftest import Person
from tickets.models import Case, Evidence
from tickets.services.evidence import EvidenceFacts, store_evidence


def give(case: Case, person: Person, content: bytes, name: str = "elog.log") -> Evidence:
    """Store a piece of evidence."""
    with evidence_store().writer() as writer:
        writer.write(content)
        blob = writer.commit()
    evidence, _ = store_evidence(case=case, giver=person.user, blob=blob, name=name, facts=EvidenceFacts())
    return evidence


def file(evidence: Evidence, member: str = "", **changes: Any) -> dict[str, Any]:
    """Return the file object of a piece, or of a member of it."""
    label = f"{evidence.public_id}!/{member}" if member else str(evidence.public_id)
    return file_row(**({"path": label, "lines": 10, "complete": True} | changes))


def finding(evidence: Evidence, **changes: Any) -> dict[str, Any]:
    """Return a finding that cites a line of a piece."""
    line = {
        "file": str(evidence.public_id),
        "line": 2,
        "offset": 266,
        "says": "rejected",
        "text": "reject=554",
        "transaction": "T1",
    }
    row: dict[str, Any] = {
        "rule": "rejected-and-delivered",
        "severity": "high",
        "transaction": "T1",
        "recipient": "user@example.com",
        "device": "mx1",
        "firmware": "7.0.2",
        "summary": "Rejected, and delivered.",
        "rule_set": "test/1",
        "first_time": "2022-06-08T09:00:00+09:00",
        "evidence": [line],
    }
    return row | changes


def answer(folder: Path, files: list[dict[str, Any]], findings: list[dict[str, Any]], **changes: Any) -> ScanFiles:
    """Write an answer and return where it lies."""
    summary: dict[str, Any] = {
        "schema": "zenrei.scan/1",
        "rule_set": "test/1",
        "files": files,
        "lines": sum(row["lines"] for row in files),
        "transactions": 3,
        "messages": 3,
        "unfinished": 0,
        "not_judged": [],
        "finding_counts": dict(Counter(row["rule"] for row in findings)),
        "by_day": [],
    }
    written = ScanFiles(summary=folder / "summary.json", findings=folder / "findings.jsonl")
    written.summary.write_text(json.dumps(summary | changes), encoding="ascii")
    written.findings.write_text("".join(json.dumps(row) + "\n" for row in findings), encoding="ascii")
    return written
