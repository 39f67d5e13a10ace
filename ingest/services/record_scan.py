"""Writing what a scan found into its case: readings, findings, counts, timeline. One transaction, whole or not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils import timezone

from common.jobs.claims import Postponed
from ingest.models import CaseScan, DailyCount
from ingest.services.scan_result import ScanFiles, read_findings, read_summary
from tickets.models import Case, EntryKind, Evidence, Finding, ReadingState
from tickets.services.entries import add_machine_entry
from tickets.services.findings import FoundFinding, record_findings
from tickets.services.readings import record_reading


def record_scan(*, case: Case, pieces: Sequence[Evidence], files: ScanFiles) -> str:
    """Make this scan the case's newest; called inside the transaction that ends the job. Return its closing words.

    A scan that covers less than the one there is is not written: another worker was further.
    """
    locked = Case.objects.select_for_update().get(pk=case.pk)
    before = CaseScan.objects.filter(case=locked).first()
    covered = sorted(str(piece.public_id) for piece in pieces)
    if before is not None and not set(before.evidence) <= set(covered):
        raise Postponed(0.5, "Another reading of this case went further; it is read again together with that.")
    summary = read_summary(files)
    _record_readings(pieces, summary)
    rules: Counter[str] = Counter()
    record_findings(case=locked, found=_counted(read_findings(files), rules))
    _record_daily_counts(locked, summary["by_day"])
    scan = _record_numbers(locked, before, covered, summary, rules)
    _tell_findings(locked, scan, before.finding_counts if before else {})
    return _closing_words(summary, rules)


def _counted(found: Iterable[FoundFinding], rules: Counter[str]) -> Iterable[FoundFinding]:
    """Pass findings on, counting them by rule."""
    for finding in found:
        rules[finding.rule] += 1
        yield finding


def _record_readings(pieces: Sequence[Evidence], summary: dict[str, Any]) -> None:
    """Write one reading a piece, out of the file objects that carry its id."""
    by_piece: dict[str, list[dict[str, Any]]] = {str(piece.public_id): [] for piece in pieces}
    for file in summary["files"]:
        label, _, member = file["path"].partition("!/")
        by_piece[label].append(file | {"path": member})
    for piece in pieces:
        parts = by_piece[str(piece.public_id)]
        record_reading(evidence=piece, rule_set=summary["rule_set"], files=parts, **reading_state(parts))


def reading_state(parts: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the state of a piece's reading and the reason, out of its file objects."""
    reasons = [reason for part in parts for reason in _reasons(part)]
    if not any(part["format"] for part in parts):
        return {"state": ReadingState.NOT_A_LOG, "reason": "; ".join(reasons) or "Nothing in it is a known log."}
    if reasons:
        return {"state": ReadingState.PARTLY, "reason": "; ".join(reasons)}
    return {"state": ReadingState.READ, "reason": ""}


def _reasons(part: dict[str, Any]) -> Iterable[str]:
    """Yield why a file object was not read whole."""
    prefix = f"{part['path']}: " if part["path"] else ""
    for warning in part["warnings"]:
        yield prefix + warning
    if part["unread_lines"]:
        example = next((f", for example line {row['line']}: {row['reason']}" for row in part["unread_examples"]), "")
        yield f"{prefix}{part['unread_lines']:,} of {part['lines']:,} lines unread{example}"


def _record_daily_counts(case: Case, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the case's daily counts."""
    DailyCount.objects.filter(case=case).delete()
    DailyCount.objects.bulk_create(
        [
            DailyCount(
                case=case,
                day=date.fromisoformat(row["day"]) if row["day"] else None,
                verdict=(row["verdict"] or "")[:120],
                verdict_code=row["verdict_code"] or "",
                messages=row["messages"],
            )
            for row in rows
        ],
        batch_size=1000,
    )


def _record_numbers(
    case: Case, before: CaseScan | None, covered: list[str], summary: dict[str, Any], rules: Counter[str]
) -> CaseScan:
    """Write the scan's own row."""
    scan, _ = CaseScan.objects.update_or_create(
        case=case,
        defaults={
            "number": before.number + 1 if before else 1,
            "evidence": covered,
            "rule_set": summary["rule_set"],
            "finished_at": timezone.now(),
            "lines": summary["lines"],
            "transactions": summary["transactions"],
            "messages": summary["messages"],
            "unfinished": summary["unfinished"],
            "not_judged": summary["not_judged"],
            "finding_counts": dict(rules),
        },
    )
    return scan


def _tell_findings(case: Case, scan: CaseScan, before: dict[str, int]) -> None:
    """Hang each rule's findings into the timeline where their number changed, at the time of the first of them."""
    for rule in sorted(set(before) | set(scan.finding_counts)):
        now, then = scan.finding_counts.get(rule, 0), before.get(rule, 0)
        if now == then:
            continue
        first = Finding.objects.filter(case=case, rule=rule, holds=True).aggregate(first=Min("happened_at"))["first"]
        told = f"{rule}: {now:,}" + (f" ({then:,} before)" if then else "")
        add_machine_entry(
            case=case,
            kind=EntryKind.FINDING,
            happened_at=first or timezone.now(),
            text=told,
            key=f"finding:{rule}:{scan.number}",
        )


def _closing_words(summary: dict[str, Any], rules: Counter[str]) -> str:
    """Return one line for the job: what was read, what was found, what could not be judged."""
    found = ", ".join(f"{rule}: {number:,}" for rule, number in sorted(rules.items())) or "no finding"
    rest = ", ".join(sorted({row["rule"] for row in summary["not_judged"]}))
    return f"{summary['lines']:,} lines read; {found}" + (f"; not judged: {rest}" if rest else "")
