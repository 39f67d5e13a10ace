"""The answer of `zenrei scan`, as the worker takes it in: the summary whole, the findings one by one.

What a log says is hostile until shown otherwise: text is made storable (PostgreSQL holds no NUL and no lone surrogate)
and findings are streamed, so that a million of them never lie in the worker's memory.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from common.moments import is_kept
from common.text import storable
from tickets.services.findings import FoundFinding


@dataclass(frozen=True, slots=True)
class ScanFiles:
    """Where the child wrote its answer: the summary as one JSON object, the findings as JSON lines."""

    summary: Path
    findings: Path


def storable_json(value: Any) -> Any:
    """Return a JSON value whose texts PostgreSQL can hold."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): storable_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable_json(inner) for inner in value]
    return value


def _parsed(document: bytes) -> Any:
    """Return a JSON document with storable texts. The standard library reads what orjson refuses: lone surrogates."""
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError:
        value = json.loads(document)
    return storable_json(value)


def read_summary(files: ScanFiles) -> dict[str, Any]:
    """Return everything of the answer but its findings."""
    summary: dict[str, Any] = _parsed(files.summary.read_bytes())
    return summary


def read_findings(files: ScanFiles) -> Iterator[FoundFinding]:
    """Yield the findings, one after the other."""
    with files.findings.open("rb") as lines:
        for line in lines:
            yield found_finding(_parsed(line))


def found_finding(raw: dict[str, Any]) -> FoundFinding:
    """Return a finding in the words of the case. The label of each cited line is its piece's id, and maybe a member."""
    cited = [line | _place(line["file"]) for line in raw["evidence"]]
    return FoundFinding(
        rule=raw["rule"],
        severity=raw["severity"],
        transaction=raw["transaction"],
        recipient=raw["recipient"] or "",
        device=raw.get("device") or "",
        firmware=raw.get("firmware") or "",
        summary=raw["summary"],
        rule_set=raw["rule_set"],
        happened_at=moment(raw.get("first_time")),
        lines=cited,
    )


def _place(label: str) -> dict[str, str]:
    """Split a label into the piece's id and the member of an archive that the line stands in."""
    piece, _, member = label.partition("!/")
    return {"evidence": piece, "file": member}


def moment(text: str | None) -> datetime | None:
    """Return a time that the log gave with a zone; None without one, which is never guessed, and for a broken clock."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        moment = parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and is_kept(moment) else None
