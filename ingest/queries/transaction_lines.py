"""Where the search for the lines of a finding's transaction is, and a page of them."""

from dataclasses import dataclass
from typing import Any

from common.jobs.models import Job
from ingest.kinds import FIND_LINES
from ingest.services.answers import kept_answer
from ingest.services.transaction_lines import open_search, with_texts
from tickets.models import CaseScan, Finding

FOUND, SEARCHING, FAILED, ABSENT = "found", "searching", "failed", "absent"


@dataclass(frozen=True, slots=True)
class TransactionLines:
    """The lines of a transaction: `rows` without their text. Not `found` is never "there are none"."""

    finding: Finding
    state: str
    job: Job | None
    rows: list[dict[str, Any]]
    left_out: int
    broken: list[dict[str, Any]]
    reason: str = ""

    @property
    def count(self) -> int:
        """How many lines there are, those not listed included."""
        return len(self.rows) + self.left_out

    @property
    def children(self) -> int:
        """How many of the listed lines are of children."""
        return sum(bool(row["child"]) for row in self.rows)


def lines_of(finding: Finding) -> TransactionLines:
    """Return what is known of the lines; a search over less evidence than the newest scan covers is none."""
    scan = CaseScan.objects.filter(case=finding.case_id).first()
    kept = kept_answer(FIND_LINES, finding.case, str(finding.public_id))
    if job := open_search(finding):
        return TransactionLines(finding, SEARCHING, job, [], 0, [])
    if kept is None or scan is None or kept.get("evidence") != sorted(scan.evidence):
        return TransactionLines(finding, ABSENT, None, [], 0, [])
    if "rows" not in kept:
        return TransactionLines(finding, FAILED, None, [], 0, [], str(kept.get("failed", "")))
    return TransactionLines(finding, FOUND, None, kept["rows"], kept["left_out"], kept["broken"])


def page_of_lines(lines: TransactionLines, page: int, size: int) -> list[dict[str, Any]]:
    """Return the rows of a page with their text, the piece that each stands in, and whether the finding cites it."""
    rows = lines.rows[(page - 1) * size : page * size]
    wanted = {row["evidence"] for row in rows}
    evidence = lines.finding.case.evidence.select_related("blob").filter(public_id__in=wanted)
    pieces = {str(piece.public_id): piece for piece in evidence}
    cited = {(one.get("evidence"), one.get("file") or "", one.get("line")) for one in lines.finding.lines}
    return [
        row
        | {
            "name": pieces[row["evidence"]].name if row["evidence"] in pieces else "",
            "cited": (row["evidence"], row["file"], row["line"]) in cited,
            "transaction": row["id"] + row["child"],
        }
        for row in with_texts(rows, pieces)
    ]
