"""STUB of the pages' engineer, to be replaced by the lead's: reads plain files only."""

from dataclasses import dataclass, field

from common.storage import evidence_store
from tickets.models import Evidence


@dataclass(frozen=True, slots=True)
class ContextLines:
    """Lines around a cited one: number, text, whether it is the cited one; or the reason why there are none."""

    lines: list[tuple[int, str, bool]] = field(default_factory=list)
    reason: str | None = None


def lines_around(evidence: Evidence, *, file: str, line: int, offset: int, context: int) -> ContextLines:
    """Return the lines around one."""
    with evidence_store().open(evidence.blob_id) as stream:
        texts = stream.read(1_000_000).decode("utf-8", "replace").splitlines()
    first = max(line - context, 1)
    return ContextLines([(n, texts[n - 1], n == line) for n in range(first, min(line + context, len(texts)) + 1)])
