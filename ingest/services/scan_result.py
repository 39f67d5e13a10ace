"""The answer of `zenrei scan`, as the worker takes it in: the summary whole, the findings one by one.

What a log says is hostile until shown otherwise: text is made storable (PostgreSQL holds no NUL and no lone surrogate)
and findings are streamed, so that a million of them never lie in the worker's memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tickets.services.findings import FoundFinding


@dataclass(frozen=True, slots=True)
class ScanFiles:
    """Where the child wrote its answer: the summary as one JSON object, the findings as JSON lines."""

    summary: Path
    findings: Path


def storable(value: Any) -> Any:
    """Return a JSON value whose texts PostgreSQL can hold: NUL and lone surrogates become U+FFFD."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value


def read_summary(files: ScanFiles) -> dict[str, Any]:
    """Return everything of the answer but its findings."""
    summary: dict[str, Any] = storable(orjson.loads(files.summary.read_bytes()))
    return summary


def read_findings(files: ScanFiles) -> Iterator[FoundFinding]:
    """Yield the findings, one after the other."""
    with files.findings.open("rb") as lines:
        for line in lines:
            yield found_finding(storable(orjson.loads(line)))


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
    """Return a time that the log gave with a zone; None without one: a zone is never guessed."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None
